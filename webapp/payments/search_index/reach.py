"""How far the index reaches: what a page says beside a search, and whether an order that was not found may be there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.search import SearchReach, SearchToRead

from .readings import oldest_kept

LOOKS_AWAY = timedelta(minutes=10)
"""After which new orders may have come that nobody has looked for: the worker does every minute."""


@dataclass(frozen=True, slots=True)
class Reach:
    """`since` is None before anything was listed; `is_all`: the provider has nothing older.

    `until` is None where new orders are being looked for, else up to when they were. `to_read` counts orders that were
    listed and not read yet.
    """

    since: datetime | None
    until: datetime | None
    is_all: bool
    to_read: int
    is_kept: bool


def reach_of(account: Account, settings: Settings) -> Reach:
    """How far the index of an account reaches now."""
    if not settings.search_days:
        return Reach(None, None, False, 0, is_kept=False)
    row = db.session.get(SearchReach, account.slug, populate_existing=True)
    count = select(func.count()).select_from(SearchToRead).where(SearchToRead.account == account.slug)
    to_read = db.session.scalar(count) or 0
    release()
    if row is None or (row.oldest == row.newest and not row.is_complete):
        return Reach(None, None, False, to_read, is_kept=True)
    oldest = oldest_kept(settings)
    until = row.newest if now() - row.looked > LOOKS_AWAY else None
    is_all = row.is_complete and row.oldest >= oldest
    return Reach(max(row.oldest, oldest), until, is_all, to_read, is_kept=True)
