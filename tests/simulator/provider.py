"""The provider: what it has, what it answers, how late, and with which mistakes. Books and faults by the dice."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from webapp.providers.http import errors

from .schedule import Schedule

T = TypeVar("T")

LONGEST_LAG = 20.0
"""Seconds by which a replica may be behind; less than what two spaced readings are apart."""
CALL = "simulated"


class Made(NamedTuple):
    """A refund of the provider's book."""

    refund_id: str
    amount: int
    created: datetime


class State(NamedTuple):
    """What an order is at a moment, as reading tells it."""

    status: str
    changed: datetime
    refunds: tuple[Made, ...]


@dataclass
class Book:
    """An order, with everything that it ever was: readings may lag."""

    order_id: str
    total: int
    currency: str
    fate: str = "good"
    """What becomes of a capture: good, declined or expired."""
    captured_by: str = ""
    desk_captures: int = 0
    was_beaten: bool = False
    """Whether the desk's very first capture was told that somebody had captured it before."""
    moments: list[datetime] = field(default_factory=list)
    states: list[State] = field(default_factory=list)

    @property
    def now(self) -> State:
        return self.states[-1]

    def become(self, moment: datetime, state: State) -> None:
        self.moments.append(moment)
        self.states.append(state)

    def at(self, moment: datetime) -> State:
        return self.states[max(0, bisect_right(self.moments, moment) - 1)]

    @property
    def refunded(self) -> int:
        return sum(one.amount for one in self.now.refunds)


class Post(NamedTuple):
    """A refund's body as the provider received it."""

    order_id: str
    refund_id: str
    body: bytes


class Provider:
    """One merchant's orders; everybody of the history asks it through a `Client` of their own."""

    def __init__(self, schedule: Schedule, dice: random.Random) -> None:
        self.schedule, self.dice = schedule, dice
        self.books: dict[str, Book] = {}
        self.posts: list[Post] = []
        self.under_way: dict[str, list[str]] = defaultdict(list)
        """By order: what is being sent at this moment, refunds by their number, captures without one."""
        self.is_faulty = True
        self.skew = timedelta(seconds=dice.choice((0, 0, 0, -4, 3)))
        self.witness: Callable[[str], None] = lambda refund_id: None
        """Looks into the desk's database at the moment when a refund arrives."""

    @property
    def clock(self) -> datetime:
        return self.schedule.now + self.skew

    def add(self, order_id: str, total: int, currency: str, status: str, fate: str) -> None:
        book = Book(order_id, total, currency, fate, "before" if status == "captured" else "")
        book.become(self.schedule.now, State(status, self.clock - timedelta(hours=2), ()))
        self.books[order_id] = book

    def capture(self, order_id: str, by: str) -> None:
        """Raises Refused (its kinds)."""
        book = self.books[order_id]
        if book.now.status != "approved":
            raise refused(errors.InvalidStatus, 409, "invalid_status")
        if book.fate == "declined":
            raise refused(errors.CaptureDeclined, 402, "capture_error")
        if book.fate == "expired":
            raise refused(errors.CaptureExpired, 410, "expired")
        book.captured_by = by
        book.become(self.schedule.now, State("captured", self.clock, ()))

    def refund(self, order_id: str, refund_id: str, amount: int) -> None:
        """Raises Refused (its kinds); which of several reasons it names, no document says."""
        book = self.books[order_id]
        reasons = {
            "conflict": any(one.refund_id == refund_id for each in self.books.values() for one in each.now.refunds),
            "limit_exceeded": amount > book.total - book.refunded,
            "invalid_status": book.now.status != "captured",
        }
        holding = [name for name, holds in reasons.items() if holds]
        if holding:
            name = self.dice.choice(holding)
            kinds = {"conflict": errors.Conflict, "limit_exceeded": errors.LimitExceeded}
            raise refused(kinds.get(name, errors.InvalidStatus), 409, name)
        made = Made(refund_id, amount, self.clock)
        book.become(self.schedule.now, book.now._replace(refunds=(*book.now.refunds, made)))

    def seen(self, order_id: str) -> tuple[Book, State]:
        """The order as a reading finds it: now, or as some replica still has it."""
        book = self.books[order_id]
        lag = self.dice.random() * LONGEST_LAG if self.is_faulty and self.dice.random() < 0.4 else 0.0
        return book, book.at(self.schedule.now - timedelta(seconds=lag))

    def fault(self, faults: tuple[tuple[str, int], ...]) -> str:
        if not self.is_faulty:
            return "none"
        return self.dice.choices([name for name, _ in faults], [weight for _, weight in faults])[0]


def refused(kind: type[errors.Refused], status: int, code: str) -> errors.Refused:
    return kind(CALL, "POST", status=status, code=code)
