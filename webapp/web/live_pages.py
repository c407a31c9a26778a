"""Whether something happened to an account's orders since a page was drawn: by the desk, or by what was delivered.

The audit log has every change that the desk made or saw, in one order without gaps; deliveries are numbered as well.
So two numbers say it all.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import timedelta

from flask import g, url_for
from sqlalchemy import func, select

from webapp.audit.chain import stored
from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now
from webapp.models.delivery import GENUINE, Delivery

FAMILIES = ("refund", "capture", "hook")
"""Kinds of entries that change what pages of orders and webhooks show."""
_DRAWN = "drawn-"
_MARK = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Newest:
    """The last entry and the last genuine delivery: numbers, 0 where there is none, and the later one's moment."""

    entry: int
    delivery: int
    ts: str

    def is_after(self, seen: str) -> bool:
        """Whether there is more than a mark knows, or than there was when the page was drawn.

        A mark that nobody made is not older.
        """
        if seen.startswith(_DRAWN):
            return self.ts >= seen.removeprefix(_DRAWN)
        known = _MARK.fullmatch(seen)
        return known is not None and (self.entry > int(known[1]) or self.delivery > int(known[2]))

    @property
    def mark(self) -> str:
        """What a page keeps, and asks with the next time."""
        return f"{self.entry}.{self.delivery}"


@dataclass(frozen=True, slots=True)
class Live:
    """For `base.html`: where the page asks for news, and since when."""

    href: str
    seen: str


def live_page(account: Account, order_id: str | None = None) -> Live:
    """A page of the account, or of one of its orders, as old as the request that it answers; it costs no question."""
    began = now() - timedelta(seconds=time.perf_counter() - g.request_began)
    return Live(url_for("live.look_for_news", account=account, order=order_id), _DRAWN + stored(began))


def latest(account: Account, order_id: str | None = None) -> Newest:
    """The last there is about an account's orders and webhooks, or about one order."""
    entry = _last_entry(account, order_id)
    told = select(Delivery.id, Delivery.received).where(Delivery.account == account.slug, Delivery.verdict.in_(GENUINE))
    if order_id is not None:
        told = told.where(Delivery.order_id == order_id)
    delivery = db.session.execute(told.order_by(Delivery.id.desc()).limit(1)).first()
    moments = [db.session.scalar(select(AuditEntry.ts).where(AuditEntry.seq == entry)) if entry else None]
    moments.append(stored(delivery.received) if delivery else None)
    return Newest(entry, delivery.id if delivery else 0, max(filter(None, moments), default=""))


def _last_entry(account: Account, order_id: str | None) -> int:
    if order_id is not None:
        about = (AuditEntry.object_id == order_id, AuditEntry.account == account.slug, AuditEntry.family.in_(FAMILIES))
        return db.session.scalar(select(func.max(AuditEntry.seq)).where(*about)) or 0
    newest_of = [
        select(func.max(AuditEntry.seq)).where(AuditEntry.account == account.slug, AuditEntry.family == family)
        for family in FAMILIES
    ]
    found = db.session.execute(select(*(one.scalar_subquery() for one in newest_of))).one()
    return max(each or 0 for each in found)
