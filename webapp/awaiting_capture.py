"""The counter of orders that wait for capture: the worker asks the provider, pages only read what it wrote down."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from flask import Flask
from sqlalchemy import Table, bindparam, select

from .accounts import Account
from .database import writing
from .extensions import db
from .gateways.postpay.filters import OrderQuery
from .models.awaiting_capture import AwaitingCapture
from .models.base import now
from .provider import provider

STALE_AFTER = timedelta(minutes=15)
APPROVED = "approved"
_TABLE = cast(Table, AwaitingCapture.__table__)


def refresh_awaiting_capture(account: Account) -> int:
    """Asks how many orders are approved, writes it down and returns it. Raises GatewayError."""
    count = provider(account).count_orders(query=OrderQuery(statuses=(APPROVED,)))
    with writing() as session:
        session.merge(AwaitingCapture(account=account.slug, count=count, counted=now()))
    return count


_LAST_COUNT = select(_TABLE.c.count, _TABLE.c.counted).where(_TABLE.c.account == bindparam("account"))


def nav_counts(account: Account) -> dict[str, int]:
    """Counts by endpoint for the navigation; none when the worker has not counted lately. Part of every page."""
    last = db.session.connection().execute(_LAST_COUNT, {"account": account.slug}).first()
    if last is None or last[1] < now() - STALE_AFTER:
        return {}
    return {"orders.list_awaiting_capture": last[0]}


def init_app(app: Flask) -> None:
    """Gives the frame its counter."""
    app.extensions["nav_counts"] = nav_counts
