"""Signed tokens that do one job within minutes: a sign-in between its two steps, a passkey's challenge.

Nothing is stored when one is made, so asking for many costs nothing; that one was used is written down until it is too
old anyway.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import delete
from sqlalchemy.orm import Session

from webapp.core.database import put_once
from webapp.models.base import now
from webapp.models.second_factor import UsedOnce

LIFE = timedelta(minutes=10)


def new_token(purpose: str, subject: str) -> str:
    """A token for the purpose, about the subject."""
    return _signer(purpose).dumps([subject, secrets.token_urlsafe(16)])


def subject_of(purpose: str, token: str) -> str | None:
    """What it was made about; None for what was not made for this purpose, or is too old."""
    try:
        subject, _ = _signer(purpose).loads(token, max_age=int(LIFE.total_seconds()))
    except (BadData, ValueError, TypeError):
        return None
    return str(subject)


def use_up(session: Session, token: str) -> bool:
    """Whether it was not used yet; it is now. Call inside `writing()`."""
    session.execute(delete(UsedOnce).where(UsedOnce.expires < now()))
    digest = hashlib.sha256(token.encode()).hexdigest()
    return put_once(session, UsedOnce, ["digest"], digest=digest, expires=now() + 2 * LIFE)


def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"one time {purpose}")
