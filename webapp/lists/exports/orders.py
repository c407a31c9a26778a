"""Orders as a file: the columns of the list, and every row that its filters mean."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext

from webapp.core.staging import Plain, StagedRow
from webapp.providers.http.patience import Wait
from webapp.providers.postpay.models import OrderSummary
from webapp.providers.registry import postpay

from .cells import Columns, micros
from .source import Asked, Rows, refuse_unread

IN_FLIGHT = 10
"""Calls at a time. Two exports of a worker leave some of its places for refunds whose outcome is looked for."""


def lay_out(columns: Columns, _asked: Asked) -> None:
    columns.text(gettext("Order ID"))
    columns.text(gettext("Status"))
    currency = columns.text(gettext("Currency"))
    columns.amount(gettext("Total"), currency)
    columns.amount(gettext("of which tax"), currency)
    columns.moment(gettext("Created"))
    columns.moment(gettext("Last change"))


def rows(asked: Asked, wait: Wait) -> Rows:
    return postpay(asked.account).each_order(asked.query, bound=asked.bound, in_flight=IN_FLIGHT, wait=wait)


def takes(asked: Asked) -> Callable[[OrderSummary], StagedRow]:
    """The document says nothing of rows that are alike in what the list is sorted by: they go by age."""
    ordering = str(asked.query.ordering)
    sign = -1 if ordering.startswith("-") else 1
    by_total = ordering.endswith("total_amount")

    def take(order: OrderSummary) -> StagedRow:
        refuse_unread(order, order.order_id, "list_orders")
        created = micros(order.created) or 0
        values: list[Plain] = [
            order.order_id,
            order.status,
            order.currency,
            order.total_amount,
            order.tax_amount,
            created,
            micros(order.status_changed),
        ]
        return StagedRow(order.order_id, sign * (order.total_amount if by_total else created), sign * created, values)

    return take
