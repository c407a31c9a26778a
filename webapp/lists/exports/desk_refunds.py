"""The desk's own refunds across orders as a file, newest first as in their list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from flask_babel import gettext

from webapp.core.accounts import Account
from webapp.core.staging import StagedRow
from webapp.models.intent import Intent
from webapp.payments.refund_search import DeskRefundQuery, batches, count
from webapp.presentation.intent_words import reason_label
from webapp.presentation.refund_words import refund_state
from webapp.providers.http.patience import Wait

from .cells import Columns, micros
from .source import Asked, Rows


class DeskRefunds:
    """Those that were started before the moment of the request."""

    def __init__(self, account: Account, query: DeskRefundQuery, bound: datetime) -> None:
        self._account = account
        self._query = replace(query, until=min(bound, query.until) if query.until else bound)
        self.counted: int | None = None

    def __iter__(self) -> Iterator[Sequence[Intent]]:
        self.counted = self.recount()
        yield from batches(self._account, self._query)

    def recount(self) -> int:
        return count(self._account, self._query)


def lay_out(columns: Columns, _asked: Asked) -> None:
    columns.text(gettext("Order ID"))
    columns.text(gettext("Refund ID"))
    currency = columns.text(gettext("Currency"))
    columns.amount(gettext("Amount"), currency)
    columns.text(gettext("Outcome"))
    columns.moment(gettext("Started"))
    columns.moment(gettext("Confirmed"))
    columns.text(gettext("Started by"))
    columns.text(gettext("Reason"))


def rows(asked: Asked, _wait: Wait) -> Rows:
    return DeskRefunds(asked.account, asked.query, asked.bound)


def takes(_asked: Asked) -> Callable[[Intent], StagedRow]:
    def take(intent: Intent) -> StagedRow:
        started = micros(intent.created) or 0
        values = [
            intent.order_id,
            intent.refund_id,
            intent.currency,
            intent.amount_minor,
            refund_state(intent)[0],
            started,
            micros(intent.settled),
            intent.requester.name,
            reason_label(intent),
        ]
        return StagedRow(str(intent.refund_id), -started, -intent.id, values)

    return take
