"""Where rows went that have left their period: each turns up in another one, or the provider has it no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from webapp.core.accounts import Account
from webapp.models.base import now
from webapp.providers.http.errors import UnreadableAnswer
from webapp.providers.http.patience import Wait, ask_patiently
from webapp.providers.postpay.filters import LARGEST_PAGE, TransactionQuery
from webapp.providers.postpay.models import Transaction
from webapp.providers.registry import postpay

from .collect import MOST_ASKED
from .compare import Difference, parts
from .periods import COMING, month_of, period_of


class LostRows:
    """Looks for rows, a page of ids at a time, and remembers which ones are gone for good."""

    def __init__(self, account: Account, wait: Wait) -> None:
        self._account, self._wait = account, wait
        self._gone: set[str] = set()

    def periods(self, group: Mapping[str, Difference]) -> list[str]:
        """A period to read, or read again, because a row is there now that has left one of the group; none when every
        row is accounted for. Raises GatewayError.
        """
        missed = list(self._missed(group))
        current = month_of(now())
        if missed and COMING in group and current not in group:
            return [current]  # where most of what was coming arrives
        for asked in _batches(missed):
            if (found := self._ask(asked)) is not None:
                return [found]
            self._gone |= set(asked)
        return []

    def _missed(self, group: Mapping[str, Difference]) -> Iterator[str]:
        for one in group.values():
            for names in parts(one.left):
                here = [other.collected.find(list(names)) for other in group.values() if other is not one]
                yield from (name for name in names if name not in self._gone and not any(name in rows for rows in here))

    def _ask(self, ids: list[str]) -> str | None:
        """The period that one of the rows is in now."""
        found = ask_patiently(lambda: self._find(ids), self._wait, times=MOST_ASKED)
        return next((period_of(row.paid, now()) for row in found), None)

    def _find(self, ids: list[str]) -> tuple[Transaction, ...]:
        """Those that the provider still has. Raises UnreadableAnswer for an answer that does not hold what it counts:
        no row is called gone on its word.
        """
        query = TransactionQuery(transaction_ids=tuple(ids), page_size=LARGEST_PAGE)
        page = postpay(self._account).list_transactions(query)
        if page.unexpected or page.count != len(page.results):
            raise UnreadableAnswer("list_transactions", "GET", "not the rows that were asked for", status=200)
        return page.results


def _batches(ids: list[str]) -> Iterator[list[str]]:
    """As many at a time as a page holds; an id with a comma alone, for it cannot be asked for among others."""
    listed = [name for name in ids if "," not in name]
    yield from (listed[start : start + LARGEST_PAGE] for start in range(0, len(listed), LARGEST_PAGE))
    yield from ([name] for name in ids if "," in name)
