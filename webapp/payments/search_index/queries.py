"""What people search for, for an hour: sealed, and bound to the session that asked. An address only names it."""

from __future__ import annotations

import secrets
from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.core.database import release
from webapp.core.extensions import db
from webapp.core.sealing import CannotUnseal, seal, unseal
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.search import SearchQuery

LIFETIME = timedelta(hours=1)
"""How long the address of a search works, and how long it counts against the limit."""


def put_query(session: Session, settings: Settings, account: str, typed: str, *, user_id: int, session_id: int) -> str:
    """Keeps what was typed; returns the name of it. Inside of `writing()`."""
    name = secrets.token_urlsafe(18)
    sealed = seal(settings, SecretStr(typed))
    session.add(
        SearchQuery(
            id=name, account=account, user_id=user_id, session_id=session_id, asked_sealed=sealed, created=now()
        )
    )
    return name


def count_lately(session: Session, user_id: int) -> int:
    """How often somebody has searched within the last hour."""
    lately = (SearchQuery.user_id == user_id, SearchQuery.created > now() - LIFETIME)
    return session.scalar(select(func.count()).select_from(SearchQuery).where(*lately)) or 0


def open_query(settings: Settings, account: str, name: str, *, session_id: int) -> str | None:
    """What was typed; None where there is no such search any more, or it is somebody else's."""
    row = db.session.get(SearchQuery, name, populate_existing=True)
    release()
    if row is None or (row.account, row.session_id) != (account, session_id) or row.created <= now() - LIFETIME:
        return None
    try:
        return unseal(settings, row.asked_sealed).get_secret_value()
    except CannotUnseal:
        return None


def forget_queries(session: Session) -> None:
    """Deletes those whose hour is over. Inside of `writing()`."""
    over = SearchQuery.created <= now() - LIFETIME
    session.execute(delete(SearchQuery).where(over).execution_options(synchronize_session=False))
