"""The table's rows of what is done with webhooks."""

from __future__ import annotations

from flask_babel import lazy_gettext

from webapp.models.hook_change import CANNOT_UNSEAL, HookAction
from webapp.operations.standing import Standing
from webapp.providers.contract import Answer
from webapp.webhooks.endpoints.twins import TWIN

from .rows import INTERRUPTED, OTHER, Key, Row, Who

_DONE = {
    HookAction.CREATE: lazy_gettext("The webhook is created"),
    HookAction.EDIT: lazy_gettext("The webhook is changed"),
    HookAction.SECRET: lazy_gettext("The new secret is in force"),
    HookAction.ACTIVATE: lazy_gettext("The webhook is switched on"),
    HookAction.PAUSE: lazy_gettext("The webhook is paused"),
    HookAction.DELETE: lazy_gettext("The webhook is deleted"),
}
_SENDING = {
    HookAction.CREATE: lazy_gettext("Creating the webhook is on its way"),
    HookAction.EDIT: lazy_gettext("Editing the webhook is on its way"),
    HookAction.SECRET: lazy_gettext("Changing the secret is on its way"),
    HookAction.ACTIVATE: lazy_gettext("Switching the webhook on is on its way"),
    HookAction.PAUSE: lazy_gettext("Pausing the webhook is on its way"),
    HookAction.DELETE: lazy_gettext("Deleting the webhook is on its way"),
}
_NOT_KNOWN = {
    HookAction.CREATE: lazy_gettext("Not known yet whether the webhook was created"),
    HookAction.EDIT: lazy_gettext("Not known yet whether the webhook was changed"),
    HookAction.SECRET: lazy_gettext("Not known yet which secret is in force"),
    HookAction.ACTIVATE: lazy_gettext("Not known yet whether the webhook was switched on"),
    HookAction.PAUSE: lazy_gettext("Not known yet whether the webhook was paused"),
    HookAction.DELETE: lazy_gettext("Not known yet whether the webhook was deleted"),
}
_NOT_DONE = {
    HookAction.CREATE: lazy_gettext("Creating the webhook did not happen"),
    HookAction.EDIT: lazy_gettext("Editing the webhook did not happen"),
    HookAction.SECRET: lazy_gettext("Changing the secret did not happen"),
    HookAction.ACTIVATE: lazy_gettext("Switching the webhook on did not happen"),
    HookAction.PAUSE: lazy_gettext("Pausing the webhook did not happen"),
    HookAction.DELETE: lazy_gettext("Deleting the webhook did not happen"),
}
_GIVEN_UP = {
    HookAction.CREATE: lazy_gettext("Creating the webhook was given up"),
    HookAction.EDIT: lazy_gettext("Editing the webhook was given up"),
    HookAction.SECRET: lazy_gettext("Changing the secret was given up"),
    HookAction.ACTIVATE: lazy_gettext("Switching the webhook on was given up"),
    HookAction.PAUSE: lazy_gettext("Pausing the webhook was given up"),
    HookAction.DELETE: lazy_gettext("Deleting the webhook was given up"),
}

_LOST = lazy_gettext("Postpay's answer did not arrive.")
_OPEN = {
    OTHER: lazy_gettext("Postpay's answer did not settle it."),
    INTERRUPTED: lazy_gettext("The desk was interrupted while sending it, so it may or may not have reached Postpay."),
    Answer.LOST: _LOST,
    "unproved": lazy_gettext("Postpay has not confirmed it, and never shows which secret is in force."),
    Answer.UNREADABLE: lazy_gettext("Postpay's answer could not be read."),
    Answer.THROTTLED: lazy_gettext("Postpay answered that it is busy. That does not prove that it did nothing."),
    Answer.NOT_SENT: lazy_gettext("When it was about to be sent again, Postpay could not be reached."),
    Answer.UNAUTHORIZED: lazy_gettext("When it was sent again, Postpay did not accept the desk's credentials."),
    Answer.FORBIDDEN: lazy_gettext("When it was sent again, Postpay did not let the desk do this."),
    "not_seen": lazy_gettext("Postpay does not show it. It may still be on its way, or it never arrived."),
    "no_answer": lazy_gettext("Postpay did not answer the last check."),
    "several": lazy_gettext("Postpay shows several new webhooks at this address."),
    CANNOT_UNSEAL: lazy_gettext(
        "The desk cannot read the secret any more: its keys were changed without `rotate-keys`."
    ),
}
_ADMIN_DECIDES = lazy_gettext(
    "The desk only goes on checking. Half a minute after it was sent, an admin can send it again, or give it up once a "
    "check has shown that Postpay has not done it."
)
_BY_ACTION = {
    HookAction.CREATE: lazy_gettext(
        "The desk only goes on checking. If Postpay still does not show it, an admin can send it again; it goes with "
        "the same secret."
    ),
    HookAction.SECRET: lazy_gettext(
        "The desk no longer sends the new secret by itself. An admin must send it again, always the same one, until "
        "Postpay confirms it."
    ),
}
_BY_CAUSE = {
    "several": lazy_gettext("An admin must see which one is not wanted, and delete it; then check again."),
    CANNOT_UNSEAL: lazy_gettext("An admin must give this up, and change the secret anew."),
}
_AVOID = {
    HookAction.CREATE: lazy_gettext("Do not create it once more."),
    HookAction.SECRET: lazy_gettext("Leave the old secret in the shop until then."),
}
_SENT_AGAIN = lazy_gettext(
    "The desk sends the same new secret again by itself until %(until)s, or until Postpay confirms it."
)


def _open_rows(action: HookAction) -> dict[Key, Row]:
    """What is known comes from the cause, who acts from what the engine does next."""
    sending, title, avoid = Standing.BEING_SENT, _NOT_KNOWN[action], _AVOID.get(action)
    at_this_moment = lazy_gettext("It is being sent to Postpay at this moment.")
    wait = lazy_gettext("Wait until its outcome is known.")
    rows: dict[Key, Row] = {(action, sending, OTHER): Row(_SENDING[action], at_this_moment, Who.DESK, wait)}
    for cause, known in _OPEN.items():
        to_do = _BY_CAUSE.get(str(cause)) or _BY_ACTION.get(action, _ADMIN_DECIDES)
        rows[action, Standing.FOR_PERSON, str(cause)] = Row(title, known, Who.ADMIN, to_do, avoid)
        if action is HookAction.SECRET and cause not in _BY_CAUSE:
            rows[action, Standing.SENT_AGAIN, str(cause)] = Row(title, known, Who.DESK, _SENT_AGAIN, avoid)
    return rows


_START_AGAIN = lazy_gettext("It is safe to start again.")
_TELL = lazy_gettext("Tell whoever runs the desk; your rights are not the reason.")
_LOOK = lazy_gettext("Look at the webhook before you start again.")
_REFUSED = {
    OTHER: (lazy_gettext("Postpay refused it. Nothing was changed."), Who.PERSON, _LOOK),
    Answer.NOT_SENT: (
        lazy_gettext("Postpay could not be reached, and no request left the desk."),
        Who.PERSON,
        _START_AGAIN,
    ),
    Answer.UNAUTHORIZED: (lazy_gettext("Postpay did not accept the desk's own credentials."), Who.ADMIN, _TELL),
    Answer.FORBIDDEN: (
        lazy_gettext("Postpay knows the desk's credentials, but they may not do this."),
        Who.ADMIN,
        _TELL,
    ),
    Answer.CONFLICT: (lazy_gettext("Postpay refused it: it conflicts with what is there."), Who.PERSON, _LOOK),
    "gone": (
        lazy_gettext("Postpay has no such webhook any more: somebody has deleted it."),
        Who.NOBODY,
        lazy_gettext("There is nothing left to change."),
    ),
}
_NOTHING_LEFT = lazy_gettext("Nothing is left to do.")
_WITHOUT_REASON = lazy_gettext(
    "The desk did not send it, because the shop would have been left without a webhook that gets through: the other "
    "one was refused by the shop, paused, changed or deleted meanwhile. Nothing was changed."
)


def _settled_rows(action: HookAction) -> dict[Key, Row]:
    done = lazy_gettext("Postpay has confirmed it.")
    adopted = lazy_gettext("Its answer was lost, but Postpay shows it.")
    log = lazy_gettext("The audit log says who gave it up, and why.")
    again = lazy_gettext("It can be started again if it is still wanted.")
    gone = Row(
        lazy_gettext("The webhook was already gone"),
        lazy_gettext("Somebody else, or Postpay, had deleted it before."),
        Who.NOBODY,
        _NOTHING_LEFT,
    )
    twin = Row(
        lazy_gettext("There are two: the webhook was created twice"),
        lazy_gettext("The first sending arrived late."),
        Who.ADMIN,
        lazy_gettext("Pause or delete the webhook that the list shows beside it."),
    )
    succeeded, closed = Standing.SUCCEEDED, Standing.CLOSED
    return {
        (action, succeeded, OTHER): Row(_DONE[action], done, Who.NOBODY, _NOTHING_LEFT),
        (action, succeeded, "adopted"): Row(_DONE[action], adopted, Who.NOBODY, _NOTHING_LEFT),
        (action, succeeded, "already_gone"): gone,
        (action, succeeded, TWIN): twin,
        (action, closed, OTHER): Row(_GIVEN_UP[action], log, Who.PERSON, again),
        (action, closed, "no_reason"): Row(_GIVEN_UP[action], _WITHOUT_REASON, Who.PERSON, again),
        **{
            (action, Standing.REFUSED, str(cause)): Row(_NOT_DONE[action], *rest)
            for cause, rest in _REFUSED.items()
        },
    }


WEBHOOK_ROWS: dict[Key, Row] = {}
for _action in HookAction:
    WEBHOOK_ROWS |= _open_rows(_action) | _settled_rows(_action)
