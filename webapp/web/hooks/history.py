"""What was done with a webhook, by day and newest first: from the desk's changes and from the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from flask_babel import gettext
from sqlalchemy import select

from webapp import audit
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.hook_change import ChangeState, HookAction, HookChange
from webapp.presentation.audit.entries import DescribedEntry, entries_for_object
from webapp.presentation.formatting import long_day
from webapp.presentation.hook_words import change_href, change_short, change_who, event_words
from webapp.web.shown_address import shown_address

MOST = 50
_TONES = {ChangeState.SUCCEEDED: "ok", ChangeState.REFUSED: "bad", ChangeState.CLOSED: "idle"}
_ICONS = {
    HookAction.CREATE: "plus",
    HookAction.EDIT: "settings",
    HookAction.SECRET: "key",
    HookAction.ACTIVATE: "player-play",
    HookAction.PAUSE: "circle-minus",
    HookAction.DELETE: "x",
}
TOLD_BY_CHANGES = (
    audit.Action.HOOK_INTENT, audit.Action.HOOK_SUCCEEDED, audit.Action.HOOK_REFUSED, audit.Action.HOOK_UNKNOWN,
    audit.Action.HOOK_CLOSED,
)  # fmt: skip


class HookEventLine(NamedTuple):
    """Something that happened, as the timeline component wants it."""

    moment: datetime
    title: str
    text: str = ""
    who: str = ""
    href: str | None = None
    reference: str = ""
    icon: str = "point"
    tone: str = "idle"


class History(NamedTuple):
    """The days with their events. `waiting_secret`: the change whose secret nobody has seen yet; `last_secret`: the
    newest change that brought one into force."""

    days: list[tuple[str, list[HookEventLine]]]
    waiting_secret: HookChange | None
    last_secret: HookChange | None


def history(account: Account, hook_id: str) -> History:
    """All that the desk knows about a webhook; nothing is asked of the provider."""
    changes = db.session.scalars(
        select(HookChange)
        .where(HookChange.account == account.slug, HookChange.hook_id == hook_id)
        .order_by(HookChange.id.desc())
        .limit(MOST)
    ).all()
    told = entries_for_object(account.slug, "hook", hook_id, MOST)
    release()
    events = sorted([*map(_of_change, changes), *_of_log(told)], key=lambda event: event.moment, reverse=True)
    days = [
        (long_day(day), list(of_day))
        for day, of_day in groupby(events, key=lambda event: event.moment.astimezone(account.zone).date())
    ]
    brought = [each for each in changes if each.brings_secret and each.state == ChangeState.SUCCEEDED]
    last = brought[0] if brought else None
    return History(days, last if last and last.can_show_secret else None, last)


def _of_change(change: HookChange) -> HookEventLine:
    return HookEventLine(
        change.settled or change.created,
        change_short(change),
        text=_text(change),
        who=gettext("by %(name)s", name=change_who(change)),
        href=change_href(change),
        icon=_ICONS[HookAction(change.action)],
        tone=_TONES.get(ChangeState(change.state), "unknown"),
    )


def _text(change: HookChange) -> str:
    if change.action in (HookAction.CREATE, HookAction.EDIT):
        return f"{shown_address(change.url)} · {event_words(change.event_list)}"
    if change.action == HookAction.SECRET and change.secret_fingerprint:
        return gettext("Fingerprint %(mark)s", mark=change.secret_fingerprint)
    return ""


def _of_log(told: Sequence[DescribedEntry]) -> list[HookEventLine]:
    """What the changes do not tell: looks, repetitions, the showing of a secret, steps of a rotation."""
    return [
        HookEventLine(
            each.moment,
            each.label,
            who=gettext("by %(name)s", name=each.actor),
            icon="eye" if each.entry.event == audit.Action.HOOK_SECRET_SHOWN else "shield-lock",
            tone="idle" if each.tone == "ok" else each.tone,
        )
        for each in told
        if each.entry.event not in TOLD_BY_CHANGES
    ]
