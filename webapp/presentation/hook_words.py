"""What the pages say of webhooks and of their changes: done, refused, or not known yet - never "failed" for that."""

from __future__ import annotations

from flask import Flask, url_for
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from webapp.models.base import now
from webapp.models.hook_change import ChangeState, HookAction, HookChange
from webapp.models.prepared_secret import PreparedSecret
from webapp.models.rotation import Rotation, RotationStep, Standing
from webapp.operations import standing as standings
from webapp.providers.postpay.answered import unreadable_fields
from webapp.providers.postpay.models import Hook
from webapp.webhooks.address import host_of
from webapp.webhooks.endpoints.twins import TWIN

from .formatting import icon_html, next_check_words, when, when_long
from .outcomes import row
from .outcomes.rows import INTERRUPTED, OTHER, Row
from .unreadable_words import not_readable

EVENT_LABELS = {"order": lazy_gettext("Orders"), "transaction": lazy_gettext("Transactions")}
_KINDS = {ChangeState.SUCCEEDED: "success", ChangeState.REFUSED: "danger", ChangeState.CLOSED: "info"}
_WHAT = {
    HookAction.CREATE: lazy_gettext("Creating the webhook"),
    HookAction.EDIT: lazy_gettext("Editing the webhook"),
    HookAction.SECRET: lazy_gettext("Changing the secret"),
    HookAction.ACTIVATE: lazy_gettext("Switching the webhook on"),
    HookAction.PAUSE: lazy_gettext("Pausing the webhook"),
    HookAction.DELETE: lazy_gettext("Deleting the webhook"),
}
_SHORT = {
    HookAction.CREATE: lazy_gettext("Created"),
    HookAction.EDIT: lazy_gettext("Edited"),
    HookAction.SECRET: lazy_gettext("Secret changed"),
    HookAction.ACTIVATE: lazy_gettext("Switched on"),
    HookAction.PAUSE: lazy_gettext("Paused"),
    HookAction.DELETE: lazy_gettext("Deleted"),
}
_STEPS = {
    RotationStep.MAKE: lazy_gettext("the second webhook is to be made"),
    RotationStep.INSTALL: lazy_gettext("the new secret is to be put into the shop"),
    RotationStep.WATCH: lazy_gettext("both deliver, until the new one is taken"),
    RotationStep.QUIET: lazy_gettext("the old webhook is paused, and will be deleted"),
    RotationStep.DONE: lazy_gettext("it is done"),
    RotationStep.UNDONE: lazy_gettext("it was taken back"),
}
_IN_FORCE = lazy_gettext(
    "Postpay signs with it from now on. Take the old secret out of the shop now: as long as the shop accepts it, "
    "whoever has it can forge deliveries."
)
_TROUBLES = {
    Standing.REFUSED: lazy_gettext("The shop does not take what the new webhook delivers."),
    Standing.SILENT: lazy_gettext(
        "Something has happened to orders since the old webhook was paused, but the new one has delivered nothing."
    ),
    Standing.CHANGED: lazy_gettext("Somebody has paused or changed the new webhook at Postpay."),
    Standing.GONE: lazy_gettext("Somebody has deleted the new webhook at Postpay."),
    Standing.OLD_CHANGED: lazy_gettext("Somebody has switched the old webhook on, or changed it, at Postpay."),
}


def trouble_words(rotation: Rotation) -> str:
    """What stops the quiet time of a rotation, as a sentence."""
    return str(_TROUBLES[Standing(rotation.trouble or "")])


def step_words(rotation: Rotation) -> str:
    """Where a rotation stands, for the end of a sentence."""
    if rotation.undoing and rotation.is_open:
        return gettext("it is being taken back")
    if rotation.trouble:
        return gettext("the old webhook is paused, and kept until the new one gets through")
    return str(_STEPS[RotationStep(rotation.step)])


def change_row(change: HookChange) -> Row:
    """The row of the table of outcomes that speaks of the change now."""
    standing = standings.standing(change, now())
    cause = change.outcome_code or OTHER
    if standing is standings.Standing.BEING_SENT:
        cause = OTHER
    elif change.state == ChangeState.PENDING:
        cause = INTERRUPTED
    return row(HookAction(change.action), standing, cause)


def change_kind(change: HookChange) -> str:
    """The colour of the notice."""
    if change.outcome_code in ("already_gone", TWIN):
        return "warning"
    return _KINDS.get(ChangeState(change.state), "unknown")


def change_title(change: HookChange) -> str:
    """The outcome in one line."""
    return str(change_row(change).title)


def change_sentences(change: HookChange) -> list[str]:
    """What it means, who must act and how, and what to leave alone."""
    told = change_row(change)
    values = {"until": when_long(standings.resent_until(change))}
    sentences = [str(text) % values for text in (told.known, told.to_do, told.avoid) if text is not None]
    if change.state == ChangeState.REFUSED and change.detail:
        sentences.append(gettext("Postpay's words: %(words)s", words=change.detail))
    if change.state == ChangeState.UNKNOWN:
        sentences.append(next_check_words(change.next_check))
    if change.state == ChangeState.SUCCEEDED and change.was_shown_first:
        sentences = [str(told.known), str(_IN_FORCE)]
    if change.can_show_secret:
        sentences.append(gettext("Its secret waits to be shown, to one person and once."))
    return sentences


def change_who(change: HookChange) -> str:
    """Who acted: the desk itself where it went on with what somebody had begun, as the audit log says too."""
    return gettext("the desk itself") if change.by_desk else change.requester.name


def change_words(change: HookChange) -> str:
    """What it is, for lists: "Pausing the webhook"."""
    return str(_WHAT[HookAction(change.action)])


def change_short(change: HookChange) -> str:
    """What was done, for a history: "Paused"; what was not, said so."""
    short = str(_SHORT[HookAction(change.action)])
    match change.state:
        case ChangeState.SUCCEEDED:
            return short
        case ChangeState.REFUSED:
            return gettext("Not done: %(what)s", what=change_words(change))
        case ChangeState.CLOSED:
            return gettext("Given up: %(what)s", what=change_words(change))
    return gettext("Not known yet: %(what)s", what=change_words(change))


def change_href(change: HookChange) -> str:
    """Where its outcome is shown."""
    return url_for("hooks.show_change", account=change.account, change_id=change.id)


def secret_words(change: HookChange) -> str:
    """Who saw the secret that a change brought, and when."""
    if change.secret_shown is None:
        return ""
    name = change.shower.name if change.shower else gettext("somebody")
    return gettext("%(name)s, %(moment)s", name=name, moment=when(change.secret_shown))


def shown_words(prepared: PreparedSecret) -> str:
    """The same of a secret that was shown before it is in force."""
    return gettext("%(name)s, %(moment)s", name=prepared.shower.name, moment=when(prepared.shown))


def event_words(events: tuple[str, ...] | list[str]) -> str:
    """ "Orders, transactions"; an unknown event as it came."""
    return ", ".join(str(EVENT_LABELS.get(event, event)) for event in sorted(events))


def _unread(hook: Hook) -> str:
    """What of the last delivery could not be read: then nobody knows how it went."""
    return next((name for name in unreadable_fields(hook) if name.startswith("last_response")), "")


def response_words(hook: Hook) -> tuple[str, str]:
    """How its receiver answered last: (words, tone)."""
    last = hook.last_response
    if odd := _unread(hook):
        return not_readable(odd), "bad"
    if last is None or not hook.was_used:
        return gettext("No delivery yet"), "idle"
    if last.code is None:
        return gettext("No answer"), "bad"
    if hook.is_taken:
        return gettext("%(code)s taken", code=last.code), "ok"
    if 300 <= last.code < 400:
        return gettext("%(code)s redirected: not followed", code=last.code), "bad"
    if last.code in (401, 403):
        return gettext("%(code)s turned away", code=last.code), "bad"
    if last.code in (404, 410):
        return gettext("%(code)s nobody there", code=last.code), "bad"
    if last.code >= 500:
        return gettext("%(code)s the shop failed", code=last.code), "bad"
    return gettext("%(code)s refused", code=last.code), "bad"


def response_html(hook: Hook) -> Markup:
    """The same as a badge."""
    words, tone = response_words(hook)
    picture = {"ok": "circle-check", "bad": "circle-x"}.get(tone, "circle-dashed")
    return Markup('<span class="st st-{}">{}{}</span>').format(tone, icon_html(picture), words)


def init_app(app: Flask) -> None:
    """Registers the filters."""
    filters = (
        change_kind, change_title, change_sentences, change_words, change_short, change_href, secret_words, event_words,
        response_html, host_of, step_words, trouble_words, change_who, shown_words,
    )  # fmt: skip
    app.jinja_env.filters.update({function.__name__: function for function in filters})
