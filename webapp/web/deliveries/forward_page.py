"""Targets and replays as values: how each does, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup

from webapp.core.accounts import Account
from webapp.models.base import now
from webapp.models.delivery import ForwardState
from webapp.models.forward import ForwardTarget, Replay
from webapp.models.job import JobState
from webapp.presentation.delivery_words import TARGET_EVENTS, attempt_words
from webapp.presentation.formatting import time_html, when_long
from webapp.web.job_status import failure_words, unattended_words
from webapp.webhooks.address import host_of
from webapp.webhooks.forwarding.replay import progress
from webapp.webhooks.forwarding.targets import Tally, tallies

Words = tuple[str, str]
"""Words and their tone."""


class TargetRow(NamedTuple):
    """One target, each part ready for its cell."""

    href: str
    name: str
    host: str
    events: str
    state: Words
    last: Words | None
    last_at: Markup | None
    tally: Tally


class ReplayStanding(NamedTuple):
    """How a replay stands: figures of deliveries, what it says of itself, and whether it still goes on."""

    state: Words
    sent: int
    failed: int
    waiting: int
    total: int
    is_open: bool
    problem: str | None

    @property
    def settled(self) -> int:
        return self.sent + self.failed


def target_rows(account: Account, targets: Sequence[ForwardTarget]) -> list[TargetRow]:
    counted = tallies(targets)
    return [
        TargetRow(
            url_for("deliveries.show_target", account=account, target_id=one.id),
            one.name,
            host_of(one.url),
            events_words(one),
            state_words(one),
            last_words(one),
            time_html(one.last_at) if one.last_at else None,
            counted[one.id],
        )
        for one in targets
    ]


def events_words(target: ForwardTarget) -> str:
    if set(target.event_list) == set(TARGET_EVENTS):
        return gettext("Everything")
    return ", ".join(str(TARGET_EVENTS[event]) for event in target.event_list)


def state_words(target: ForwardTarget) -> Words:
    if not target.active:
        return gettext("Paused"), "idle"
    if target.failures:
        return gettext("Not answering"), "bad"
    return gettext("On"), "ok"


def last_words(target: ForwardTarget) -> Words | None:
    """How the newest attempt ended; None before the first."""
    if target.last_at is None:
        return None
    is_good = target.last_code is not None and 200 <= target.last_code < 300
    return attempt_words(target.last_code, target.last_error), "ok" if is_good else "bad"


def target_facts(target: ForwardTarget, *, may_edit: bool) -> list[tuple[str, Any]]:
    silent = target.silent_until if target.silent_until and target.silent_until > now() else None
    name, moment = target.changer.name, when_long(target.changed)
    return [
        (gettext("Address"), target.url if may_edit else host_of(target.url)),
        (gettext("What it is sent"), events_words(target)),
        (gettext("Fingerprint of the secret"), target.secret_fingerprint),
        (gettext("Changed"), gettext("by %(name)s, %(moment)s", name=name, moment=moment)),
        (gettext("Paused since"), when_long(target.off_since) if target.off_since and not target.active else None),
        (gettext("Attempts without an answer in a row"), f"{target.failures:,}" if target.failures else None),
        (gettext("Left alone until"), time_html(silent) if silent else None),
    ]


def tally_facts(tally: Tally) -> list[tuple[str, Any]]:
    return [
        (gettext("Taken"), f"{tally.sent:,}"),
        (gettext("On their way"), f"{tally.waiting:,}"),
        (gettext("Not taken"), f"{tally.failed:,}"),
        (gettext("Replaced by newer ones"), f"{tally.superseded:,}"),
    ]


def standing(replay: Replay) -> ReplayStanding:
    counted, job = progress(replay), replay.job
    is_queuing = job is not None and job.is_open
    sent, failed = counted[ForwardState.SENT], counted[ForwardState.FAILED]
    waiting = counted[ForwardState.WAITING] + (max(replay.chosen - replay.queued, 0) if is_queuing else 0)
    is_open = replay.cancelled is None and waiting > 0
    problem = (failure_words(job) or unattended_words(job)) if job is not None and replay.cancelled is None else None
    return ReplayStanding(_replay_words(replay, is_open), sent, failed, waiting, replay.chosen, is_open, problem)


def _replay_words(replay: Replay, is_open: bool) -> Words:
    if replay.cancelled is not None:
        return gettext("Cancelled"), "idle"
    if replay.job is not None and replay.job.state == JobState.FAILED:
        return gettext("Ended early"), "bad"
    return (gettext("Running"), "wait") if is_open else (gettext("Done"), "ok")


def replay_facts(replay: Replay) -> list[tuple[str, Any]]:
    """What was requested."""
    event = TARGET_EVENTS.get(replay.event or "")
    of_scope = gettext("Those that the target had not taken") if replay.scope == "missing" else gettext("All")
    left_out = gettext("%(count)s: newer deliveries tell of the same", count=f"{replay.replaced:,}")
    name, moment = replay.requester.name, when_long(replay.created)
    return [
        (gettext("Started"), gettext("by %(name)s, %(moment)s", name=name, moment=moment)),
        (gettext("Received from"), when_long(replay.since) if replay.since else None),
        (gettext("Received before"), when_long(replay.until) if replay.until else None),
        (gettext("Tells of"), str(event) if event else None),
        (gettext("About"), replay.about),
        (gettext("Which of them"), of_scope),
        (gettext("Left out"), left_out if replay.replaced else None),
        (gettext("Cancelled"), when_long(replay.cancelled) if replay.cancelled else None),
    ]
