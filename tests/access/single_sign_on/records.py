"""What a sign-in has left at the desk."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.models.user import User


def entries(app: Flask, event: str) -> list[str]:
    """What the audit log says of it, oldest first."""
    with app.app_context():
        found = select(AuditEntry.after).where(AuditEntry.event == event).order_by(AuditEntry.seq)
        return [text or "" for text in db.session.scalars(found)]


def user(app: Flask, email: str) -> User | None:
    with app.app_context():
        return db.session.scalar(select(User).where(User.email == email))
