"""Entries as people read them: with their sentence, the names of the people in it, and a tone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import select

from webapp.audit.actions import Action
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.models.user import User

from .labels import OUTCOMES, action_label
from .sentences import actor, amount, sentence


@dataclass(frozen=True, slots=True)
class DescribedEntry:
    """One entry in words. `label` is short ("Refunded"), `sentence` whole, `amount` None where none is spoken of."""

    entry: AuditEntry
    moment: datetime
    sentence: Markup
    label: str
    actor: str
    amount: str | None
    outcome: str
    tone: str


def entries_for_object(account: str, object_type: str, object_id: str, limit: int = 50) -> list[DescribedEntry]:
    """What the desk's people did with one thing (an order, say), newest first; not what the gate kept them from."""
    entries = db.session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.object_id == object_id,
            AuditEntry.object_type == object_type,
            AuditEntry.account == account,
            AuditEntry.event.not_in((Action.ACCESS_DENIED, Action.CSRF_FAILED)),
        )
        .order_by(AuditEntry.seq.desc())
        .limit(limit)
    )
    return told(entries)


def told(entries: Iterable[AuditEntry]) -> list[DescribedEntry]:
    """Puts entries into words; asks once for the names of all people they speak of."""
    entries = list(entries)
    people = names_in(entries)
    return [_told(entry, people) for entry in entries]


def _told(entry: AuditEntry, people: dict[str, str]) -> DescribedEntry:
    label, tone = OUTCOMES.get(entry.outcome, (entry.outcome, "other"))
    return DescribedEntry(
        entry=entry,
        moment=datetime.fromisoformat(entry.ts),
        sentence=sentence(entry, people),
        label=action_label(entry.event),
        actor=actor(entry),
        amount=amount(entry),
        outcome=str(label),
        tone=tone,
    )


def names_in(entries: Iterable[AuditEntry]) -> dict[str, str]:
    """The names of the people that entries are about, by their ids as the log has them: one question."""
    ids = {entry.object_id for entry in entries if entry.object_type == "user" and entry.object_id}
    numbers = [int(text) for text in ids if text.isascii() and text.isdigit() and len(text) < 10]
    if not numbers:
        return {}
    return {str(key): name for key, name in db.session.execute(select(User.id, User.name).where(User.id.in_(numbers)))}
