"""Every refund of an order, over all pages, without losing one that is added while we read."""

from __future__ import annotations

import time
from collections.abc import Callable

from webapp.providers.http.errors import NotFound, UnreadableAnswer, UnreadableRow

from .filters import LARGEST_PAGE, RefundQuery
from .models import Page, Refund
from .parallel import Parallel

READINGS = 3
MOST_PAGES = 100


ListRefunds = Callable[..., Page[Refund]]
"""`PostpayClient.list_refunds`."""


def read_all_refunds(list_refunds: ListRefunds, parallel: Parallel, order_id: str, deadline: float) -> list[Refund]:
    """Oldest first, so that a refund added meanwhile comes at the end and moves no other.

    All pages are read also when a refund cannot be: the error then names each such one, and holds the others.
    """
    ends = time.monotonic() + deadline

    def read(number: int) -> Page[Refund]:
        query = RefundQuery(ordering="created", page=number, page_size=LARGEST_PAGE)
        return list_refunds(order_id=order_id, query=query, tolerant=True, deadline=ends - time.monotonic())

    for _ in range(READINGS):
        first = read(1)
        if first.pages > MOST_PAGES:
            break
        others = [parallel.start(read, number) for number in range(2, first.pages + 1)]
        try:
            pages = [first, *(other.result() for other in others)]
        except NotFound:
            continue
        refunds = [refund for page in pages for refund in page.results]
        bad = tuple(row for page in pages for row in page.bad)
        if not _fit_together(pages, refunds, len(bad)):
            continue
        if not bad:
            return refunds
        error = UnreadableRow("list_refunds", "GET", "a refund", status=200, row=bad[0].id, field=bad[0].field)
        error.bad, error.others = bad, tuple(refunds)
        raise error
    raise UnreadableAnswer("list_all_refunds", "GET", "pages that do not fit together", status=200)


def _fit_together(pages: list[Page[Refund]], refunds: list[Refund], bad: int) -> bool:
    """Whether all pages tell the same count, and hold as many refunds, each once."""
    counts = {page.count for page in pages}
    return counts == {len(refunds) + bad} and len({refund.refund_id for refund in refunds}) == len(refunds)
