"""What a client of the provider's is to the desk: each call travels, may be lost on either way, or be answered late."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from webapp.providers.http import errors
from webapp.providers.postpay.models import Order, Refund

from .provider import CALL, Book, Made, Post, Provider, State, refused

T = TypeVar("T")

WRITE_FAULTS = (
    ("none", 40), ("not_sent", 5), ("lost_before", 6), ("lost_after", 16), ("late", 9), ("failed_before", 4),
    ("failed_after", 4), ("throttled", 3), ("throttled_after", 1), ("unreadable_after", 4), ("unauthorized", 1),
)  # fmt: skip
ON_A_BAD_DAY = tuple((name, 80 if name in ("not_sent", "late") else weight) for name, weight in WRITE_FAULTS)
READ_FAULTS = (("none", 85), ("not_sent", 3), ("lost", 5), ("failed", 4), ("unreadable", 3))
DEADLINE = 10.0
QUICK, SLOW = 0.3, 6.0
"""Seconds that one way may take."""
SLOW_OFTEN, SLOW_OFTEN_ON_A_BAD_DAY = 0.1, 0.2
LATE = (0.5, 0.5, 1.5, 3.0, 12.0, 45.0, 200.0, 1500.0)


class Client:
    """What the desk's engine and pages ask of `PostpayClient`, answered by the simulated provider."""

    breaker_open = False

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._dice = provider.dice
        self._has_answer = False

    @property
    def clock_skew(self) -> timedelta | None:
        return timedelta(seconds=round(self._provider.skew.total_seconds())) if self._has_answer else None

    def get_order(self, *, order_id: str, deadline: float | None = None) -> Order:
        return self._read(lambda: self._order(*self._provider.seen(order_id)), deadline)

    def list_all_refunds(self, *, order_id: str, deadline: float | None = None) -> list[Refund]:
        return self._read(lambda: [_refund(one) for one in self._provider.seen(order_id)[1].refunds], deadline)

    def get_refund(self, *, order_id: str, refund_id: str, deadline: float | None = None) -> Refund:
        def find() -> Refund:
            for one in self._provider.seen(order_id)[1].refunds:
                if one.refund_id == refund_id:
                    return _refund(one)
            raise refused(errors.NotFound, 404, "not_found")

        return self._read(find, deadline)

    def create_refund(self, *, order_id: str, body: bytes, deadline: float | None = None) -> Refund:
        sent = json.loads(body)
        self._provider.posts.append(Post(order_id, sent["refund_id"], body))
        self._provider.witness(sent["refund_id"])
        refund = lambda: self._provider.refund(order_id, sent["refund_id"], sent["amount"])  # noqa: E731
        self._write(order_id, sent["refund_id"], refund, deadline)
        return _refund(Made(sent["refund_id"], sent["amount"], self._provider.clock))

    def capture_order(self, *, order_id: str, deadline: float | None = None) -> Order:
        book = self._provider.books[order_id]
        book.desk_captures += 1
        try:
            self._write(order_id, "", lambda: self._provider.capture(order_id, "desk"), deadline)
        except errors.InvalidStatus:
            book.was_beaten = book.was_beaten or book.desk_captures == 1
            raise
        return self._order(book, book.now)

    def _order(self, book: Book, state: State) -> Order:
        return Order.model_construct(
            order_id=book.order_id, status=state.status, status_changed=state.changed, total_amount=book.total,
            tax_amount=0, currency=book.currency, created=book.moments[0],
        )  # fmt: skip

    def _read(self, answer: Callable[[], T], deadline: float | None) -> T:
        fault = self._provider.fault(READ_FAULTS)
        if fault == "not_sent":
            raise errors.NotSent(CALL, "GET", "refused")
        ends = self._ends(deadline)
        self._travel(ends, "GET")
        if fault == "lost":
            raise errors.AnswerLost(CALL, "GET", "lost")
        if fault == "failed":
            raise errors.ProviderFailed(CALL, "GET", status=503)
        if fault == "unreadable":
            raise errors.UnreadableAnswer(CALL, "GET", "malformed", status=200)
        found = answer()
        self._has_answer = True
        self._travel(ends, "GET")
        return found

    def _write(self, order_id: str, number: str, act: Callable[[], None], deadline: float | None) -> None:
        """Sends something: what the fault says becomes of it, on the way there and on the way back.

        Beside it only a repetition may be under way of what the provider has already done: a page may have seen that
        while the worker was about to ask again, and can go on with the next refund.
        """
        under_way = self._provider.under_way[order_id]
        made = {one.refund_id for one in self._provider.books[order_id].now.refunds}
        assert number not in under_way, "I4: one refund is sent twice at once"
        assert set(under_way) <= made, "I4: two at once for one order"
        under_way.append(number)
        try:
            self._deliver(order_id, act, self._provider.fault(self._write_faults), self._ends(deadline))
        finally:
            under_way.remove(number)

    def _deliver(
        self, what: str, act: Callable[[], object], fault: str, ends: datetime, late: Sequence[float] = LATE
    ) -> None:
        if fault == "not_sent":
            patience = (ends - self._provider.schedule.now).total_seconds()
            self._provider.schedule.pause(self._dice.choice((0.0, 1.0, 1.0)) * patience)
            raise errors.NotSent(CALL, "POST", "no connection in time")
        if fault == "late":
            self._provider.schedule.spawn(
                f"late {what}", lambda: _do_quietly(act), after=self._dice.choice(late), may_die=False
            )
            self._provider.schedule.pause((ends - self._provider.schedule.now).total_seconds())
            raise errors.AnswerLost(CALL, "POST", "lost")
        self._travel(ends, "POST")
        if fault == "lost_before":
            raise errors.AnswerLost(CALL, "POST", "lost")
        if fault == "failed_before":
            raise errors.ProviderFailed(CALL, "POST", status=500)
        if fault == "throttled":
            raise errors.Throttled(CALL, "POST", status=429, code="throttled", retry_after=self._dice.choice((None, 7)))
        if fault == "unauthorized":
            raise errors.Unauthorized(CALL, "POST", status=401, code="not_authenticated")
        act()
        self._has_answer = True
        self._travel(ends, "POST")
        if fault == "lost_after":
            raise errors.AnswerLost(CALL, "POST", "lost")
        if fault == "failed_after":
            raise errors.ProviderFailed(CALL, "POST", status=502)
        if fault == "throttled_after":
            raise errors.Throttled(CALL, "POST", status=429, code="throttled")
        if fault == "unreadable_after":
            raise errors.UnreadableAnswer(CALL, "POST", "malformed", status=200)

    @property
    def _write_faults(self) -> tuple[tuple[str, int], ...]:
        return ON_A_BAD_DAY if self._provider.schedule.is_bad_day else WRITE_FAULTS

    def _ends(self, deadline: float | None) -> datetime:
        return self._provider.schedule.now + timedelta(seconds=DEADLINE if deadline is None else deadline)

    def _travel(self, ends: datetime, method: str) -> None:
        """One way, within what is left of the call's time. Raises AnswerLost."""
        often = SLOW_OFTEN_ON_A_BAD_DAY if self._provider.schedule.is_bad_day else SLOW_OFTEN
        seconds = self._dice.random() * (SLOW if self._provider.is_faulty and self._dice.random() < often else QUICK)
        left = (ends - self._provider.schedule.now).total_seconds()
        self._provider.schedule.pause(max(0.0, min(seconds, left)))
        if seconds > left:
            raise errors.AnswerLost(CALL, method, "deadline")


def _refund(made: Made) -> Refund:
    return Refund.model_construct(refund_id=made.refund_id, amount=made.amount, created=made.created)


def _do_quietly(act: Callable[[], object]) -> None:
    try:
        act()
    except errors.Refused:
        return
