"""Reading the ledger up to date: period after period, each shown only when it was proved whole.

A row stands in one period. So a period in which a row turns up that is current elsewhere is made current together with
that other period, read again; and so is the one in which a row turns up that has left its own. What a failed reading
collected is dropped: the last proved generation stays, with its age and the failure beside it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import structlog
from flask import g

from webapp import audit, jobs
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.jobs import Failed, JobContext, cause_of, performs
from webapp.models.base import now
from webapp.models.job import Job
from webapp.providers.http.errors import GatewayError, UnreadableAnswer, UnreadableRow
from webapp.providers.http.patience import Wait
from webapp.providers.registry import postpay

from .collect import Tell, Unsettled, collect, count
from .compare import Difference, compare
from .lost_rows import LostRows
from .periods import COMING, FRESH_FOR, may_be_counted, missing, periods_of
from .publish import Outdated, Writes, note_count, note_failure, publish
from .rates import mark_new_rates

log = structlog.stdlib.get_logger("webapp.settlement.ledger")

KIND = "ledger"
MOST_ROUNDS = 4
"""Readings of one period within a group, before its rows are said to keep moving."""


class Reading:
    """One run through periods of an account. `failed` tells why periods came to nothing.

    With `whole` none is only counted.
    """

    def __init__(
        self, account: Account, tell: Tell, wait: Wait = time.sleep, writes: Writes = writing, *, whole: bool = False
    ) -> None:
        self.account, self.tell, self.wait, self.writes, self.whole = account, tell, wait, writes, whole
        self.failed: dict[str, str] = {}
        self._at = COMING

    def bring_up_to_date(self, month: str) -> None:
        """Counts a period where that is enough, else reads it whole. What fails is noted and does not end the run.

        Raises GatewayError when no other period would fare better, and what `tell` and `wait` raise.
        """
        self._at = month
        try:
            if not self._is_as_counted(month):
                self._read_group(month)
        except UnreadableRow as error:
            self._note(month, "unreadable_row", row=error.row, field=error.field)
        except Unsettled:
            self._note(month, "incomplete")
        except GatewayError as error:
            self._note(month, cause_of(error))
            if not isinstance(error, UnreadableAnswer):
                raise

    def _note(self, month: str, cause: str, *, row: str = "", field: str = "") -> None:
        """Beside the period that could not be read, and the one that had to wait for it."""
        note_failure(self.account, self._at, cause, self.writes, row=row, field=field)
        if self._at != month:
            note_failure(self.account, month, "held_back", self.writes)
        self.failed |= {month: cause, self._at: cause}

    def _is_as_counted(self, month: str) -> bool:
        period = periods_of(self.account, [month]).get(month)
        if self.whole or period is None or not may_be_counted(period):
            return False
        begun = now()
        if count(self.account, postpay(self.account), month, self.wait) != period.rows:
            return False
        note_count(self.account, month, begun, self.writes)
        return True

    def _read_group(self, month: str) -> None:
        """Reads the period, and those that have to be made current with it."""
        with ExitStack() as stack:
            group: dict[str, Difference] = {}
            lost = LostRows(self.account, self.wait)
            todo, readings = [month], 0
            while todo:
                self._at = todo.pop()
                readings += 1
                if readings > MOST_ROUNDS * (len(group) + 1):
                    raise Unsettled(month)
                collected = stack.enter_context(collect(self.account, self._at, self.tell, self.wait))
                known = periods_of(self.account, [self._at]).get(self._at)
                group[self._at] = compare(self.account, collected, known.generation if known else 0)
                todo = todo or _drawn_in(group, lost)
            self._at = month
            try:
                publish(self.account, list(group.values()), self.writes)
            except Outdated:
                log.info("a newer reading was there already", account=self.account.slug, month=month)


def _drawn_in(group: dict[str, Difference], lost: LostRows) -> list[str]:
    """The periods that must be read, or read again, before the group may be made current."""
    others = {period for one in group.values() for period in one.elsewhere.values()} - set(group)
    if others:
        return sorted(others)
    if (moved := _in_two(group)) is not None:
        return [moved]
    return lost.periods(group)


def _in_two(group: dict[str, Difference]) -> str | None:
    """A period to read again because a row stands in it and in one that was read later: it has moved in between."""
    by_age = sorted(group.values(), key=lambda one: one.collected.begun)
    for place, older in enumerate(by_age):
        for newer in by_age[place + 1 :]:
            small, large = sorted((older, newer), key=lambda one: one.collected.count)
            if any(large.collected.rows.find(list(block)) for block in small.collected.blocks()):
                return older.month
    return None


def start_reading(
    account: Account,
    months: Iterable[str],
    owner_id: int | None,
    *,
    since: datetime | None = None,
    whole: bool = False,
) -> Job:
    """Has these months (at least one) read, and what is to come, where they are older than `since`; as a rule where
    they are not fresh. With `whole` a count of a month that is long over will not do.

    One entry in the audit log for a person who asked.
    """
    since = since or now() - FRESH_FOR
    asked_for = sorted(months)
    with writing() as session:
        asked = {"months": asked_for, "since": since.isoformat(), "whole": whole}
        job = jobs.start(
            KIND, account=account.slug, key=KIND, parameters=asked, owner_id=owner_id, request_id=g.get("request_id")
        )
        given = job.given
        every = sorted({*given["months"], *asked_for})
        latest, is_whole = max(given["since"], since.isoformat()), whole or given.get("whole", False)
        job.parameters = json.dumps({"months": every, "since": latest, "whole": is_whole})
        if owner_id is not None:
            facts = {"page": "payouts", "since": asked_for[0], "until": asked_for[-1]}
            audit.record(audit.Action.SETTLEMENTS_READ, account=account.slug, after=facts)
        session.flush()
    return job


def latest_job(account: Account) -> Job | None:
    """The reading under way, or how the last one ended."""
    return jobs.latest(KIND, account.slug)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reading has come: rows and months. `total` None until the provider has counted."""

    rows: int
    total: int | None
    months: int
    all_months: int


def progress(account: Account, job: Job) -> Progress:
    """For the panel; what is still to come is no month, but its rows are among those counted."""
    months = job.given["months"]
    left = missing(account, months, _since(job), whole=_is_whole(job))
    return Progress(job.done, job.total, len(months) - len(left), len(months))


def _is_whole(job: Job) -> bool:
    return bool(job.given.get("whole"))


def _since(job: Job) -> datetime:
    return datetime.fromisoformat(job.given["since"])


@performs(KIND)
def read_ledger(running: JobContext) -> None:
    """Reads what is asked for, the newest month first after what is still to come."""
    read_periods(running, _wanted_now)


class Wanted(NamedTuple):
    """Periods, newest first, of which nothing may be older than `since`. With `whole` no month is only counted, for a
    count does not show a total that has changed.
    """

    months: list[str]
    since: datetime
    whole: bool = False


def read_periods(running: JobContext, wanted_now: Callable[[JobContext], Wanted]) -> int:
    """Brings periods up to date, whatever is wanted by then, and compares the rates; returns the rows read.

    Raises Failed with the cause of the first period that could not be read, once all others were.
    """
    told = _Told(running)
    reading = Reading(running.account, told, running.pause, running.writing)

    def left_now() -> list[str]:
        wanted = wanted_now(running)
        reading.whole = wanted.whole
        due = missing(running.account, wanted.months, wanted.since, whole=wanted.whole)
        return [month for month in due if month not in reading.failed]

    try:
        while left := left_now():
            told.begin(sum(one.rows for one in periods_of(running.account, left[1:]).values()))
            reading.bring_up_to_date(left[0])
    except GatewayError:
        mark_new_rates(running.account, running.writing)  # what was read before stays
        raise
    mark_new_rates(running.account, running.writing)
    told.end()
    if reading.failed:
        raise Failed(next(iter(reading.failed.values())))
    return told.done


class _Told:
    """Rows of all periods together, for whoever watches; of periods to come as many as they had."""

    def __init__(self, running: JobContext) -> None:
        self._running, self._rows, self._to_come, self.done = running, 0, 0, 0

    def begin(self, to_come: int) -> None:
        self._take_over()
        self._to_come = to_come

    def __call__(self, rows: int, counted: int | None) -> None:
        if rows == 0:
            self._take_over()
        self._rows = rows
        total = None if counted is None else self.done + max(rows, counted) + self._to_come
        self._running.tell(self.done + rows, total)

    def end(self) -> None:
        self._take_over()
        self._running.tell(self.done, self.done)

    def _take_over(self) -> None:
        self.done, self._rows = self.done + self._rows, 0


def _wanted_now(running: JobContext) -> Wanted:
    """What the job asks for now; more may have been added since it began."""
    job = db.session.get_one(Job, running.job_id, populate_existing=True)
    wanted = Wanted([COMING, *reversed(job.given["months"])], _since(job), _is_whole(job))
    release()
    return wanted
