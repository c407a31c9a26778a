"""What the pages say of webhooks and of their changes: done, refused, or not known yet - never "failed" for that."""

from __future__ import annotations

from flask import Flask, url_for
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from webapp.models.hook_change import ChangeState, HookAction, HookChange
from webapp.models.rotation import Rotation, RotationStep
from webapp.providers.postpay.models import Hook
from webapp.webhooks.address import host_of

from .formatting import icon_html, when, when_long

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
_DONE = {
    HookAction.CREATE: lazy_gettext("The webhook is created"),
    HookAction.EDIT: lazy_gettext("The webhook is changed"),
    HookAction.SECRET: lazy_gettext("The new secret is in force"),
    HookAction.ACTIVATE: lazy_gettext("The webhook is switched on"),
    HookAction.PAUSE: lazy_gettext("The webhook is paused"),
    HookAction.DELETE: lazy_gettext("The webhook is deleted"),
}
_UNKNOWN = {
    HookAction.CREATE: lazy_gettext("Not known yet whether the webhook was created"),
    HookAction.EDIT: lazy_gettext("Not known yet whether the webhook was changed"),
    HookAction.SECRET: lazy_gettext("Not known yet which secret is in force"),
    HookAction.ACTIVATE: lazy_gettext("Not known yet whether the webhook was switched on"),
    HookAction.PAUSE: lazy_gettext("Not known yet whether the webhook was paused"),
    HookAction.DELETE: lazy_gettext("Not known yet whether the webhook was deleted"),
}
_REFUSED = {
    "not_sent": lazy_gettext("Postpay could not be reached, and no request left the desk. It is safe to start again."),
    "unauthorized": lazy_gettext(
        "Postpay did not accept the desk's own credentials. Tell whoever runs the desk; your rights are not the reason."
    ),
    "forbidden": lazy_gettext(
        "Postpay knows the desk's credentials, but they may not do this. Tell whoever runs the desk; your rights are "
        "not the reason."
    ),
    "throttled": lazy_gettext("Postpay is busy and did not take it. Start again in a minute."),
    "gone": lazy_gettext("Postpay has no such webhook any more: somebody has deleted it."),
}
_LOST = lazy_gettext("Postpay's answer did not arrive.")
_WHY_UNKNOWN = {
    "lost": _LOST,
    "unproved": _LOST,
    "unauthorized": lazy_gettext("Postpay does not accept the desk's credentials at the moment. Tell an admin."),
    "forbidden": lazy_gettext("Postpay does not let the desk do this at the moment. Tell an admin."),
    "not_sent": lazy_gettext("Postpay could not be reached."),
    "not_seen": lazy_gettext("Postpay does not show it. It may still be on its way, or it never arrived."),
    "several": lazy_gettext(
        "Postpay shows several new webhooks at this address. Look which one is not yours, and delete it; then check "
        "again."
    ),
    "no_answer": lazy_gettext("Postpay does not answer at the moment."),
    "unreadable": lazy_gettext("Postpay answered with something unreadable."),
    "throttled": lazy_gettext("Postpay is busy and has not taken it yet."),
    "cannot_unseal": lazy_gettext(
        "The desk cannot read the secret any more: its keys were changed without `rotate-keys`. Give this up, and "
        "change the secret anew."
    ),
}
_WHAT_NEXT = {
    HookAction.CREATE: lazy_gettext(
        "Do not create it once more: check again first. If it is still not there, send it again; it goes with the "
        "same secret."
    ),
    HookAction.SECRET: lazy_gettext(
        "Leave the old secret in the shop. The desk sends the same new secret again, for a quarter of an hour by "
        "itself, until Postpay confirms it; then it can be shown."
    ),
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


def step_words(rotation: Rotation) -> str:
    """Where a rotation stands, for the end of a sentence."""
    if rotation.undoing and rotation.is_open:
        return gettext("it is being taken back")
    return str(_STEPS[RotationStep(rotation.step)])


def change_kind(change: HookChange) -> str:
    """The colour of the notice."""
    if change.outcome_code in ("already_gone", "twin"):
        return "warning"
    return _KINDS.get(ChangeState(change.state), "unknown")


def change_title(change: HookChange) -> str:
    """The outcome in one line."""
    action = HookAction(change.action)
    if change.outcome_code == "already_gone":
        return gettext("The webhook was already gone")
    if change.outcome_code == "twin":
        return gettext("There are two: the webhook was created twice")
    match change.state:
        case ChangeState.SUCCEEDED:
            return str(_DONE[action])
        case ChangeState.REFUSED:
            return gettext("%(what)s did not happen", what=_WHAT[action])
        case ChangeState.CLOSED:
            return gettext("%(what)s was given up", what=_WHAT[action])
        case ChangeState.PENDING:
            return gettext("%(what)s is on its way", what=_WHAT[action])
    return str(_UNKNOWN[action])


def change_sentences(change: HookChange) -> list[str]:
    """What it means, and what to do."""
    match change.state:
        case ChangeState.SUCCEEDED:
            return _done(change)
        case ChangeState.REFUSED:
            said = [gettext("Postpay's words: %(words)s", words=change.detail)] if change.detail else []
            generic = gettext("Postpay refused it. Nothing was changed.")
            return [str(_REFUSED.get(change.outcome_code or "", generic)), *said]
        case ChangeState.CLOSED:
            return [gettext("The audit log says who gave it up, and why.")]
        case ChangeState.PENDING:
            return [gettext("It is being sent to Postpay at this moment.")]
    unsettled = gettext("Postpay's answer did not settle it.")
    following = gettext("The desk looks again at %(moment)s.", moment=when_long(change.next_check))
    advice = _WHAT_NEXT.get(
        HookAction(change.action), gettext("Check again; half a minute after it was sent you can send it again.")
    )
    return [str(_WHY_UNKNOWN.get(change.outcome_code or "", unsettled)), str(advice), following]


def _done(change: HookChange) -> list[str]:
    if change.outcome_code == "twin":
        return [gettext("The first sending arrived late. Pause or delete the webhook that the list shows beside it.")]
    if change.outcome_code == "already_gone":
        return [gettext("Somebody else, or Postpay, had deleted it before. Nothing was left to do.")]
    adopted = [gettext("Its answer was lost, but Postpay shows it.")] if change.outcome_code == "adopted" else []
    if change.can_show_secret:
        return [*adopted, gettext("Its secret waits to be shown, to one person and once.")]
    return adopted


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


def event_words(events: tuple[str, ...] | list[str]) -> str:
    """ "Orders, transactions"; an unknown event as it came."""
    return ", ".join(str(EVENT_LABELS.get(event, event)) for event in sorted(events))


def answered_ok(hook: Hook) -> bool:
    """Whether its receiver took the last delivery: any 2xx."""
    code = hook.last_response.code if hook.last_response else None
    return code is not None and 200 <= code < 300


def is_failing(hook: Hook) -> bool:
    """Whether the last delivery was not taken; a webhook that was never used is not failing."""
    last = hook.last_response
    if last is None or (last.code is None and last.status in (None, "unused")):
        return False
    return not answered_ok(hook)


def response_words(hook: Hook) -> tuple[str, str]:
    """How its receiver answered last: (words, tone)."""
    last = hook.last_response
    if last is None or (last.code is None and last.status in (None, "unused")):
        return gettext("No delivery yet"), "idle"
    if last.code is None:
        return gettext("No answer"), "bad"
    if answered_ok(hook):
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
        response_html, host_of, step_words,
    )  # fmt: skip
    app.jinja_env.filters.update({function.__name__: function for function in filters})
