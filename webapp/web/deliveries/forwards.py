"""What became of one delivery at each target, attempt by attempt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import select

from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.core.sealing import CannotUnseal
from webapp.models.base import now
from webapp.models.delivery import Delivery, ForwardState
from webapp.models.forward import Forward, ForwardAttempt, ForwardTarget
from webapp.presentation.delivery_words import FORWARD_STATES, attempt_words
from webapp.presentation.formatting import time_html
from webapp.presentation.masked_body import ShownBody, masked, opened
from webapp.webhooks.deliveries.content import open_content
from webapp.webhooks.forwarding.targets import targets_of


class AttemptLine(NamedTuple):
    """A try, ready for its cells; `answer` is the beginning of the response's body, `hides` whether there is more."""

    at: Markup
    words: str
    tone: str
    ms: str
    answer: str | None
    hides: bool


class ForwardCard(NamedTuple):
    """A delivery at one target; `button` is what can be done there, if anything."""

    target: ForwardTarget
    facts: list[tuple[str, Any]]
    attempts: list[AttemptLine]
    button: str | None


def cards(account: Account, delivery: Delivery, *, is_open: bool) -> list[ForwardCard]:
    """By target: where it went, and where it could go; `is_open` shows responses without hiding personal data."""
    rows = db.session.scalars(select(Forward).where(Forward.delivery_id == delivery.id).order_by(Forward.id)).all()
    tries = _attempts(rows)
    told = {one.target_id for one in rows}
    return [
        *(
            ForwardCard(one.target, _facts(one), [_line(each, is_open) for each in tries[one.id]], _button(one))
            for one in rows
        ),
        *(
            ForwardCard(target, _never(delivery, target), [], gettext("Send it there now"))
            for target in targets_of(account)
            if target.id not in told and target.active
        ),
    ]


def _attempts(rows: Sequence[Forward]) -> dict[int, list[ForwardAttempt]]:
    """Newest first, by forward."""
    found: dict[int, list[ForwardAttempt]] = {one.id: [] for one in rows}
    tries = select(ForwardAttempt).where(ForwardAttempt.forward_id.in_(found)).order_by(ForwardAttempt.id.desc())
    for one in db.session.scalars(tries):
        found[one.forward_id].append(one)
    return found


def _facts(forward: Forward) -> list[tuple[str, Any]]:
    words, tone = FORWARD_STATES[forward.state]
    waits = forward.state == ForwardState.WAITING
    silent = forward.target.silent_until
    following = max(forward.next_try, silent) if forward.next_try and silent else forward.next_try
    is_due = following is not None and following <= now()
    return [
        (gettext("State"), Markup('<span class="st st-{}">{}</span>').format(tone, words)),
        (gettext("Next try"), (gettext("within seconds") if is_due else time_html(following)) if waits else None),
        (gettext("Tried until"), time_html(forward.until) if waits else None),
        (gettext("Target"), _off_words(forward.target)),
    ]


def _off_words(target: ForwardTarget) -> str | None:
    if target.deleted is not None:
        return gettext("Deleted since: nothing is sent there any more")
    return None if target.active else gettext("Paused: nothing is sent there at the moment")


def _never(delivery: Delivery, target: ForwardTarget) -> list[tuple[str, Any]]:
    if delivery.received < target.created:
        return [(gettext("State"), gettext("Not sent: it came before this target was added"))]
    return [(gettext("State"), gettext("Not sent: the target was paused, or is not sent such events"))]


def _button(forward: Forward) -> str | None:
    if not forward.target.active or forward.target.deleted is not None:
        return None
    return gettext("Send it again") if forward.state == ForwardState.SENT else gettext("Try now")


def _line(row: ForwardAttempt, is_open: bool) -> AttemptLine:
    is_good = row.code is not None and 200 <= row.code < 300
    words, shown = attempt_words(row.code, row.error), _answer(row, is_open)
    tone = "ok" if is_good else "bad"
    return AttemptLine(
        time_html(row.at), words, tone, f"{row.ms:,} ms", shown.body if shown else None, bool(shown and shown.hides)
    )


def _answer(row: ForwardAttempt, is_open: bool) -> ShownBody | None:
    """The beginning of the response, as everybody may see it; None where it had none, or the key is gone."""
    if row.answer_sealed is None:
        return None
    try:
        content = open_content(current_app.extensions["settings"], row.answer_sealed)
    except CannotUnseal:
        return None
    return opened(content) if is_open else masked(content)
