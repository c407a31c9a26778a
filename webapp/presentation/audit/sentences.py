"""What an entry says to a person: one sentence for each kind, with the names in it set apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup, escape

from webapp.access.permissions import Permission
from webapp.access.roles import label_of
from webapp.audit.actions import Action
from webapp.audit.recording import facts_of
from webapp.core.provider_id import visible
from webapp.models.audit_entry import AuditEntry
from webapp.money import Money
from webapp.presentation.formatting import money

from .hook_sentences import hook_sentence
from .people_sentences import PEOPLE_SENTENCES

SENTENCES: dict[Action, Any] = {
    Action.DESK_STARTED: lazy_gettext("%(part)s started, version %(version)s"),
    Action.DESK_STOPPED: lazy_gettext("%(part)s stopped"),
    Action.DESK_RESTORED: lazy_gettext("%(who)s restored the database from a backup"),
    Action.SCHEMA_MIGRATED: lazy_gettext("%(who)s brought the database to schema %(object)s"),
    Action.SETTINGS_LOADED: lazy_gettext("%(part)s read its settings, fingerprint %(fingerprint)s"),
    Action.SECRETS_RESEALED: lazy_gettext("%(who)s sealed the stored secrets with the current key"),
    Action.ALERT_TESTED: lazy_gettext("%(who)s sent a test alert"),
    **PEOPLE_SENTENCES,
    Action.ACCESS_DENIED: lazy_gettext("%(who)s tried to %(right)s, which the role does not allow"),
    Action.CSRF_FAILED: lazy_gettext("A form of %(who)s was refused: it was not from this desk, or out of date"),
    Action.PERSONAL_DATA_OPENED: lazy_gettext("%(who)s opened the personal data of %(object)s"),
    Action.SEARCH_ASKED: lazy_gettext("%(who)s searched orders; found: %(hits)s"),
    Action.SEARCH_LIMITED: lazy_gettext("%(who)s was refused a search: too many within an hour"),
    Action.SEARCH_ERASED: lazy_gettext("%(who)s erased a customer from the search index; orders: %(rows)s"),
    Action.SEARCH_REBUILT: lazy_gettext("%(who)s had the search index made anew"),
    Action.CAPTURE_INTENT: lazy_gettext("%(who)s started the capture of %(amount)s of %(object)s"),
    Action.CAPTURE_SUCCEEDED: lazy_gettext("%(who)s captured %(amount)s of %(object)s"),
    Action.CAPTURE_REFUSED: lazy_gettext("The capture of %(amount)s of %(object)s was not carried out"),
    Action.CAPTURE_UNKNOWN: lazy_gettext("It is not known yet whether %(amount)s of %(object)s was captured"),
    Action.CAPTURE_ATTENTION: lazy_gettext("The capture of %(amount)s of %(object)s needs finance"),
    Action.CAPTURE_CLOSED: lazy_gettext("%(who)s closed the capture of %(object)s after comparing it with Postpay"),
    Action.CAPTURE_STALE: lazy_gettext("%(who)s was refused a capture of %(object)s: the form was out of date"),
    Action.CAPTURE_RESENT: lazy_gettext("The capture of %(object)s was sent again"),
    Action.CAPTURE_CHECKED: lazy_gettext("%(who)s had the capture of %(object)s checked"),
    Action.REFUND_INTENT: lazy_gettext("%(who)s started a refund of %(amount)s of %(object)s"),
    Action.REFUND_SUCCEEDED: lazy_gettext("%(who)s refunded %(amount)s of %(object)s"),
    Action.REFUND_REFUSED: lazy_gettext("The refund of %(amount)s of %(object)s was not carried out"),
    Action.REFUND_UNKNOWN: lazy_gettext("It is not known yet whether %(amount)s of %(object)s was refunded"),
    Action.REFUND_ATTENTION: lazy_gettext("The refund of %(amount)s of %(object)s needs finance"),
    Action.REFUND_CLOSED: lazy_gettext(
        "%(who)s closed the refund of %(amount)s of %(object)s after comparing it with Postpay"
    ),
    Action.REFUND_STALE: lazy_gettext("%(who)s was refused a refund of %(object)s: the form was out of date"),
    Action.REFUND_LIMIT: lazy_gettext("%(who)s was refused a refund of %(amount)s of %(object)s: above the limit"),
    Action.REFUND_RESENT: lazy_gettext("The refund of %(amount)s of %(object)s was sent again under the same number"),
    Action.REFUND_CHECKED: lazy_gettext("%(who)s had the refund of %(amount)s of %(object)s checked"),
    Action.REFUND_APPROVED: lazy_gettext("%(who)s approved the refund of %(amount)s of %(object)s"),
    Action.REFUND_APPROVAL_DENIED: lazy_gettext(
        "%(who)s tried to approve the refund of %(amount)s of %(object)s, and was not allowed to"
    ),
    Action.REFUND_CLOSE_ASKED: lazy_gettext(
        "%(who)s asked for approval to close the refund of %(amount)s of %(object)s"
    ),
    Action.REFUND_CLOSE_REFUSED: lazy_gettext(
        "The close of the refund of %(amount)s of %(object)s was not approved"
    ),
    Action.REFUND_LATE_ARRIVAL: lazy_gettext("A refund of %(amount)s of %(object)s arrived after it was given up"),
    Action.REFUND_ORPHAN: lazy_gettext("Postpay shows a refund of %(amount)s of %(object)s unknown to the desk"),
    Action.REFUND_FINDING_RESOLVED: lazy_gettext("%(who)s resolved an unmatched refund of %(amount)s of %(object)s"),
    Action.SETTLEMENTS_VIEWED: lazy_gettext("%(who)s viewed settlement totals"),
    Action.SETTLEMENTS_READ: lazy_gettext("Settlements were read from Postpay for %(who)s"),
    Action.BANK_AMOUNT_ENTERED: lazy_gettext("%(who)s entered what the bank received for payout %(object)s"),
    Action.DIFFERENCE_EXPLAINED: lazy_gettext("%(who)s explained the difference of payout %(object)s"),
    Action.EXCEPTION_OPENED: lazy_gettext("%(who)s opened an exception on payout %(object)s"),
    Action.EXCEPTION_CHANGED: lazy_gettext("%(who)s changed the exception on payout %(object)s"),
    Action.EXCEPTION_CLOSED: lazy_gettext("%(who)s closed the exception on payout %(object)s"),
    Action.CHANGE_SEEN: lazy_gettext("%(who)s noted that transaction %(object)s has changed"),
    Action.REFUND_SIGN_DECIDED: lazy_gettext("%(who)s decided how refunds with a positive amount count"),
    Action.EXPORT_STARTED: lazy_gettext("%(who)s started an export"),
    Action.EXPORT_FINISHED: lazy_gettext("An export of %(who)s is complete and proved"),
    Action.EXPORT_FAILED: lazy_gettext("An export of %(who)s could not be completed"),
    Action.EXPORT_CANCELLED: lazy_gettext("%(who)s cancelled an export"),
    Action.EXPORT_DOWNLOADED: lazy_gettext("%(who)s downloaded an export"),
    Action.HOOK_INTENT: lazy_gettext("%(who)s started a change of webhook %(object)s"),
    Action.HOOK_SUCCEEDED: lazy_gettext("%(who)s changed webhook %(object)s"),
    Action.HOOK_REFUSED: lazy_gettext("A change of webhook %(object)s was not carried out"),
    Action.HOOK_UNKNOWN: lazy_gettext("It is not known yet whether webhook %(object)s was changed"),
    Action.HOOK_CHECKED: lazy_gettext("%(who)s had a change of webhook %(object)s checked"),
    Action.HOOK_RESENT: lazy_gettext("%(who)s sent a change of webhook %(object)s again"),
    Action.HOOK_CLOSED: lazy_gettext("%(who)s closed a change of webhook %(object)s as not done"),
    Action.HOOK_SECRET_SHOWN: lazy_gettext("%(who)s was shown the new secret of webhook %(object)s"),
    Action.ROTATION_STARTED: lazy_gettext("%(who)s started to replace the secret of webhook %(object)s"),
    Action.ROTATION_STEP: lazy_gettext("The replacement of the secret of webhook %(object)s went a step on"),
    Action.ROTATION_HALTED: lazy_gettext(
        "The quiet time was stopped in the replacement of the secret of webhook %(object)s: not all was well"
    ),
    Action.ROTATION_RESUMED: lazy_gettext(
        "The quiet time began anew in the replacement of the secret of webhook %(object)s: all is well again"
    ),
    Action.ROTATION_ENDED: lazy_gettext("The replacement of the secret of webhook %(object)s ended"),
    Action.HOOK_TEST_SENT: lazy_gettext(
        "%(who)s had Postpay send a test event, to replace the secret of webhook %(object)s"
    ),
    Action.RECEIVER_CHANGED: lazy_gettext("%(who)s changed how the desk receives deliveries"),
    Action.DELIVERY_OPENED: lazy_gettext("%(who)s opened the personal data of delivery %(object)s"),
    Action.DELIVERY_RESENT: lazy_gettext("%(who)s had deliveries sent to the shop again"),
    Action.DELIVERIES_JUDGED: lazy_gettext("%(who)s had refused deliveries judged again"),
    Action.DELIVERIES_PRUNED: lazy_gettext("Deliveries that were kept long enough were deleted"),
    Action.AUDIT_OPENED: lazy_gettext("The audit log was opened"),
    Action.AUDIT_VIEWED: lazy_gettext("%(who)s viewed the audit log of the whole desk"),
    Action.AUDIT_EXPORTED: lazy_gettext("%(who)s exported entries of the audit log"),
    Action.AUDIT_VERIFIED: lazy_gettext("%(who)s checked the audit log: it holds"),
    Action.AUDIT_RESTORED: lazy_gettext(
        "%(who)s restored the desk from a backup: entries %(missing_from)s to %(missing_to)s of the log are missing"
    ),
}
UNSENT = {
    "awaiting_approval": lazy_gettext("%(who)s asked for approval of a refund of %(amount)s of %(object)s"),
    "rejected": lazy_gettext("%(who)s rejected the refund of %(amount)s of %(object)s"),
    "returned": lazy_gettext("%(who)s returned the refund of %(amount)s of %(object)s to be changed"),
    "withdrawn": lazy_gettext("%(who)s withdrew the refund of %(amount)s of %(object)s"),
    "lapsed": lazy_gettext("Nobody approved the refund of %(amount)s of %(object)s within 24 hours"),
}
"""Of a refund that awaited approval, by its state when it was asked for, or by what ended it."""
FOUND_OUT = {
    Action.CAPTURE_SUCCEEDED: lazy_gettext("The capture of %(amount)s of %(object)s was confirmed"),
    Action.REFUND_SUCCEEDED: lazy_gettext("The refund of %(amount)s of %(object)s was confirmed"),
}
"""Where no person saw it through: the one who asked for it stands in the entry of its start."""
UNHEARD_OF = lazy_gettext("%(who)s: %(event)s")
DENIED_ON_ORDER = {
    Permission.CAPTURE: lazy_gettext("%(who)s tried to capture order %(object)s, which the role does not allow"),
    Permission.REFUND_CREATE: lazy_gettext("%(who)s tried to refund order %(object)s, which the role does not allow"),
    Permission.PERSONAL_DATA_OPEN: lazy_gettext(
        "%(who)s tried to open the personal data of order %(object)s, which the role does not allow"
    ),
}
WITH_FACTOR = {
    Action.LOGIN_SUCCEEDED: lazy_gettext("%(who)s signed in with %(factor)s"),
    Action.CONFIRMED: lazy_gettext("%(who)s confirmed their identity with %(factor)s"),
}
"""Where the entry says with what."""
_FACTORS = {
    "authenticator app": lazy_gettext("an authenticator app"),
    "passkey": lazy_gettext("a passkey"),
    "password": lazy_gettext("the password"),
    "recovery code": lazy_gettext("a recovery code"),
}
ROLE_ON_ACCOUNT = lazy_gettext("%(who)s changed the role of %(person)s on %(account)s from %(old_role)s to %(role)s")
BROKEN = lazy_gettext("%(who)s checked the audit log: it is broken at entry %(bad_seq)s (%(kind)s)")
BROKEN_ANYWHERE = lazy_gettext("%(who)s checked the audit log: it is broken (%(kind)s)")
_RIGHTS = {
    Permission.ORDER_READ: lazy_gettext("see orders"),
    Permission.PERSONAL_DATA_OPEN: lazy_gettext("open personal data"),
    Permission.CAPTURE: lazy_gettext("capture orders"),
    Permission.REFUND_CREATE: lazy_gettext("refund"),
    Permission.REFUND_CHECK: lazy_gettext("check refunds"),
    Permission.REFUND_APPROVE: lazy_gettext("approve refunds"),
    Permission.REFUND_RESOLVE: lazy_gettext("resolve refunds and captures"),
    Permission.SETTLEMENTS_READ: lazy_gettext("see settlements"),
    Permission.SETTLEMENTS_RESOLVE: lazy_gettext("record what the bank received"),
    Permission.EXPORT: lazy_gettext("export lists"),
    Permission.HOOKS_READ: lazy_gettext("see webhooks"),
    Permission.HOOKS_EDIT: lazy_gettext("change webhooks"),
    Permission.AUDIT_READ_OWN: lazy_gettext("see the audit log"),
    Permission.AUDIT_READ_ALL: lazy_gettext("see the whole audit log"),
    Permission.AUDIT_EXPORT: lazy_gettext("export the audit log"),
    Permission.OWN_SESSIONS: lazy_gettext("see sessions"),
    Permission.PEOPLE_MANAGE: lazy_gettext("manage people"),
}
_NOBODY = {
    "system": lazy_gettext("The desk"),
    "worker": lazy_gettext("The desk itself"),
    "stranger": lazy_gettext("Somebody not signed in"),
}
_NOTHING = "\u2013"
_NAMES = re.compile(r"%\((\w+)\)s")
_PARTS = {"web": lazy_gettext("The desk"), "worker": lazy_gettext("The desk's background work")}


def sentence(entry: AuditEntry, people: Mapping[str, str]) -> Markup:
    """What happened, as one sentence; `people` gives the names of users by their id. Amounts as people read them."""
    template, values = _spoken(entry, people)
    if "object" in values:
        values["object"] = visible(values["object"])
    return escape(template) % {name: Markup("<bdi>{}</bdi>").format(value) for name, value in values.items()}


def plain_sentence(entry: AuditEntry, people: Mapping[str, str]) -> str:
    """The same as plain text, for files: with plain blanks in amounts."""
    template, values = _spoken(entry, people)
    return (template % values).replace("\u00a0", " ")


def _spoken(entry: AuditEntry, people: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The sentence's template, and the values that it names."""
    template = SENTENCES.get(entry.event, UNHEARD_OF)  # type: ignore[call-overload]
    if entry.actor_id is None:
        template = FOUND_OUT.get(entry.event, template)  # type: ignore[call-overload]
    old, facts = facts_of(entry.before), facts_of(entry.after)
    if entry.event in (Action.REFUND_INTENT, Action.REFUND_REFUSED):
        template = UNSENT.get(str(facts.get("state") or facts.get("outcome_code")), template)
    if entry.event == Action.USER_ROLE_CHANGED and entry.account:
        template = ROLE_ON_ACCOUNT
    if "factor" in facts:
        template = WITH_FACTOR.get(entry.event, template)  # type: ignore[call-overload]
    template = hook_sentence(entry, facts) or template
    if entry.event == Action.AUDIT_VERIFIED and entry.outcome != "ok":
        template = BROKEN if facts.get("bad_seq") else BROKEN_ANYWHERE
    if entry.event == Action.ACCESS_DENIED and entry.object_id:
        template = DENIED_ON_ORDER.get(facts.get("permission"), template)  # type: ignore[arg-type]
    text = str(template)
    values = {name: _value(name, entry, old, facts, people) for name in _NAMES.findall(text)}
    return text, values


def actor(entry: AuditEntry) -> str:
    """Who acted: a name, or what the desk itself is called."""
    if entry.actor_id is None and entry.actor_label in _NOBODY:
        return str(_NOBODY[entry.actor_label])
    if entry.actor_id is None and entry.actor_label.startswith("cli:"):
        return gettext("%(name)s at the terminal", name=entry.actor_label.removeprefix("cli:"))
    return entry.actor_label


def _value(
    name: str, entry: AuditEntry, old: Mapping[str, Any], facts: Mapping[str, Any], people: Mapping[str, str]
) -> str:
    """One value of a sentence."""
    match name:
        case "who":
            return actor(entry)
        case "account":
            return entry.account or _NOTHING
        case "object":
            return entry.object_id or _NOTHING
        case "event":
            return entry.event
        case "person":
            return _person(entry, facts, people)
        case "amount":
            return amount(entry) or gettext("an amount")
        case "role":
            return _role(facts.get("role"))
        case "old_role":
            return _role(old.get("role"))
        case "factor":
            return str(_FACTORS.get(str(facts.get("factor")), facts.get("factor") or _NOTHING))
        case "right":
            return _right(facts.get("permission"))
        case "part":
            return str(_PARTS.get(str(facts.get("part")), _NOBODY["system"]))
    return str(facts.get(name) or old.get(name) or _NOTHING)


def _person(entry: AuditEntry, facts: Mapping[str, Any], people: Mapping[str, str]) -> str:
    name = people.get(entry.object_id or "") if entry.object_type == "user" else None
    return name or facts.get("name") or gettext("somebody unknown")


def amount(entry: AuditEntry) -> str | None:
    """The amount an entry speaks of, as people read it."""
    facts = facts_of(entry.after)
    minor, currency = facts.get("amount_minor"), facts.get("currency")
    if not isinstance(minor, int) or not isinstance(currency, str):
        return None
    return money(Money(minor, currency))


def _role(role: object) -> str:
    return label_of(str(role)) if role else gettext("none")


def _right(permission: object) -> str:
    return str(_RIGHTS[Permission(str(permission))]) if permission in _RIGHTS else gettext("do this")
