"""Why money was not moved: what the order, or the limits of the person, do not allow. The page that asked speaks it."""

from __future__ import annotations

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


class AboveLimit(NotMoved):
    """More than the person's role may refund at once (`day` False) or in a day; no limit at all: `limit` None."""

    def __init__(self, limit: Money | None, *, day: bool = False, spent: Money | None = None) -> None:
        super().__init__("above the limit")
        self.limit = limit
        self.day = day
        self.spent = spent
