"""What an entry says to a person: a sentence with its names set apart, and short labels for the filters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup, escape

from webapp.access.permissions import ROLE_LABELS, Permission, Role
from webapp.audit.actions import Action
from webapp.audit.recording import facts_of
from webapp.models.audit_entry import AuditEntry
from webapp.money import Money
from webapp.presentation.formatting import money

from .sentences import BROKEN, DENIED_ON_ORDER, LABELS, SENTENCES, UNHEARD_OF

FAMILIES = {
    "refund": lazy_gettext("Refunds"),
    "capture": lazy_gettext("Captures"),
    "settlements": lazy_gettext("Settlements"),
    "export": lazy_gettext("Exports"),
    "hook": lazy_gettext("Webhooks"),
    "delivery": lazy_gettext("Deliveries"),
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
    Permission.HOOKS_READ: lazy_gettext("see webhooks"),
    Permission.HOOKS_EDIT: lazy_gettext("change webhooks"),
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
    template = SENTENCES.get(entry.event, UNHEARD_OF)  # type: ignore[call-overload]
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
