"""Why money was not moved: what the order, or the limits of the person, do not allow. The page that asked speaks it."""

from __future__ import annotations

from enum import StrEnum

from webapp.models.intent import Intent
from webapp.money import Money

from .snapshot import OrderSnapshot


class NotMoved(Exception):
    """Nothing was written down as an intent, and nothing was sent."""


class OrderBusy(NotMoved):
    """Somebody's intent for the order is open; there is only ever one."""

    def __init__(self, intent: Intent) -> None:
        super().__init__(f"intent {intent.id} is open")
        self.intent = intent


class FormReused(NotMoved):
    """The form was already sent once, with other data; `intent` is what came of it."""

    def __init__(self, intent: Intent) -> None:
        super().__init__(f"the form of intent {intent.id} came with other data")
        self.intent = intent


class StaleForm(NotMoved):
    """The order is not any more what the form showed; `reading` is what it is now."""

    def __init__(self, reading: OrderSnapshot) -> None:
        super().__init__("the order has changed since the form was opened")
        self.reading = reading


class NotPossible(NotMoved):
    """The order's state does not allow it."""

    def __init__(self, reading: OrderSnapshot) -> None:
        super().__init__(f"order is {reading.order.status}")
        self.reading = reading


class AboveRemaining(NotMoved):
    """More than what can still be refunded."""

    def __init__(self, remaining: Money) -> None:
        super().__init__("above what remains")
        self.remaining = remaining


class Which(StrEnum):
    """Which limit is met: on nobody's word (`none`, `shop`, `per_hour`), or not without a second person's."""

    NONE = "none"
    SHOP = "shop"
    PER_HOUR = "per_hour"
    SINGLE = "single"
    DAY = "day"
    PER_ORDER = "per_order"
    ORDER = "order"
    REASON = "reason"


class AboveLimit(NotMoved):
    """No approval helps: the role has no limit in the currency, or the shop's day, or the person's hour, is full.

    `limit` and `spent` are amounts for the shop's day, `count` is the hour's.
    """

    def __init__(
        self, which: Which, limit: Money | None = None, *, spent: Money | None = None, count: int | None = None
    ) -> None:
        super().__init__(f"above the limit: {which}")
        self.which = which
        self.limit = limit
        self.spent = spent
        self.count = count


class NeedsApproval(NotMoved):
    """Not without a second person: `needs` says why, and nobody has been asked."""

    def __init__(self, needs: tuple[Which, ...]) -> None:
        super().__init__(f"needs approval: {', '.join(needs)}")
        self.needs = needs
