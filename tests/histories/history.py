"""One history: the provider moves, the desk reads, and after every step what is shown is checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.provider import Provider
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.jobs import work_once
from webapp.providers.http.errors import GatewayError
from webapp.providers.registry import postpay
from webapp.settlement.ledger.rates import mark_new_rates
from webapp.settlement.ledger.sync import Reading, latest_job, start_reading

from .bank import enter_some
from .checks import After, check_all
from .desk import Desk, Ledger
from .export import check_export
from .moves import Calendar, Move, Moves, moves
from .trouble import Fault, Killed, Steps, Trouble, broken, faults, troubles
from .truth import COMING, State, look

LAPSES = (timedelta(minutes=11), timedelta(days=1), timedelta(days=31))


class Step(NamedTuple):
    """One step of a history: a method of it, and what it takes."""

    name: str
    given: tuple[Any, ...] = ()


_months = st.sampled_from((6, 7, 6, 7, 6, 0, 1, 2, 3, 4, 5))
"""What is coming, five months, and the periods that a row has last left and joined."""
_faults = st.sampled_from((False, False, True)).flatmap(lambda fails: faults if fails else st.none())
_light = _faults.filter(lambda fault: fault is None or fault.times < 3)
_troubles = st.booleans().flatmap(lambda happens: troubles if happens else st.none())
_GIVEN: dict[str, st.SearchStrategy[tuple[Any, ...]]] = {
    "nothing": st.just(()),
    "moves": st.tuples(st.lists(moves, min_size=1, max_size=3)),
    "read": st.tuples(_months, _troubles, _faults),
    "read_everything": st.just(()),
    "work": st.tuples(st.lists(_months, min_size=1, max_size=3, unique=True), _troubles, _light, st.booleans()),
    "time_passes": st.tuples(st.integers(0, len(LAPSES) - 1)),
    "bank_is_typed": st.tuples(st.integers(0, 9), st.booleans(), st.booleans()),
    "export": st.tuples(st.integers(1, 5)),
}
_WEIGHTS = {"nothing": 1, "moves": 14, "read": 16, "read_everything": 1, "work": 2, "time_passes": 2,
            "bank_is_typed": 2, "export": 1}  # fmt: skip
_NAMES = [name for name, weight in _WEIGHTS.items() for _ in range(weight)]

steps = st.sampled_from(_NAMES).flatmap(lambda name: st.builds(Step, st.just(name), _GIVEN[name]))
"""What may come next; `nothing` is what a step becomes when it has no part in a finding."""


class History:
    """At a desk and a provider that have forgotten everything before."""

    def __init__(self, desk: Desk, sandbox: Sandbox, provider: Provider, person: int) -> None:
        self.desk, self.sandbox, self.provider, self.person = desk, sandbox, provider, person
        self.made = 0
        self.provider.reset()
        self.desk.forget()
        self.desk.somebody()
        self.calendar = Calendar()
        for number in (1, 2):
            self.provider.order(f"order-{number:02}", status="approved", created=self.calendar.begin.isoformat())
        self._moves = Moves(self.provider, lambda: look(self.sandbox), self.calendar)
        for number in range(12):
            self._moves.make(Move("appear", number, (0, 1, 3, 8, 1, 2, 6, 8, 9, 4, 11, 7)[number], number))
        self.states: list[State] = [look(self.sandbox)]
        self.ledger = Ledger.read()

    def go(self, given: Sequence[Step]) -> None:
        self.read_everything()
        for step in given:
            getattr(self, step.name)(*step.given)
            self.made += step.name != "nothing"
        self.end()

    def nothing(self) -> None:
        """Happens."""

    def moves(self, several: list[Move]) -> None:
        with self._observed():
            for move in several:
                self._move(move)

    def read(self, month: int, trouble: Trouble | None, fault: Fault | None) -> None:
        """One period, by the code that the worker calls."""
        self._read([self._month(month)], trouble, fault)

    def read_everything(self) -> None:
        self._read([COMING, *self.calendar.months], None, None)

    def work(self, chosen: list[int], trouble: Trouble | None, fault: Fault | None, again: bool) -> None:
        """A job as a page starts it, done by a worker."""
        named = {self._month(one) for one in chosen} - {COMING}
        asked = sorted(named) or [self.calendar.current]
        since = datetime.now(UTC) if again else None
        with self._observed(asked=[COMING, *asked], since=since) as after:
            start_reading(self.desk.account, asked, None, since=since)
            with broken(self.provider, fault):
                self._work(after, trouble)
            after.job = latest_job(self.desk.account)

    def time_passes(self, lapse: int) -> None:
        self.desk.time_passes(LAPSES[lapse])
        self.ledger = Ledger.read()

    def bank_is_typed(self, number: int, by_day: bool, is_equal: bool) -> None:
        with self._observed():
            enter_some(self.desk, self.person, number, by_day=by_day, is_equal=is_equal)

    def export(self, month: int) -> None:
        with self._observed():
            check_export(self.desk, self.person, self._month(month))

    def end(self) -> None:
        """All is well again and everything is read once more: each period on record is what the provider has."""
        self._moves.mend_all()
        self.states = [look(self.sandbox)]
        self.desk.time_passes(timedelta(days=31))
        self.ledger = Ledger.read()
        self._read(sorted({*self.ledger.periods, COMING}), None, None)
        assert not any(period.failure for period in self.ledger.periods.values())
        on_record = {month for month, period in self.ledger.periods.items() if period.is_proved}
        current = datetime.now(UTC).strftime("%Y-%m")
        expected = {name: told.kept for name, told in self.states[-1].items() if told.period(current) in on_record}
        assert self.ledger.every_row == expected

    # How

    def _month(self, number: int) -> str:
        return (COMING, *self.calendar.months, self._moves.left, self._moves.joined)[number]

    def _move(self, move: Move) -> None:
        self._moves.make(move)
        self.states.append(look(self.sandbox))

    def _read(self, asked: Sequence[str], trouble: Trouble | None, fault: Fault | None) -> None:
        with broken(self.provider, fault):
            for month in asked:
                with self._observed(asked=[month]) as after:
                    self._bring_up_to_date(month, after, trouble)

    def _bring_up_to_date(self, month: str, after: After, trouble: Trouble | None) -> None:
        """As the job does it for one period, by the real code, and in trouble at some step."""
        steps = self._steps(trouble, after)
        reading = Reading(self.desk.account, steps, steps, writing)
        try:
            with steps.watching():
                try:
                    reading.bring_up_to_date(month)
                except GatewayError:
                    after.ended = True
                mark_new_rates(self.desk.account, writing)
            after.marked = True
        except Killed:
            after.died = True

    def _work(self, after: After, trouble: Trouble | None) -> None:
        """One job by a worker, and by another one where the first dies."""
        try:
            with self._steps(trouble, after).watching():
                work_once(self.desk.app)
        except Killed:
            self.desk.leases_end()
            work_once(self.desk.app)

    def _steps(self, trouble: Trouble | None, after: After) -> Steps:
        def happen(inside: bool) -> bool:
            assert trouble is not None
            if trouble.what == "die":
                raise Killed
            if "read" in trouble.what and inside:
                return False
            if "move" in trouble.what:
                self._move(trouble.move)
            if "read" in trouble.what:
                after.others_read = True
                self._read_meanwhile(self._month(trouble.month))
            return True

        return Steps(trouble.at, happen) if trouble else Steps(10**9, lambda _: True)

    def _read_meanwhile(self, month: str) -> None:
        """Somebody else reads a period."""
        with suppress(GatewayError):
            Reading(self.desk.account, lambda *_: None, lambda _: None, writing).bring_up_to_date(month)

    @contextmanager
    def _observed(self, *, asked: Sequence[str] = (), since: datetime | None = None) -> Iterator[After]:
        """A step, and what must hold after it."""
        first, after = len(self.states) - 1, After(asked, since)
        yield after
        db.session.rollback()
        now = Ledger.read()
        check_all(self.desk, self.ledger, now, self.states[first:], after)
        self.ledger = now
        if postpay(self.desk.account).breaker_open:
            self.desk.forget_client()
