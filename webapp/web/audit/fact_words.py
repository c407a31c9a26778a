"""The facts of an entry, before and after, in words; those that only a technician reads stand apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask_babel import gettext, lazy_gettext

from webapp.access.roles import label_of
from webapp.audit.recording import facts_of
from webapp.models.audit_entry import AuditEntry
from webapp.money import Money
from webapp.presentation.formatting import money
from webapp.presentation.refund_line_words import fact_words

FACTS = {
    "amount_minor": lazy_gettext("Amount"),
    "available_minor": lazy_gettext("Available"),
    "remaining_minor": lazy_gettext("Refundable"),
    "limit_minor": lazy_gettext("Limit"),
    "spent_minor": lazy_gettext("Already refunded"),
    "limit": lazy_gettext("Which limit"),
    "currency": lazy_gettext("Currency"),
    "lines": lazy_gettext("Items"),
    "refund_id": lazy_gettext("Refund ID"),
    "order_id": lazy_gettext("Order ID"),
    "intent_id": lazy_gettext("Operation number"),
    "attempt": lazy_gettext("Times sent"),
    "outcome_code": lazy_gettext("Outcome"),
    "cause": lazy_gettext("Cause"),
    "means": lazy_gettext("By means of"),
    "role": lazy_gettext("Role"),
    "name": lazy_gettext("Name"),
    "active": lazy_gettext("May sign in"),
    "must_change_password": lazy_gettext("Must choose a new password"),
    "name_digest": lazy_gettext("Digest of the name that was typed"),
    "factor": lazy_gettext("With"),
    "failures": lazy_gettext("Failures"),
    "method": lazy_gettext("Method"),
    "endpoint": lazy_gettext("Action"),
    "permission": lazy_gettext("Permission"),
    "part": lazy_gettext("Part of the desk"),
    "version": lazy_gettext("Version"),
    "workers": lazy_gettext("Processes"),
    "threads": lazy_gettext("Threads"),
    "fingerprint": lazy_gettext("Fingerprint of the settings"),
    "accounts": lazy_gettext("Accounts"),
    "revision": lazy_gettext("Schema"),
    "from_revision": lazy_gettext("Schema before"),
    "instance_id": lazy_gettext("Log ID"),
    "kind": lazy_gettext("Kind of damage"),
    "bad_seq": lazy_gettext("First bad entry"),
    "from_seq": lazy_gettext("Checked from entry"),
    "last_seq": lazy_gettext("Up to entry"),
    "head_hash": lazy_gettext("Hash of that entry"),
    "entries": lazy_gettext("Valid entries"),
    "anchors": lazy_gettext("Valid anchors"),
    "breaks": lazy_gettext("Breaks"),
    "gaps": lazy_gettext("Times it was restored from a backup"),
    "epoch": lazy_gettext("Epoch that began"),
    "missing_from": lazy_gettext("First missing entry"),
    "missing_to": lazy_gettext("Last missing entry"),
    "missing_until": lazy_gettext("Last missing one written"),
    "format": lazy_gettext("Format"),
    "rows": lazy_gettext("Rows"),
    "complete": lazy_gettext("Complete"),
    "by_object": lazy_gettext("Narrowed to one object"),
    "by_words": lazy_gettext("Narrowed by words"),
    "expected_minor": lazy_gettext("Expected"),
    "received_minor": lazy_gettext("The bank received"),
    "difference_minor": lazy_gettext("Difference"),
    "explained_by": lazy_gettext("Explained by"),
    "paid": lazy_gettext("Paid out"),
    "owner_id": lazy_gettext("Owner"),
    "state": lazy_gettext("State"),
    "page": lazy_gettext("Page"),
    "since": lazy_gettext("From"),
    "until": lazy_gettext("Until"),
    "what": lazy_gettext("What"),
    "counted": lazy_gettext("Rows by Postpay's count"),
    "bound": lazy_gettext("Frozen at"),
    "zone": lazy_gettext("Time zone"),
    "sha256": lazy_gettext("SHA-256 of the file"),
    "filters": lazy_gettext("Filters"),
    "file": lazy_gettext("File"),
    "url": lazy_gettext("Address"),
    "events": lazy_gettext("Events"),
    "hook_id": lazy_gettext("Webhook ID"),
    "new_hook_id": lazy_gettext("New webhook ID"),
    "secret_fingerprint": lazy_gettext("Fingerprint of the secret"),
    "step": lazy_gettext("Step"),
    "quiet_until": lazy_gettext("Quiet until"),
    "host": lazy_gettext("Host"),
    "event": lazy_gettext("Event"),
    "count": lazy_gettext("Count"),
    "status": lazy_gettext("Status"),
    "form": lazy_gettext("Form, by its digest"),
    "order_version": lazy_gettext("Refunds and captures started before"),
    "target": lazy_gettext("Forwarded to"),
    "left_out": lazy_gettext("Left out, replaced by newer ones"),
    "genuine": lazy_gettext("Genuine"),
    "expires": lazy_gettext("Can be used until"),
    "single_minor": lazy_gettext("For one refund"),
    "day_minor": lazy_gettext("A day"),
    "per_order_minor": lazy_gettext("Of one order in 24 hours"),
    "approval_minor": lazy_gettext("Without approval, of one order in 24 hours"),
    "per_hour": lazy_gettext("Refunds in an hour"),
    "term_digest": lazy_gettext("Digest of what was searched for"),
    "hits": lazy_gettext("Orders found"),
    "more": lazy_gettext("More were found"),
}

OF_FAMILY = {
    ("hook", "active"): lazy_gettext("Active"),
    ("delivery", "active"): lazy_gettext("Active"),
    ("hook", "change_id"): lazy_gettext("Number of the change"),
}
"""Facts that are called otherwise in the entries of one family."""

TECHNICAL = (
    "intent_id", "outcome_code", "method", "endpoint", "permission", "name_digest", "form", "order_version",
)  # fmt: skip
MINOR = "_minor"
"""The end of the name of each fact that is an amount in minor units of the entry's currency."""


class Change(NamedTuple):
    """One fact before and after; an empty text where there was none."""

    label: str
    before: str
    after: str


def changes(entry: AuditEntry) -> list[Change]:
    """What a person reads of the facts. A currency stands with its amounts, in no row of its own."""
    before, after = facts_of(entry.before), facts_of(entry.after)
    names = dict.fromkeys([*before, *after])
    hidden = {*TECHNICAL, *(["currency"] if any(name.endswith(MINOR) for name in names) else [])}
    return [
        Change(_label(name, entry.family), _said(name, before, after), _said(name, after, before))
        for name in names
        if name not in hidden
    ]


def technical(entry: AuditEntry) -> list[tuple[str, str | None]]:
    """The facts that `changes` leaves out, as they were written; a missing one is None."""
    facts = facts_of(entry.before) | facts_of(entry.after)
    return [(_label(name), str(facts[name]) if name in facts else None) for name in TECHNICAL]


def _label(name: str, family: str = "") -> str:
    return str(OF_FAMILY.get((family, name)) or FACTS.get(name, name))


def _said(name: str, facts: Mapping[str, Any], others: Mapping[str, Any]) -> str:
    value = facts.get(name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if name.endswith(MINOR):
        return _amount(value, facts.get("currency", others.get("currency")))
    if name == "lines":
        return fact_words(str(value), facts.get("currency"))
    if name == "role":
        return label_of(str(value))
    return str(value)


def _amount(minor: object, currency: object) -> str:
    if isinstance(minor, int) and isinstance(currency, str):
        return money(Money(minor, currency))
    return gettext("%(number)s in the smallest unit", number=minor)
