"""What the audit log says about an order, in words for its timeline."""

from __future__ import annotations

import json
from typing import Any

from flask_babel import gettext, lazy_gettext

from ...formatting import money
from ...models.audit_entry import AuditEntry
from ...money import Money

_STEPS = {
    "intent": lazy_gettext("%(what)s asked for"),
    "refused": lazy_gettext("%(what)s refused"),
    "unknown": lazy_gettext("%(what)s: outcome not known yet"),
    "attention": lazy_gettext("%(what)s needs finance"),
    "closed": lazy_gettext("%(what)s closed as not done"),
    "stale": lazy_gettext("%(what)s not sent: the order had changed"),
    "limit": lazy_gettext("%(what)s not sent: above the limit"),
    "resent": lazy_gettext("%(what)s sent again"),
    "checked": lazy_gettext("%(what)s looked for at Postpay"),
    "late_arrival": lazy_gettext("%(what)s arrived after all"),
    "orphan": lazy_gettext("%(what)s found that the desk does not know"),
}
"""Steps of a refund or a capture. What succeeded is not among them: the provider tells it, with its moment."""

_ICONS = {"personal_data": "eye", "capture": "cash", "refund": "receipt-refund"}


def deed_words(entry: AuditEntry) -> str | None:
    """The entry in words; None for what the timeline shows already."""
    family, _, step = entry.event.partition(".")
    if family == "personal_data":
        return gettext("Personal data opened")
    if family not in ("capture", "refund"):
        return gettext("An action was refused") if entry.outcome == "denied" else None
    if step not in _STEPS:
        return None
    return str(_STEPS[step]) % {"what": _what(family, entry)}


def deed_icon(entry: AuditEntry) -> str:
    return _ICONS.get(entry.event.partition(".")[0], "shield-lock")


def _what(family: str, entry: AuditEntry) -> str:
    """ "Refund of AED 5.00", or just "Refund" where the entry names no amount."""
    facts: dict[str, Any] = json.loads(entry.after) if entry.after else {}
    minor, currency = facts.get("amount_minor"), facts.get("currency")
    if type(minor) is not int or not isinstance(currency, str):
        return gettext("Refund") if family == "refund" else gettext("Capture")
    amount = money(Money(minor, currency))
    if family == "refund":
        return gettext("Refund of %(amount)s", amount=amount)
    return gettext("Capture of %(amount)s", amount=amount)
