"""Sentences about webhooks and deliveries: what was done to which, by what the entry's facts say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

from webapp.audit.actions import Action
from webapp.models.audit_entry import AuditEntry
from webapp.models.hook_change import HookAction
from webapp.models.rotation import RotationStep

BY_CHANGE: dict[Action, dict[str, Any]] = {
    Action.HOOK_INTENT: {
        HookAction.CREATE: lazy_gettext("%(who)s started to create a webhook for %(url)s"),
        HookAction.EDIT: lazy_gettext("%(who)s started to change the address or events of webhook %(object)s"),
        HookAction.SECRET: lazy_gettext("%(who)s started to give webhook %(object)s another secret"),
        HookAction.ACTIVATE: lazy_gettext("%(who)s started to switch webhook %(object)s on"),
        HookAction.PAUSE: lazy_gettext("%(who)s started to pause webhook %(object)s"),
        HookAction.DELETE: lazy_gettext("%(who)s started to delete webhook %(object)s"),
    },
    Action.HOOK_SUCCEEDED: {
        HookAction.CREATE: lazy_gettext("%(who)s created webhook %(object)s"),
        HookAction.EDIT: lazy_gettext("%(who)s changed the address or events of webhook %(object)s"),
        HookAction.SECRET: lazy_gettext("%(who)s gave webhook %(object)s another secret"),
        HookAction.ACTIVATE: lazy_gettext("%(who)s switched webhook %(object)s on"),
        HookAction.PAUSE: lazy_gettext("%(who)s paused webhook %(object)s"),
        HookAction.DELETE: lazy_gettext("%(who)s deleted webhook %(object)s"),
    },
    Action.HOOK_REFUSED: {
        HookAction.CREATE: lazy_gettext("A webhook for %(url)s was not created"),
        HookAction.EDIT: lazy_gettext("The address and events of webhook %(object)s were not changed"),
        HookAction.SECRET: lazy_gettext("Webhook %(object)s was not given another secret"),
        HookAction.ACTIVATE: lazy_gettext("Webhook %(object)s was not switched on"),
        HookAction.PAUSE: lazy_gettext("Webhook %(object)s was not paused"),
        HookAction.DELETE: lazy_gettext("Webhook %(object)s was not deleted"),
    },
    Action.HOOK_UNKNOWN: {
        HookAction.CREATE: lazy_gettext("It is not known yet whether a webhook for %(url)s was created"),
        HookAction.EDIT: lazy_gettext("It is not known yet whether webhook %(object)s was changed"),
        HookAction.SECRET: lazy_gettext("It is not known yet whether webhook %(object)s has another secret"),
        HookAction.ACTIVATE: lazy_gettext("It is not known yet whether webhook %(object)s was switched on"),
        HookAction.PAUSE: lazy_gettext("It is not known yet whether webhook %(object)s was paused"),
        HookAction.DELETE: lazy_gettext("It is not known yet whether webhook %(object)s was deleted"),
    },
    Action.HOOK_CHECKED: {
        HookAction.CREATE: lazy_gettext("%(who)s checked whether a webhook for %(url)s was created"),
        HookAction.EDIT: lazy_gettext("%(who)s checked whether webhook %(object)s was changed"),
        HookAction.SECRET: lazy_gettext("%(who)s checked whether webhook %(object)s has another secret"),
        HookAction.ACTIVATE: lazy_gettext("%(who)s checked whether webhook %(object)s was switched on"),
        HookAction.PAUSE: lazy_gettext("%(who)s checked whether webhook %(object)s was paused"),
        HookAction.DELETE: lazy_gettext("%(who)s checked whether webhook %(object)s was deleted"),
    },
    Action.HOOK_RESENT: {
        HookAction.CREATE: lazy_gettext("%(who)s asked Postpay again to create a webhook for %(url)s"),
        HookAction.EDIT: lazy_gettext("%(who)s asked Postpay again to change webhook %(object)s"),
        HookAction.SECRET: lazy_gettext("%(who)s asked Postpay again to give webhook %(object)s another secret"),
        HookAction.ACTIVATE: lazy_gettext("%(who)s asked Postpay again to switch webhook %(object)s on"),
        HookAction.PAUSE: lazy_gettext("%(who)s asked Postpay again to pause webhook %(object)s"),
        HookAction.DELETE: lazy_gettext("%(who)s asked Postpay again to delete webhook %(object)s"),
    },
    Action.HOOK_CLOSED: {
        HookAction.CREATE: lazy_gettext("%(who)s noted that no webhook for %(url)s was created"),
        HookAction.EDIT: lazy_gettext("%(who)s noted that webhook %(object)s was not changed"),
        HookAction.SECRET: lazy_gettext("%(who)s noted that webhook %(object)s got no other secret"),
        HookAction.ACTIVATE: lazy_gettext("%(who)s noted that webhook %(object)s was not switched on"),
        HookAction.PAUSE: lazy_gettext("%(who)s noted that webhook %(object)s was not paused"),
        HookAction.DELETE: lazy_gettext("%(who)s noted that webhook %(object)s was not deleted"),
    },
}
"""By `what` was to be done."""

FOUND_OUT: dict[str, Any] = {
    HookAction.CREATE: lazy_gettext("Webhook %(object)s was created"),
    HookAction.EDIT: lazy_gettext("The address or events of webhook %(object)s were changed"),
    HookAction.SECRET: lazy_gettext("Webhook %(object)s was given another secret"),
    HookAction.ACTIVATE: lazy_gettext("Webhook %(object)s was switched on"),
    HookAction.PAUSE: lazy_gettext("Webhook %(object)s was paused"),
    HookAction.DELETE: lazy_gettext("Webhook %(object)s was deleted"),
}
"""What succeeded, where no person saw it through: who asked for it stands in the entry of its start."""

BY_STEP: dict[str, Any] = {
    RotationStep.INSTALL: lazy_gettext(
        "Webhook %(new_hook_id)s, which has the new secret, stands paused beside %(object)s"
    ),
    RotationStep.WATCH: lazy_gettext(
        "Webhooks %(object)s and %(new_hook_id)s, of the old and the new secret, both deliver"
    ),
    RotationStep.QUIET: lazy_gettext(
        "Webhook %(object)s was paused: only %(new_hook_id)s, of the new secret, delivers"
    ),
    RotationStep.DONE: lazy_gettext("The secret of webhook %(object)s was replaced: %(new_hook_id)s has taken over"),
    RotationStep.UNDONE: lazy_gettext("The replacement of the secret of webhook %(object)s was taken back"),
}
"""By the `step` that a rotation has come to."""
TAKEN_BACK = lazy_gettext("%(who)s decided to take back the replacement of the secret of webhook %(object)s")

BY_RECEIVER: dict[str, Any] = {
    "started": lazy_gettext("%(who)s opened an address of the desk's own for deliveries"),
    "stopped": lazy_gettext("%(who)s closed the desk's own address for deliveries"),
    "secret_replaced": lazy_gettext("%(who)s replaced the secret of the desk's own address for deliveries"),
    "old_secret_forgotten": lazy_gettext("%(who)s ended the old secret of the desk's own address for deliveries"),
    "new_secret_taken_back": lazy_gettext("%(who)s took back the new secret of the desk's own address for deliveries"),
    "secret_shown": lazy_gettext("%(who)s was shown the secret of the desk's own address for deliveries"),
    "forwarding_on": lazy_gettext("%(who)s had deliveries forwarded to %(host)s"),
    "forwarding_off": lazy_gettext("%(who)s stopped the forwarding of deliveries"),
    "target_added": lazy_gettext("%(who)s had deliveries forwarded to %(target)s at %(host)s"),
    "target_changed": lazy_gettext("%(who)s changed the forwarding to %(target)s at %(host)s"),
    "target_paused": lazy_gettext("%(who)s paused the forwarding to %(target)s"),
    "target_resumed": lazy_gettext("%(who)s resumed the forwarding to %(target)s"),
    "target_deleted": lazy_gettext("%(who)s deleted %(target)s, to which deliveries were forwarded"),
}
"""By `what` was changed about receiving and forwarding; until there were several targets, forwarding went on or off."""

BY_RESENDING: dict[str, Any] = {
    "one": lazy_gettext("%(who)s had delivery %(object)s sent to the shop again"),
    "failed": lazy_gettext("%(who)s had %(count)s deliveries that had failed sent to the shop again"),
    "replay": lazy_gettext("%(who)s started a replay of %(count)s deliveries to %(target)s"),
    "replay_queued": lazy_gettext("All %(count)s deliveries of replay %(object)s were queued for %(target)s"),
    "replay_failed": lazy_gettext("Replay %(object)s to %(target)s ended early: %(count)s deliveries had been queued"),
    "replay_cancelled": lazy_gettext(
        "%(who)s cancelled replay %(object)s: %(count)s deliveries were not sent to %(target)s"
    ),
}
ONE_TO_TARGET = lazy_gettext("%(who)s had delivery %(object)s sent to %(target)s now")


JUDGED_AGAIN = {
    True: lazy_gettext("%(who)s had refused deliveries judged again: %(genuine)s of %(count)s are genuine"),
    False: lazy_gettext("%(who)s had refused deliveries judged again: none is genuine"),
}
"""By whether any is genuine."""


def hook_sentence(entry: AuditEntry, facts: Mapping[str, Any]) -> Any:
    """The sentence that says most; None where the facts say no more than the kind of entry does."""
    what, step = str(facts.get("what")), str(facts.get("step"))
    event = entry.event
    if event == Action.HOOK_SECRET_SHOWN and entry.object_type == "receiver":
        return BY_RECEIVER["secret_shown"]
    if event == Action.HOOK_SUCCEEDED and entry.actor_id is None:
        return FOUND_OUT.get(what)
    if event in BY_CHANGE:
        return BY_CHANGE[Action(event)].get(what)
    if event == Action.ROTATION_STEP and facts.get("cause") == "taken back":
        return TAKEN_BACK
    if event in (Action.ROTATION_STEP, Action.ROTATION_ENDED):
        return BY_STEP.get(step)
    if event == Action.RECEIVER_CHANGED:
        return BY_RECEIVER.get(what)
    if event == Action.DELIVERIES_JUDGED and "genuine" in facts:
        return JUDGED_AGAIN[bool(facts["genuine"])]
    if event == Action.DELIVERY_RESENT and what == "one" and facts.get("target"):
        return ONE_TO_TARGET
    return BY_RESENDING.get(what) if event == Action.DELIVERY_RESENT else None
