"""One entry in full, as values: what it says, what was before and after, and its place in the chain."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from markupsafe import Markup

from webapp.access.roles import label_of
from webapp.audit.anchors import Anchor
from webapp.audit.chain import FIRST_EPOCH, NO_HASH, Keys, NotCanonical, hash_of
from webapp.core.extensions import db
from webapp.core.provider_id import visible
from webapp.models.audit_entry import AuditEntry
from webapp.models.user import User
from webapp.presentation.audit.entries import told
from webapp.presentation.formatting import when_long
from webapp.presentation.refund_reasons import REASONS

from .fact_words import changes, technical

OBJECTS = {
    "order": lazy_gettext("Order"),
    "session": lazy_gettext("Session"),
    "user": lazy_gettext("Person"),
    "schema": lazy_gettext("Schema"),
    "payout": lazy_gettext("Payout"),
    "hook": lazy_gettext("Webhook"),
    "delivery": lazy_gettext("Delivery"),
    "receiver": lazy_gettext("Address for deliveries"),
    "target": lazy_gettext("Forwarding target"),
    "replay": lazy_gettext("Replay"),
}


def values(entry: AuditEntry, *, with_neighbours: bool) -> dict[str, Any]:
    """The values of the entry's page. Neighbours are linked for those who may see everybody's entries."""
    before = db.session.get(AuditEntry, entry.seq - 1)
    return {
        "entry": entry,
        "told": told([entry])[0],
        "facts": _about(entry),
        "technical": _technical(entry),
        "changes": changes(entry),
        "has_before": entry.before is not None,
        "holds": _holds(entry, before),
        "chain": _chain(entry),
        "older_href": url_for("audit.show_entry", seq=before.seq) if with_neighbours and before else None,
        "newer_href": _newer(entry) if with_neighbours else None,
        "list_href": url_for("audit.list_entries"),
    }


def _newer(entry: AuditEntry) -> str | None:
    return url_for("audit.show_entry", seq=entry.seq + 1) if db.session.get(AuditEntry, entry.seq + 1) else None


def _object(entry: AuditEntry) -> Markup | None:
    """What it is about, with a way to an order whose account still exists, and to all entries about it."""
    if entry.object_id is None:
        return None
    account = current_user.accounts.get(entry.account)
    name = Markup('<bdi class="mono">{}</bdi>').format(visible(entry.object_id))
    if entry.object_type == "order" and account is not None:
        href = url_for("orders.show_order", account=account, order_id=entry.object_id)
        name = Markup('<a href="{}">{}</a>').format(href, name)
    if entry.object_type == "payout" and account is not None:
        currency, _, payout = entry.object_id.partition(" ")
        href = url_for("payouts.show_payout", account=account, currency=currency, payout=payout)
        name = Markup('<a href="{}">{}</a>').format(href, name)
    every = url_for("audit.list_entries", object=entry.object_id)
    return Markup('{} {} · <a href="{}">{}</a>').format(
        OBJECTS.get(entry.object_type or "", entry.object_type), name, every, gettext("All entries about it")
    )


def mono(value: str) -> Markup:
    """A hash or a key, digit by digit."""
    return Markup('<span class="mono">{}</span>').format(value)


def _about(entry: AuditEntry) -> list[tuple[str, Any]]:
    """Who, where and what about, row by row."""
    one = told([entry])[0]
    approver = db.session.get(User, entry.approver_id) if entry.approver_id else None
    role = label_of(entry.actor_role) if entry.actor_role else None
    account = current_user.accounts.get(entry.account)
    set_back = gettext("by %(seconds)s seconds", seconds=entry.clock_set_back) if entry.clock_set_back else None
    return [
        (gettext("When"), when_long(one.moment)),
        (gettext("The clock had been set back"), set_back),
        (gettext("Who"), one.actor),
        (gettext("Role"), role),
        (gettext("Approved by"), approver.name if approver else None),
        (gettext("What"), one.label),
        (gettext("About"), _object(entry)),
        (gettext("Reason"), str(REASONS.get(entry.reason or "", "")) or entry.reason),
        (gettext("Account"), account.title if account else entry.account),
        (gettext("IP address"), entry.ip),
    ]


def _technical(entry: AuditEntry) -> list[tuple[str, Any]]:
    """What only somebody who searches a fault needs; with the rows of `_about` and the facts it is all there is."""
    return [
        (gettext("Code"), mono(entry.event)),
        *technical(entry),
        (gettext("Browser"), entry.user_agent),
        (gettext("Session"), entry.session_ref),
        (gettext("Request"), entry.request_id),
        (gettext("Version of the desk"), entry.app_version),
    ]


def _holds(entry: AuditEntry, before: AuditEntry | None) -> bool:
    """Whether this one entry is as it was written and follows the one before it."""
    row = {column.name: getattr(entry, column.name) for column in AuditEntry.__table__.columns}
    key = Keys.of(current_app.extensions["settings"]).by_id.get(entry.key_id)
    previous = before.hash if before else NO_HASH
    try:
        return key is not None and hash_of(key, row) == entry.hash and entry.prev_hash == previous
    except NotCanonical:
        return False


def _chain(entry: AuditEntry) -> list[tuple[str, Any]]:
    return [
        (gettext("Hash"), mono(entry.hash)),
        (gettext("Hash of the entry before"), mono(entry.prev_hash)),
        (gettext("Key"), entry.key_id),
        (gettext("Format"), str(entry.schema)),
        (gettext("Epoch"), str(entry.epoch or FIRST_EPOCH)),
    ]


def anchor_facts(anchor: Anchor, public_key: str) -> list[tuple[str, Any]]:
    """An anchor as an auditor prints it."""
    return [
        (gettext("Entry"), f"{anchor.seq:,}"),
        (gettext("Epoch"), str(anchor.epoch)),
        (gettext("Hash"), mono(anchor.hash)),
        (gettext("Of"), anchor.ts),
        (gettext("Written"), anchor.written),
        (gettext("Why then"), anchor.reason),
        (gettext("Public key that anchors are signed with"), mono(public_key)),
    ]
