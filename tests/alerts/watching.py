"""What a desk counts, put there as if it had happened, and the worker's rounds over it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import delete, select, update

from webapp.alerts.messages import send_due
from webapp.alerts.watch import watch
from webapp.core.accounts import Account
from webapp.core.database import put, writing
from webapp.core.extensions import db
from webapp.models.alert import Alert, AlertMessage
from webapp.models.base import now
from webapp.models.provider_minute import ProviderMinute
from webapp.models.refused_minute import RefusedMinute


class Watching:
    """The worker's part; `told` is what it has queued, oldest first, by one of the ways."""

    def __init__(self, app: Flask) -> None:
        self.app, self.settings = app, app.extensions["settings"]
        self.account: Account = app.extensions["accounts"]["demo"]

    def calls(self, outcome: str, count: int, *, minutes_ago: int = 1) -> None:
        """So many calls to the provider ended so; none of them where `count` is 0."""
        with self.app.app_context(), writing() as session:
            minute = now().replace(second=0, microsecond=0) - timedelta(minutes=minutes_ago)
            row: dict[str, Any] = {"account": "demo", "minute": minute, "endpoint": "list_orders", "outcome": outcome}
            put(session, ProviderMinute, **row, calls=count, total_ms=count, slowest_ms=1)

    def refused(self, count: int, cause: str = "wrong") -> None:
        with self.app.app_context(), writing() as session:
            minute = now().replace(second=0, microsecond=0) - timedelta(minutes=1)
            put(session, RefusedMinute, account="demo", minute=minute, cause=cause, count=count)

    def nothing_more(self) -> None:
        """As if the quarter of an hour that is looked at had gone by."""
        with self.app.app_context(), writing() as session:
            session.execute(delete(ProviderMinute))
            session.execute(delete(RefusedMinute))

    def let_pass(self, minutes: int) -> None:
        """As if what was told had been told so long before."""
        with self.app.app_context(), writing() as session:
            for alert in session.scalars(select(Alert)):
                alert.told = alert.told and alert.told - timedelta(minutes=minutes)
                alert.since = alert.since and alert.since - timedelta(minutes=minutes)

    def look(self) -> int:
        with self.app.app_context():
            return watch(self.account, self.app.extensions["settings"])

    def send(self, rounds: int = 5, **more: Any) -> int:
        """What is due, until nothing is."""
        sent = 0
        with self.app.app_context():
            for _ in range(rounds):
                sent += send_due(self.account, self.app.extensions["settings"], stopping=lambda: False, **more)
        return sent

    def make_due(self) -> None:
        with self.app.app_context(), writing() as session:
            session.execute(update(AlertMessage).values(next_try=now() - timedelta(seconds=1)))

    def messages(self) -> Sequence[AlertMessage]:
        with self.app.app_context():
            return db.session.scalars(select(AlertMessage).order_by(AlertMessage.id)).all()

    def told(self, channel: str = "mail") -> list[tuple[str | None, str]]:
        """(what, news) of each message by one of the ways."""
        return [(one.kind, one.news) for one in self.messages() if one.channel == channel]


def text_of(body: bytes) -> str:
    """What a webhook was sent."""
    told = json.loads(body)
    assert list(told) == ["text"]
    return str(told["text"])
