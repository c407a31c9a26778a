"""Whether something happened to an account's orders since a page was drawn, read off the audit log.

The log has every change that the desk made or saw, in one order without gaps, so the last number says it all.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

from flask import g, url_for
from sqlalchemy import func, select

from .accounts import Account
from .audit.chain import stored
from .extensions import db
from .models.audit_entry import AuditEntry
from .models.base import now

FAMILIES = ("refund", "capture", "hook")
"""Kinds of entries that change what pages of orders and webhooks show."""
_DRAWN = "drawn-"


@dataclass(frozen=True, slots=True)
class Newest:
    """The last entry that matters: its number and moment; 0 and an empty text where there is none."""

    seq: int
    ts: str

    def is_after(self, seen: str) -> bool:
        """Whether it came after a mark, or after the page was drawn. A mark that nobody made is not older."""
        if seen.startswith(_DRAWN):
            return self.ts >= seen.removeprefix(_DRAWN)
        return seen.isascii() and seen.isdigit() and len(seen) < 20 and self.seq > int(seen)


@dataclass(frozen=True, slots=True)
class Live:
    """For `base.html`: where the page asks for news, and since when."""

    href: str
    seen: str


def live_page(account: Account, order_id: str | None = None) -> Live:
    """A page of the account, or of one of its orders, as old as the request that it answers; it costs no question."""
    began = now() - timedelta(seconds=time.perf_counter() - g.request_began)
    return Live(url_for("live.look_for_news", account=account, order=order_id), _DRAWN + stored(began))


def mark(newest: Newest) -> str:
    """What a page keeps, and asks with the next time."""
    return str(newest.seq)


def latest(account: Account, order_id: str | None = None) -> Newest:
    """The last entry about an account's orders and webhooks, or about one order."""
    if order_id is not None:
        question = select(func.max(AuditEntry.seq)).where(
            AuditEntry.object_id == order_id, AuditEntry.account == account.slug, AuditEntry.family.in_(FAMILIES)
        )
        seq = db.session.scalar(question)
    else:
        newest_of = [
            select(func.max(AuditEntry.seq)).where(AuditEntry.account == account.slug, AuditEntry.family == family)
            for family in FAMILIES
        ]
        found = db.session.execute(select(*(one.scalar_subquery() for one in newest_of))).one()
        seq = max((each for each in found if each is not None), default=None)
    if seq is None:
        return Newest(0, "")
    return Newest(seq, db.session.scalar(select(AuditEntry.ts).where(AuditEntry.seq == seq)) or "")
