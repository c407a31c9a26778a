"""What a provider does: rows appear, are paid out, move, change, vanish, come back, and cannot be read for a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.months import first_of, shifted
from tests.provider import Provider

from .truth import COMING, State, Told

TICK = timedelta(microseconds=1)
CURRENCIES = ("AED", "KWD", "SAR")
TYPES = ("order", "refund", "instalment", "regularization")
ORDERS = (None, "order-01", "order-02")
AMOUNTS = (81480, 5000, 1, -5000, 0, 9 * 10**18, -9 * 10**18)
FEES = ((100, 450, 500), (0, 0, 0), (100, 550, 500))
"""Fixed, rate, and rate of the tax on both."""
SPOILS: tuple[dict[str, Any], ...] = (
    {"amount": 814.8}, {"total_amount": "n/a"}, {"fee_rate": 2**40}, {"currency": "X" * 17}, {"fee_amount": "9e30"},
    {"amount": 9 * 10**18, "fee_rate": 20_000},
)  # fmt: skip
SOUND = {"currency": "AED", "amount": 81480, "fee_amount": 100, "fee_rate": 450, "total_amount": 77525}
BUSY = 55
"""Rows of a busy day: more than a page holds."""


class Move(NamedTuple):
    """One move. Numbers choose a row, a place or a value among those that there are."""

    name: str
    row: int = 0
    place: int = 0
    value: int = 0


def _moves(weights: dict[str, int]) -> st.SearchStrategy[Move]:
    names = [name for name, weight in weights.items() for _ in range(weight)]
    return st.builds(Move, st.sampled_from(names), st.integers(0, 40), st.integers(0, 15), st.integers(0, 40))


_WEIGHTS = {"appear": 4, "move": 4, "between": 6, "change": 3, "vanish": 1, "come_back": 1, "spoil": 1, "mend": 2,
            "pay_out": 1, "be_busy": 1, "date_back": 1}  # fmt: skip
moves = _moves(_WEIGHTS)
moves_meanwhile = _moves(_WEIGHTS | {"between": 30})
"""More often those that change the periods which are being read."""


@dataclass
class Calendar:
    """The months and moments of a history: the current month, recent ones, and those that are long over."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.current = self.now.strftime("%Y-%m")
        self.months = [shifted(self.current, -back) for back in (0, 1, 2, 5, 14)]
        _, last, before, old, oldest = self.months
        ends = [first_of(shifted(month, 1)) - TICK for month in (last, old)]
        self.places: list[datetime | None] = [
            None, first_of(last) + timedelta(days=14), None, first_of(self.current), None,
            first_of(self.current) - timedelta(hours=2, minutes=30), *ends, first_of(before) + timedelta(days=4),
            first_of(last) + timedelta(days=20), self.now - timedelta(hours=1), first_of(oldest) + timedelta(days=2),
            self.now + timedelta(days=3), first_of(shifted(self.current, 1)) + timedelta(days=40),
            first_of(old) + timedelta(days=12), first_of(before) + timedelta(days=9),
        ]  # fmt: skip
        self.begin = self.now.replace(microsecond=0) - timedelta(days=500)


class Moves:
    """Makes moves at a provider, over HTTP. What there is to choose from is looked up before each."""

    def __init__(self, provider: Provider, look: Callable[[], State], calendar: Calendar) -> None:
        self._provider, self._look, self._calendar = provider, look, calendar
        self._gone: list[tuple[str, Told]] = []
        self._made = 0
        self.left, self.joined = COMING, calendar.current
        """The periods that a row has last left, and joined."""

    def make(self, move: Move) -> None:
        """Makes a move; one that has nothing to move is none."""
        before = self._look()
        getattr(self, move.name)(move)
        after, current = self._look(), self._calendar.current
        for name in sorted(before.keys() | after.keys()):
            was, now = (state[name].period(current) if name in state else None for state in (before, after))
            if was != now:
                self.left = self.left if was is None else was
                self.joined = self.joined if now is None else now
                return

    def between(self, move: Move) -> None:
        """A row goes from one to the other of the two periods between which rows have gone before."""
        current, ends = self._calendar.current, (self.left, self.joined)
        rows = [(name, told) for name, told in self._look().items() if told.period(current) in ends]
        if not rows or self.left == self.joined:
            return
        name, told = rows[move.row % len(rows)]
        there = ends[told.period(current) == self.left]
        paid = None if there == COMING else (first_of(there) + timedelta(hours=move.place)).isoformat()
        self._provider.change_transaction(name, paid=paid)

    def _pick(self, move: Move) -> tuple[str, Told] | None:
        rows = list(self._look().items())
        return rows[move.row % len(rows)] if rows else None

    def _place(self, move: Move) -> str | None:
        place = self._calendar.places[move.place % len(self._calendar.places)]
        return place.isoformat() if place else None

    def _new(self, move: Move, number: int = 0) -> None:
        kind, amount = TYPES[move.value % len(TYPES)], AMOUNTS[move.row % len(AMOUNTS)]
        fee, rate, tax = FEES[move.value % len(FEES)] if kind == "order" and abs(amount) < 10**18 else FEES[1]
        created = self._calendar.begin + timedelta(minutes=self._made // 2)
        self._made += 1
        self._provider.transaction(
            id=f"t-{self._made:04}", type=kind, currency=CURRENCIES[move.row % 5 % 3], amount=amount + number,
            fee_amount=fee, fee_rate=rate, fee_tax_rate=tax, total_amount=amount - move.value % 3,
            created=created.isoformat(), paid=self._place(move), order_id=ORDERS[move.value % 3],
        )  # fmt: skip

    def appear(self, move: Move) -> None:
        self._new(move)

    def be_busy(self, move: Move) -> None:
        """A full day, at most once in a history."""
        if len(self._look()) < BUSY:
            for number in range(BUSY):
                self._new(move._replace(row=1), number)

    def move(self, move: Move) -> None:
        """To another payout, or to none."""
        if found := self._pick(move):
            self._provider.change_transaction(found[0], paid=self._place(move))

    def change(self, move: Move) -> None:
        """Another figure, type or currency."""
        if (found := self._pick(move)) is None:
            return
        name, value = [
            ("total_amount", AMOUNTS[move.place % len(AMOUNTS)]), ("amount", AMOUNTS[move.place % 5]),
            ("type", TYPES[move.place % 4]), ("currency", CURRENCIES[move.place % 3]),
            ("fee_amount", 100 + move.place), ("fee_rate", 450 + move.place),
        ][move.value % 6]  # fmt: skip
        self._provider.change_transaction(found[0], **{name: value})

    def date_back(self, move: Move) -> None:
        """It was created at another moment."""
        if found := self._pick(move):
            created = self._calendar.begin - timedelta(minutes=move.value)
            self._provider.change_transaction(found[0], created=created.isoformat())

    def vanish(self, move: Move) -> None:
        if found := self._pick(move):
            self._provider.remove_transaction(found[0])
            self._gone.append(found)

    def come_back(self, move: Move) -> None:
        if not self._gone:
            return
        name, told = self._gone.pop(move.row % len(self._gone))
        figures = {"amount": told.amount, "fee_amount": told.fee, "fee_rate": told.rate, "total_amount": told.total}
        sound = figures if told.is_sound else SOUND
        self._provider.transaction(
            id=name, type=told.type, fee_tax_rate=told.tax_rate, created=_spoken(told.created),
            paid=_spoken(told.paid) if told.paid is not None else None, order_id=told.order_id,
            **{"currency": told.currency, **sound},
        )  # fmt: skip

    def spoil(self, move: Move) -> None:
        """It cannot be read until it is mended."""
        if found := self._pick(move):
            self._provider.change_transaction(found[0], **SPOILS[move.value % len(SPOILS)])

    def mend(self, move: Move) -> None:
        bad = [name for name, told in self._look().items() if not told.is_sound]
        if bad:
            self._provider.change_transaction(bad[move.row % len(bad)], **SOUND)

    def mend_all(self) -> None:
        for name, told in self._look().items():
            if not told.is_sound:
                self._provider.change_transaction(name, **SOUND)

    def pay_out(self, move: Move) -> None:
        self._provider.pay_out((None, *CURRENCIES)[move.value % 4])


def _spoken(micros: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).isoformat()
