"""The work lists side by side: how much stands in each, as of when, and how the last check went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask import current_app, url_for

from webapp.core.accounts import Account
from webapp.models.base import now
from webapp.settlement.reconciliation.ages import Ages, ages
from webapp.settlement.reconciliation.counter import correct_to_look_at
from webapp.settlement.reconciliation.start import last_job
from webapp.settlement.reconciliation.work_lists import WorkList, checked_at, counts, has_bank_amounts
from webapp.web.job_status import failure_words, unattended_words

from .words import WORDS, count_words, meaning


class Section(NamedTuple):
    """One list. `is_known` is False where nothing was read for it yet: then its count means nothing, and `unknown`
    and `unknown_hint` stand in its place.
    """

    name: str
    title: str
    icon: str
    meaning: str
    good: str
    href: str
    size: int
    count_words: str
    as_of: datetime | None
    is_known: bool
    unknown: str
    unknown_hint: str


@dataclass(frozen=True, slots=True)
class LastCheck:
    """The newest check that was asked for. `problem` says why it came to nothing, or that nobody takes it up."""

    is_open: bool
    done: int
    total: int | None
    problem: str | None
    finished: datetime | None


def span_of(account: Account) -> Ages:
    return ages(account, current_app.extensions["settings"], now())


def sections(account: Account, span: Ages) -> list[Section]:
    """All lists with their counts; the counter in the navigation follows."""
    counted, checked = counts(account.slug, span), checked_at(account)
    known = {one for one in WorkList if checked[one]} | ({WorkList.BANK} if has_bank_amounts(account) else set())
    correct_to_look_at(account, sum(counted.values()))
    return [_section(one, account, counted[one], checked[one], one in known) for one in WorkList]


def _section(work_list: WorkList, account: Account, count: int, as_of: datetime | None, is_known: bool) -> Section:
    words = WORDS[work_list]
    return Section(
        work_list.value,
        str(words.title),
        words.icon,
        meaning(work_list, current_app.extensions["settings"]),
        str(words.good),
        url_for("checks.show_work_list", account=account, work_list=work_list.value),
        count,
        count_words(count),
        as_of,
        is_known,
        str(words.unknown),
        str(words.unknown_hint),
    )


def last_check(account: Account) -> LastCheck | None:
    """How the newest check stands; None before the first."""
    job = last_job(account)
    if job is None:
        return None
    problem = failure_words(job) or unattended_words(job)
    return LastCheck(job.is_open, job.done, job.total, problem, job.finished)
