"""An order and its refunds, read side by side: what every page about one order, and every refund, starts from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime

from webapp.models.base import now
from webapp.money import Money
from webapp.providers.http.errors import GatewayError
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.models import Order, Refund

CAPTURED = "captured"

_pool = ThreadPoolExecutor(max_workers=64, thread_name_prefix="read")


@dataclass(frozen=True, slots=True)
class OrderSnapshot:
    """What the provider said at `read_at`; `refunds` is None where only the order could be read."""

    order: Order
    refunds: tuple[Refund, ...] | None
    refunds_error: GatewayError | None
    read_at: datetime

    @classmethod
    def of_order(cls, order: Order) -> OrderSnapshot:
        """A reading of the order alone, where its refunds do not matter."""
        return cls(order, None, None, now())

    @property
    def captured(self) -> Money:
        """What was captured: everything or nothing, the provider knows no part captures."""
        return self.order.total if self.order.status == CAPTURED else Money(0, self.order.currency)

    @property
    def refunded(self) -> Money | None:
        """The sum of all refunds, or None where they could not be read."""
        if self.refunds is None:
            return None
        return Money(sum(refund.amount for refund in self.refunds), self.order.currency)

    @property
    def remaining(self) -> Money | None:
        """What could still be refunded if nothing is in progress; None where it is not known."""
        refunded = self.refunded
        return None if refunded is None else self.captured - refunded


def read_order(client: PostpayClient, order_id: str) -> OrderSnapshot:
    """Asks for the order and for all its refunds at the same time.

    Raises GatewayError when the order itself cannot be read; a failure of the refunds is kept in the reading.
    """
    asked = _pool.submit(copy_context().run, lambda: client.list_all_refunds(order_id=order_id))
    try:
        order = client.get_order(order_id=order_id)
    except GatewayError:
        asked.cancel()
        raise
    try:
        refunds = tuple(asked.result())
    except GatewayError as error:
        return OrderSnapshot(order, None, error.light(), now())
    return OrderSnapshot(order, refunds, None, now())
