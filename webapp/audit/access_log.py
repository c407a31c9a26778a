"""Looking that is itself on record: once for a session, what is looked at, and a while."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now

from .actions import Action
from .chain import stored
from .recording import Facts, record, stored_facts, who

LOOK_IS_ONE_FOR = timedelta(hours=1)
"""Looking at the same again within this time, in the same session, is the same look."""


def record_look(action: Action, *, account: str | None = None, facts: Facts | None = None) -> None:
    """Writes down that the signed-in person looks at something, before it is shown; not again within the hour.

    `account` is a slug, `facts` tell what is looked at (page, period): another page or period is another look.
    Opens its own transaction: call it outside of `writing()`.
    """
    entry = AuditEntry
    seen = db.session.scalar(
        select(entry.seq)
        .where(
            entry.actor_id == who().actor_id,
            entry.event == action,
            entry.session_ref == who().session_ref,
            entry.ts >= stored(now() - LOOK_IS_ONE_FOR),
            entry.account == account if account else entry.account.is_(None),
            entry.after == stored_facts(action, facts) if facts is not None else entry.after.is_(None),
        )
        .order_by(entry.seq.desc())
        .limit(1)
    )
    release()
    if seen is None:
        with writing():
            record(action, account=account, after=facts)
