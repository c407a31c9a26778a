"""The refunds of one order as a file, newest first as on its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from flask_babel import gettext

from webapp.core.staging import StagedRow
from webapp.providers.http.patience import Wait
from webapp.providers.postpay.filters import RefundQuery
from webapp.providers.postpay.models import Refund
from webapp.providers.registry import postpay

from .cells import Columns, micros
from .source import Asked, Rows, refuse_unread

Row = tuple[Refund, str]


class RefundsOfOrder:
    """Each refund with the currency of its order."""

    def __init__(self, asked: Asked) -> None:
        self._order_id = str(asked.object_id)
        self._bound = asked.bound
        self._client = postpay(asked.account)
        self.counted: int | None = None

    def __iter__(self) -> Iterator[Sequence[Row]]:
        currency = self._client.get_order(order_id=self._order_id).currency
        self.counted = self.recount()
        every = self._client.list_all_refunds(order_id=self._order_id)
        yield [(refund, currency) for refund in every if refund.created < self._bound]

    def recount(self) -> int:
        query = RefundQuery(created_before=self._bound, page_size=1)
        return self._client.list_refunds(order_id=self._order_id, query=query).count


def lay_out(columns: Columns, _asked: Asked) -> None:
    columns.text(gettext("Order ID"))
    columns.text(gettext("Refund ID"))
    currency = columns.text(gettext("Currency"))
    columns.amount(gettext("Amount"), currency)
    columns.moment(gettext("Created"))
    columns.text(gettext("Description"))


def rows(asked: Asked, _wait: Wait) -> Rows:
    return RefundsOfOrder(asked)


def takes(asked: Asked) -> Callable[[Row], StagedRow]:
    def take(row: Row) -> StagedRow:
        refund, currency = row
        refuse_unread(refund, refund.refund_id, "list_refunds")
        created = micros(refund.created) or 0
        values = [asked.object_id, refund.refund_id, currency, refund.amount, created, refund.description]
        return StagedRow(refund.refund_id, -created, 0, values)

    return take
