"""What an entry says to a person: a sentence with its names set apart, and short labels for the filters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup, escape

from ..formatting import money
from ..models.audit_entry import AuditEntry
from ..money import Money
from ..permissions import ROLE_LABELS, Permission, Role
from .actions import Action
from .facts import facts_of

SENTENCES: dict[Action, Any] = {
    Action.DESK_STARTED: lazy_gettext("%(part)s started, version %(version)s"),
    Action.DESK_STOPPED: lazy_gettext("%(part)s stopped"),
    Action.SCHEMA_MIGRATED: lazy_gettext("%(who)s brought the database to schema %(object)s"),
    Action.SETTINGS_LOADED: lazy_gettext("%(part)s read its settings, fingerprint %(fingerprint)s"),
    Action.LOGIN_SUCCEEDED: lazy_gettext("%(who)s signed in"),
    Action.LOGIN_FAILED: lazy_gettext("A sign-in as %(person)s failed"),
    Action.LOGIN_LOCKED: lazy_gettext("Sign-in as %(person)s is locked after too many failures"),
    Action.LOGOUT: lazy_gettext("%(who)s signed out"),
    Action.SESSION_ENDED: lazy_gettext("%(who)s ended a session"),
    Action.SESSION_EXPIRED: lazy_gettext("A session of %(who)s expired"),
    Action.PASSWORD_CHANGED: lazy_gettext("%(who)s changed the own password"),
    Action.USER_CREATED: lazy_gettext("%(who)s created the account of %(person)s as %(role)s"),
    Action.USER_ROLE_CHANGED: lazy_gettext("%(who)s changed the role of %(person)s from %(old_role)s to %(role)s"),
    Action.USER_DISABLED: lazy_gettext("%(who)s disabled the account of %(person)s"),
    Action.USER_ENABLED: lazy_gettext("%(who)s enabled the account of %(person)s"),
    Action.USER_PASSWORD_RESET: lazy_gettext("%(who)s gave %(person)s a new first password"),
    Action.USER_UNLOCKED: lazy_gettext("%(who)s unlocked the sign-in of %(person)s"),
    Action.ACCESS_DENIED: lazy_gettext("%(who)s tried to %(right)s, which the role does not allow"),
    Action.CSRF_FAILED: lazy_gettext("A form of %(who)s was refused: it was not from this desk, or out of date"),
    Action.PERSONAL_DATA_OPENED: lazy_gettext("%(who)s opened the personal data of %(object)s"),
    Action.CAPTURE_INTENT: lazy_gettext("%(who)s started the capture of %(amount)s of %(object)s"),
    Action.CAPTURE_SUCCEEDED: lazy_gettext("%(who)s captured %(amount)s of %(object)s"),
    Action.CAPTURE_REFUSED: lazy_gettext("The capture of %(amount)s of %(object)s was refused by Postpay"),
    Action.CAPTURE_UNKNOWN: lazy_gettext("It is not known yet whether %(amount)s of %(object)s was captured"),
    Action.CAPTURE_ATTENTION: lazy_gettext("The capture of %(amount)s of %(object)s needs finance"),
    Action.CAPTURE_CLOSED: lazy_gettext("%(who)s closed the capture of %(object)s as not done"),
    Action.CAPTURE_STALE: lazy_gettext("%(who)s was refused a capture of %(object)s: the form was out of date"),
    Action.CAPTURE_RESENT: lazy_gettext("The capture of %(object)s was sent again"),
    Action.CAPTURE_CHECKED: lazy_gettext("%(who)s had the capture of %(object)s checked"),
    Action.REFUND_INTENT: lazy_gettext("%(who)s started a refund of %(amount)s of %(object)s"),
    Action.REFUND_SUCCEEDED: lazy_gettext("%(who)s refunded %(amount)s of %(object)s"),
    Action.REFUND_REFUSED: lazy_gettext("The refund of %(amount)s of %(object)s was refused by Postpay"),
    Action.REFUND_UNKNOWN: lazy_gettext("It is not known yet whether %(amount)s of %(object)s was refunded"),
    Action.REFUND_ATTENTION: lazy_gettext("The refund of %(amount)s of %(object)s needs finance"),
    Action.REFUND_CLOSED: lazy_gettext("%(who)s closed the refund of %(amount)s of %(object)s as not done"),
    Action.REFUND_STALE: lazy_gettext("%(who)s was refused a refund of %(object)s: the form was out of date"),
    Action.REFUND_LIMIT: lazy_gettext("%(who)s was refused a refund of %(amount)s of %(object)s: above the limit"),
    Action.REFUND_RESENT: lazy_gettext("The refund of %(amount)s of %(object)s was sent again under the same number"),
    Action.REFUND_CHECKED: lazy_gettext("%(who)s had the refund of %(amount)s of %(object)s checked"),
    Action.REFUND_LATE_ARRIVAL: lazy_gettext("A refund of %(amount)s of %(object)s arrived after it was given up"),
    Action.REFUND_ORPHAN: lazy_gettext("Postpay shows a refund of %(amount)s of %(object)s unknown to the desk"),
    Action.REFUND_FINDING_RESOLVED: lazy_gettext("%(who)s dealt with a stray refund of %(amount)s of %(object)s"),
    Action.SETTLEMENTS_VIEWED: lazy_gettext("%(who)s looked at totals of settlements"),
    Action.SETTLEMENTS_READ: lazy_gettext("Settlements were read from Postpay for %(who)s"),
    Action.BANK_AMOUNT_ENTERED: lazy_gettext("%(who)s entered what the bank received for %(object)s"),
    Action.DIFFERENCE_EXPLAINED: lazy_gettext("%(who)s explained the difference of %(object)s"),
    Action.EXCEPTION_OPENED: lazy_gettext("%(who)s opened an exception on %(object)s"),
    Action.EXCEPTION_CHANGED: lazy_gettext("%(who)s changed the exception on %(object)s"),
    Action.EXCEPTION_CLOSED: lazy_gettext("%(who)s closed the exception on %(object)s"),
    Action.EXPORT_STARTED: lazy_gettext("%(who)s started an export"),
    Action.EXPORT_FINISHED: lazy_gettext("An export of %(who)s is complete and proved"),
    Action.EXPORT_FAILED: lazy_gettext("An export of %(who)s could not be completed"),
    Action.EXPORT_CANCELLED: lazy_gettext("%(who)s cancelled an export"),
    Action.EXPORT_DOWNLOADED: lazy_gettext("%(who)s downloaded an export"),
    Action.AUDIT_OPENED: lazy_gettext("The audit log was opened"),
    Action.AUDIT_VIEWED: lazy_gettext("%(who)s looked at the audit log of the whole desk"),
    Action.AUDIT_EXPORTED: lazy_gettext("%(who)s exported entries of the audit log"),
    Action.AUDIT_VERIFIED: lazy_gettext("%(who)s checked the audit log: it holds"),
}
_UNHEARD_OF = lazy_gettext("%(who)s: %(event)s")
DENIED_ON_ORDER = {
    Permission.CAPTURE: lazy_gettext("%(who)s tried to capture order %(object)s, which the role does not allow"),
    Permission.REFUND_CREATE: lazy_gettext("%(who)s tried to refund order %(object)s, which the role does not allow"),
    Permission.PERSONAL_DATA_OPEN: lazy_gettext(
        "%(who)s tried to open the personal data of order %(object)s, which the role does not allow"
    ),
}
BROKEN = lazy_gettext("%(who)s checked the audit log: it is broken at entry %(bad_seq)s (%(kind)s)")

LABELS: dict[Action, Any] = {
    Action.DESK_STARTED: lazy_gettext("Started"),
    Action.DESK_STOPPED: lazy_gettext("Stopped"),
    Action.SCHEMA_MIGRATED: lazy_gettext("Database changed"),
    Action.SETTINGS_LOADED: lazy_gettext("Settings read"),
    Action.LOGIN_SUCCEEDED: lazy_gettext("Signed in"),
    Action.LOGIN_FAILED: lazy_gettext("Sign-in failed"),
    Action.LOGIN_LOCKED: lazy_gettext("Sign-in locked"),
    Action.LOGOUT: lazy_gettext("Signed out"),
    Action.SESSION_ENDED: lazy_gettext("Session ended"),
    Action.SESSION_EXPIRED: lazy_gettext("Session expired"),
    Action.PASSWORD_CHANGED: lazy_gettext("Password changed"),
    Action.USER_CREATED: lazy_gettext("Person added"),
    Action.USER_ROLE_CHANGED: lazy_gettext("Role changed"),
    Action.USER_DISABLED: lazy_gettext("Person disabled"),
    Action.USER_ENABLED: lazy_gettext("Person enabled"),
    Action.USER_PASSWORD_RESET: lazy_gettext("Password reset"),
    Action.USER_UNLOCKED: lazy_gettext("Sign-in unlocked"),
    Action.ACCESS_DENIED: lazy_gettext("Not allowed"),
    Action.CSRF_FAILED: lazy_gettext("Form refused"),
    Action.PERSONAL_DATA_OPENED: lazy_gettext("Personal data opened"),
    Action.CAPTURE_INTENT: lazy_gettext("Capture started"),
    Action.CAPTURE_SUCCEEDED: lazy_gettext("Captured"),
    Action.CAPTURE_REFUSED: lazy_gettext("Capture refused"),
    Action.CAPTURE_UNKNOWN: lazy_gettext("Capture not known yet"),
    Action.CAPTURE_ATTENTION: lazy_gettext("Capture needs finance"),
    Action.CAPTURE_CLOSED: lazy_gettext("Capture closed"),
    Action.CAPTURE_STALE: lazy_gettext("Capture form out of date"),
    Action.CAPTURE_RESENT: lazy_gettext("Capture sent again"),
    Action.CAPTURE_CHECKED: lazy_gettext("Capture checked"),
    Action.REFUND_INTENT: lazy_gettext("Refund started"),
    Action.REFUND_SUCCEEDED: lazy_gettext("Refunded"),
    Action.REFUND_REFUSED: lazy_gettext("Refund refused"),
    Action.REFUND_UNKNOWN: lazy_gettext("Refund not known yet"),
    Action.REFUND_ATTENTION: lazy_gettext("Refund needs finance"),
    Action.REFUND_CLOSED: lazy_gettext("Refund closed"),
    Action.REFUND_STALE: lazy_gettext("Refund form out of date"),
    Action.REFUND_LIMIT: lazy_gettext("Refund above the limit"),
    Action.REFUND_RESENT: lazy_gettext("Refund sent again"),
    Action.REFUND_CHECKED: lazy_gettext("Refund checked"),
    Action.REFUND_LATE_ARRIVAL: lazy_gettext("Refund arrived late"),
    Action.REFUND_ORPHAN: lazy_gettext("Unknown refund"),
    Action.REFUND_FINDING_RESOLVED: lazy_gettext("Stray refund dealt with"),
    Action.SETTLEMENTS_VIEWED: lazy_gettext("Totals looked at"),
    Action.SETTLEMENTS_READ: lazy_gettext("Settlements read"),
    Action.BANK_AMOUNT_ENTERED: lazy_gettext("Bank amount entered"),
    Action.DIFFERENCE_EXPLAINED: lazy_gettext("Difference explained"),
    Action.EXCEPTION_OPENED: lazy_gettext("Exception opened"),
    Action.EXCEPTION_CHANGED: lazy_gettext("Exception changed"),
    Action.EXCEPTION_CLOSED: lazy_gettext("Exception closed"),
    Action.EXPORT_STARTED: lazy_gettext("Export started"),
    Action.EXPORT_FINISHED: lazy_gettext("Export complete"),
    Action.EXPORT_FAILED: lazy_gettext("Export failed"),
    Action.EXPORT_CANCELLED: lazy_gettext("Export cancelled"),
    Action.EXPORT_DOWNLOADED: lazy_gettext("Export downloaded"),
    Action.AUDIT_OPENED: lazy_gettext("Log opened"),
    Action.AUDIT_VIEWED: lazy_gettext("Log looked at"),
    Action.AUDIT_EXPORTED: lazy_gettext("Log exported"),
    Action.AUDIT_VERIFIED: lazy_gettext("Log checked"),
}
FAMILIES = {
    "refund": lazy_gettext("Refunds"),
    "capture": lazy_gettext("Captures"),
    "settlements": lazy_gettext("Settlements"),
    "export": lazy_gettext("Exports"),
    "personal_data": lazy_gettext("Personal data"),
    "auth": lazy_gettext("Sign-in"),
    "user": lazy_gettext("People"),
    "access": lazy_gettext("Not allowed"),
    "csrf": lazy_gettext("Refused forms"),
    "audit": lazy_gettext("Audit log"),
    "desk": lazy_gettext("Start and stop"),
    "settings": lazy_gettext("Settings"),
    "schema": lazy_gettext("Database"),
}
OUTCOMES = {
    "ok": (lazy_gettext("Done"), "ok"),
    "denied": (lazy_gettext("Denied"), "bad"),
    "failed": (lazy_gettext("Failed"), "bad"),
    "unknown": (lazy_gettext("Not known"), "unknown"),
}
_RIGHTS = {
    Permission.ORDER_READ: lazy_gettext("see orders"),
    Permission.PERSONAL_DATA_OPEN: lazy_gettext("open personal data"),
    Permission.CAPTURE: lazy_gettext("capture orders"),
    Permission.REFUND_CREATE: lazy_gettext("refund"),
    Permission.REFUND_CHECK: lazy_gettext("check refunds"),
    Permission.REFUND_RESOLVE: lazy_gettext("close what finance has to close"),
    Permission.SETTLEMENTS_READ: lazy_gettext("see settlements"),
    Permission.SETTLEMENTS_RESOLVE: lazy_gettext("settle what the bank received"),
    Permission.EXPORT: lazy_gettext("take lists along"),
    Permission.AUDIT_READ_OWN: lazy_gettext("see the audit log"),
    Permission.AUDIT_READ_ALL: lazy_gettext("see the whole audit log"),
    Permission.AUDIT_EXPORT: lazy_gettext("take the audit log along"),
    Permission.OWN_SESSIONS: lazy_gettext("see sessions"),
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
    return escape(template) % {name: Markup("<bdi>{}</bdi>").format(value) for name, value in values.items()}


def plain_sentence(entry: AuditEntry, people: Mapping[str, str]) -> str:
    """The same as plain text, for files: with plain blanks in amounts."""
    template, values = _spoken(entry, people)
    return (template % values).replace("\u00a0", " ")


def _spoken(entry: AuditEntry, people: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The sentence's template, and the values that it names."""
    template = SENTENCES.get(entry.event, _UNHEARD_OF)  # type: ignore[call-overload]
    if entry.event == Action.AUDIT_VERIFIED and entry.outcome != "ok":
        template = BROKEN
    old, facts = facts_of(entry.before), facts_of(entry.after)
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


def action_label(event: str) -> str:
    """A few words for a kind of entry or a family of them; the code itself where a newer desk wrote it."""
    if event in FAMILIES:
        return str(FAMILIES[event])
    return str(LABELS[Action(event)]) if event in LABELS else event


def _value(
    name: str, entry: AuditEntry, old: Mapping[str, Any], facts: Mapping[str, Any], people: Mapping[str, str]
) -> str:
    """One value of a sentence."""
    match name:
        case "who":
            return actor(entry)
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
        case "right":
            return _right(facts.get("permission"))
        case "part":
            return str(_PARTS.get(str(facts.get("part")), _NOBODY["system"]))
    return str(facts.get(name, _NOTHING))


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
    return str(ROLE_LABELS[Role(str(role))]) if role in ROLE_LABELS else str(role or _NOTHING)


def _right(permission: object) -> str:
    return str(_RIGHTS[Permission(str(permission))]) if permission in _RIGHTS else gettext("do this")
