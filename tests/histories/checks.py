"""What must hold after every step, whatever happened in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from webapp.models.job import Job, JobState
from webapp.models.ledger import LedgerPeriod

from .desk import Change, Desk, Kept, Ledger
from .shown import check_receipts, check_shown, check_sums
from .truth import KEPT, State, first_of_new_rates, rows_of

FRESH_FOR = timedelta(minutes=10)
TOLD = tuple(KEPT.index(name) for name in ("currency", "paid", "amount_minor", "total_minor", "fee_minor", "fee_rate",
                                           "fee_tax_rate", "type", "order_id"))  # fmt: skip
"""What is a change when the provider tells it otherwise."""
BEFORE = tuple(KEPT.index(name) for name in ("currency", "paid", "amount_minor", "total_minor"))
AFTER = BEFORE[1:]
PAID = KEPT.index("paid")


@dataclass
class After:
    """What is known of a step: which periods it was to bring up to date, and how that ended."""

    asked: Sequence[str] = ()
    since: datetime | None = None
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    died: bool = False
    ended: bool = False
    marked: bool = False
    others_read: bool = False
    job: Job | None = None


def check_all(desk: Desk, before: Ledger, now: Ledger, window: Sequence[State], after: After) -> None:
    """`window` are the provider's states from the beginning of the step to its end."""
    current = datetime.now(UTC).strftime("%Y-%m")
    check_sums(now)
    assert set(before.periods) <= set(now.periods)
    for month, period in now.periods.items():
        _check_period(before, now, month, [rows_of(state, month, current) for state in window], after)
        if period.failure == "unreadable_row" and period.failed and period.failed >= after.began:
            assert any(not state[period.bad_row].is_readable for state in window if period.bad_row in state)
            assert period.bad_field
    lost = now.lost_since(before)
    assert all(any(name not in state for state in window) for name in lost), "a row that the provider has is nowhere"
    if after.others_read or (after.job is not None and len(window) > 1):
        _check_chains(before, now)
    else:
        _check_changes(before, now)
    if after.marked or after.job is not None:
        assert now.new_rates == first_of_new_rates(now.every_row)
    check_receipts(desk, now, before)
    if not after.died and not after.others_read:
        _check_asked(before, now, after, [Counter(told.period(current) for told in state.values()) for state in window])
    if _generations(before) != _generations(now) or now.new_rates != before.new_rates:
        check_shown(desk, now)


def _generations(ledger: Ledger) -> dict[str, tuple[int, str | None]]:
    return {month: (period.generation, period.failure) for month, period in ledger.periods.items()}


def _check_period(
    before: Ledger, now: Ledger, month: str, possible: list[dict[str, Kept] | None], after: After
) -> None:
    """Its rows are those of the last proved generation, or the provider's at some moment of this step."""
    period, was, rows = now.periods[month], before.periods.get(month), now.rows.get(month, {})
    if period.generation == (was.generation if was else 0):
        assert rows == before.rows.get(month, {}), f"{month} has changed without a reading"
        assert period.read == (was.read if was else None)
        return
    assert rows in possible, f"{month} is what the provider never had"
    assert period.read is not None
    assert after.began <= period.read <= datetime.now(UTC)
    assert period.failure is None or (period.failed and period.failed >= period.read)


def _expected(before: Ledger, now: Ledger) -> list[Change]:
    current, expected = now.every_row, []
    for month, own in before.rows.items():
        read = before.periods[month].read
        for name, was in own.items():
            then = tuple(was[place] for place in BEFORE)
            if name not in current:
                expected.append(Change(name, "gone", then, (None, None, None), read))
            elif was[PAID] is not None and any(was[place] != current[name][place] for place in TOLD):
                kind = "moved" if was[PAID] != current[name][PAID] else "changed"
                expected.append(Change(name, kind, then, tuple(current[name][place] for place in AFTER), read))
    return expected


def _check_changes(before: Ledger, now: Ledger) -> None:
    """One fact for each row that was told otherwise, and none besides."""
    found = now.changes[len(before.changes) :]
    assert now.changes[: len(before.changes)] == before.changes
    assert sorted(found, key=_by_id) == sorted(_expected(before, now), key=_by_id)


def _by_id(change: Change) -> str:
    return change.transaction_id


def _check_chains(before: Ledger, now: Ledger) -> None:
    """Several readings were made current in between: the first fact begins where the ledger was."""
    found = now.changes[len(before.changes) :]
    for wanted in _expected(before, now):
        own = [one for one in found if one.transaction_id == wanted.transaction_id]
        assert own, f"{wanted.transaction_id} has changed without a word"
        if wanted.before[1] is not None:
            assert own[0].before == wanted.before


def _check_asked(before: Ledger, now: Ledger, after: After, counted: list[Counter[str]]) -> None:
    """What was to be brought up to date is, or says why not."""
    if after.job is not None:
        _check_job(now, after, after.job)
        return
    for month in after.asked:
        period, was = now.periods.get(month), before.periods.get(month)
        assert period is not None
        if period.generation > (was.generation if was else 0) or _has_failed(period, after):
            continue
        assert not after.ended
        assert period.checked is not None
        assert period.checked >= after.began, f"{month} was neither read nor counted"
        assert period.rows in {rows[month] for rows in counted}


def _has_failed(period: LedgerPeriod, after: After) -> bool:
    return period.failure is not None and period.failed is not None and period.failed >= after.began


def _check_job(now: Ledger, after: After, job: Job) -> None:
    periods = [now.periods.get(month) for month in after.asked]
    if job.state == JobState.FAILED:
        assert any(_has_failed(period, after) for period in now.periods.values()), job.cause
        return
    assert job.state == JobState.DONE
    since = after.since or after.began - FRESH_FOR
    for period in periods:
        assert period is not None
        assert period.is_proved
        assert not period.failure, "done, and yet something failed"
        assert max(filter(None, (period.read, period.checked))) >= since
