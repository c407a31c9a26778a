"""The audit log: a chain of entries that are only ever added."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base

# Nearly all is well: what is not has small indexes of its own.
_TROUBLE = text("outcome <> 'ok'")
TROUBLE: dict[str, Any] = {"sqlite_where": _TROUBLE, "postgresql_where": _TROUBLE}


class AuditEntry(Base):
    """Who did what, when, to which object, with what outcome; each entry's hash covers the one before.

    `ts` is text (ISO 8601, UTC, microseconds) and `before`/`after` are canonical JSON text, because the stored
    text is what the hash covers, alike on both engines. `family` is what stands before the first dot of `event`.
    `clock_set_back`: by how many seconds the machine's clock was behind the entry before, when it was.
    `epoch` counts how often the log was put back from a copy; None, of earlier releases, is the first.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "actor_id", "seq"),
        Index(None, "actor_id", "family", "seq"),
        Index(None, "actor_id", "event", "seq"),
        Index(None, "account", "seq"),
        Index(None, "account", "family", "seq"),
        Index(None, "account", "event", "seq"),
        Index(None, "family", "seq"),
        Index(None, "event", "seq"),
        Index(None, "object_id", "seq"),
        Index(None, "ts", "seq"),
        Index(
            "ix_audit_entry_clock_set_back",
            "clock_set_back",
            sqlite_where=text("clock_set_back IS NOT NULL"),
            postgresql_where=text("clock_set_back IS NOT NULL"),
        ),
        Index(None, "outcome", "seq", **TROUBLE),
        Index(None, "actor_id", "outcome", "seq", **TROUBLE),
        Index(None, "account", "outcome", "seq", **TROUBLE),
        Index(None, "family", "outcome", "seq", **TROUBLE),
        Index(None, "event", "outcome", "seq", **TROUBLE),
    )

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    ts: Mapped[str] = mapped_column(String(32))
    clock_set_back: Mapped[int | None]
    event: Mapped[str] = mapped_column(String(48))
    family: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(8))
    account: Mapped[str | None] = mapped_column(String(40))
    actor_id: Mapped[int | None]
    actor_label: Mapped[str] = mapped_column(String(120))
    actor_role: Mapped[str | None] = mapped_column(String(16))
    approver_id: Mapped[int | None]
    session_ref: Mapped[str | None] = mapped_column(String(12))
    ip: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(256))
    request_id: Mapped[str | None] = mapped_column(String(36))
    object_type: Mapped[str | None] = mapped_column(String(24))
    object_id: Mapped[str | None] = mapped_column(String(255))
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    app_version: Mapped[str] = mapped_column(String(32))
    schema: Mapped[int]
    key_id: Mapped[str] = mapped_column(String(16))
    prev_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64))
    epoch: Mapped[int | None]
