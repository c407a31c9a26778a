"""An order and its refunds, read side by side: what every page about one order, and every refund, starts from."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.money import Money
from webapp.providers.http.errors import BadRow, GatewayError, UnreadableRow
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.models import Order, Refund

CAPTURED = "captured"
APPROVED = "approved"

_pool = ThreadPoolExecutor(max_workers=64, thread_name_prefix="read")


@dataclass(frozen=True, slots=True)
class OrderSnapshot:
    """What the provider said at `read_at`, asked at `began`; `refunds` is None where only the order could be read.

    So it is where one refund cannot be read, for then nobody knows their sum: `bad_refunds` names those, and
    `other_refunds` are the ones beside them, to be shown and never added up.

    `unlisted` are refunds that the desk knows to be done and that the provider does not list yet, and `capture` the
    capture that it knows to be done: what the provider's lists are behind with has happened all the same.
    """

    order: Order
    refunds: tuple[Refund, ...] | None
    refunds_error: GatewayError | None
    read_at: datetime
    unlisted: tuple[Intent, ...] = ()
    capture: Intent | None = None
    bad_refunds: tuple[BadRow, ...] = ()
    other_refunds: tuple[Refund, ...] = ()
    began: datetime | None = None

    @classmethod
    def of_order(cls, order: Order) -> OrderSnapshot:
        """A reading of the order alone, where its refunds do not matter."""
        return cls(order, None, None, now())

    def knowing(self, intents: Iterable[Intent]) -> OrderSnapshot:
        """The same, with what the desk's own intents of the order say was done."""
        done = [intent for intent in intents if intent.state == IntentState.SUCCEEDED]
        listed = {refund.refund_id for refund in self.refunds or ()}
        unlisted = [one for one in done if one.kind == IntentKind.REFUND and one.refund_id not in listed]
        capture = next((one for one in done if one.kind == IntentKind.CAPTURE), None)
        return replace(self, unlisted=() if self.refunds is None else tuple(unlisted), capture=capture)

    @property
    def is_behind(self) -> bool:
        """Whether the provider still shows as waiting what the desk has captured."""
        return self.capture is not None and self.order.status == APPROVED

    @property
    def captured(self) -> Money:
        """What was captured: everything or nothing, the provider knows no part captures."""
        is_captured = self.order.status == CAPTURED or self.is_behind
        return self.order.total if is_captured else Money(0, self.order.currency)

    @property
    def refunded(self) -> Money | None:
        """The sum of all refunds, or None where they could not be read."""
        if self.refunds is None:
            return None
        return Money(sum(refund.amount for refund in self.refunds), self.order.currency) + self.not_listed

    @property
    def not_listed(self) -> Money:
        """The part of it that the provider does not list yet."""
        return Money(sum(intent.amount_minor for intent in self.unlisted), self.order.currency)

    @property
    def remaining(self) -> Money | None:
        """What could still be refunded if nothing is in progress; None where it is not known."""
        refunded = self.refunded
        return None if refunded is None else self.captured - refunded


def read_order(client: PostpayClient, order_id: str) -> OrderSnapshot:
    """Asks for the order and for all its refunds at the same time.

    Raises GatewayError when the order itself cannot be read; a failure of the refunds is kept in the reading.
    """
    began = now()
    asked = _pool.submit(copy_context().run, lambda: client.list_all_refunds(order_id=order_id))
    try:
        order = client.get_order(order_id=order_id)
    except GatewayError:
        asked.cancel()
        raise
    return replace(_with_refunds(order, asked), began=began)


def _with_refunds(order: Order, asked: Future[list[Refund]]) -> OrderSnapshot:
    try:
        refunds = tuple(asked.result())
    except UnreadableRow as error:
        return OrderSnapshot(order, None, error.light(), now(), bad_refunds=error.bad, other_refunds=error.others)
    except GatewayError as error:
        return OrderSnapshot(order, None, error.light(), now())
    return OrderSnapshot(order, refunds, None, now())


def done_intents(account: Account, order_id: str) -> list[Intent]:
    """What the desk knows to be done with an order, oldest first: ask after reading, so that nothing falls between."""
    statement = select(Intent).where(
        Intent.account == account.slug, Intent.order_id == order_id, Intent.state == IntentState.SUCCEEDED
    )
    found = list(db.session.scalars(statement.order_by(Intent.id)))
    release()
    return found
