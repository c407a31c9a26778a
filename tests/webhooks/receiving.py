"""A desk that receives, and a provider's hand that delivers to it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.conftest import PASSWORD, PEOPLE
from tests.people import hire
from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.core.sealing import unseal
from webapp.models.delivery import Delivery
from webapp.models.refused_minute import RefusedMinute
from webapp.models.user import User, UserRole
from webapp.ops import worker
from webapp.providers.postpay.signature import HEADER, sign
from webapp.providers.registry import postpay
from webapp.webhooks.deliveries.ingest import refusals
from webapp.webhooks.deliveries.process import reread_due
from webapp.webhooks.receiver import settings

CANARY = "canary.person@example.test"


def order_body(order_id: str = "order-01", **more: object) -> bytes:
    """A delivery about an order, with personal data in it."""
    data = {"order_id": order_id, "status": "captured", "customer": {"email": CANARY}, **more}
    return json.dumps({"event": "order", "data": data}, ensure_ascii=False).encode()


class Receiving:
    """An account with a receiver; `secret` is what signs."""

    def __init__(self, app: Flask, *, slug: str = "demo") -> None:
        self.app, self.settings = app, app.extensions["settings"]
        self.account: Account = app.extensions["accounts"][slug]
        with app.app_context():
            if db.session.scalar(select(User.id)) is None:
                hire(app, {"admin": PEOPLE["admin"]}, PASSWORD)
            person = db.session.scalar(select(UserRole.user_id).where(UserRole.role == "admin")) or 0
            receiver = settings.start_receiving(self.account, person, self.settings)
            self.id = receiver.id
            self.token = settings.token_of(receiver, self.settings) or ""
            self.secret = unseal(self.settings, receiver.secret_sealed or "").get_secret_value()
        self.path = f"/hooks/{slug}/{self.token}"

    def deliver(
        self,
        body: bytes,
        signature: str | None = None,
        *,
        at: int | None = None,
        path: str | None = None,
        sender: str = "127.0.0.1",
        **more: str,
    ) -> TestResponse:
        """Posts it as the provider does; signed right and now, unless said otherwise."""
        moment = int(time.time()) if at is None else at
        given = sign(body, self.secret, at=moment) if signature is None else signature
        headers = {"Content-Type": "application/json", HEADER: given, **more}
        client, whence = self.app.test_client(), {"REMOTE_ADDR": sender}
        return client.post(path or self.path, data=body, headers=headers, environ_base=whence)

    def count_refused(self) -> dict[str, int]:
        """Deliveries that were refused, by cause, once this process has written them down."""
        with self.app.app_context():
            refusals().write_down()
            total = func.sum(RefusedMinute.count)
            rows = db.session.execute(select(RefusedMinute.cause, total).group_by(RefusedMinute.cause))
            return {cause: int(count) for cause, count in rows}

    def rows(self) -> Sequence[Delivery]:
        """What was recorded, oldest first."""
        with self.app.app_context():
            return db.session.scalars(select(Delivery).order_by(Delivery.id)).all()

    def reread(self) -> int:
        """One round of the worker."""
        with self.app.app_context():
            return reread_due(self.account, postpay(self.account), stopping=lambda: False)

    def work(self, name: str) -> None:
        """A task of the worker, once, as it would be done."""
        import threading

        tasks = {
            "reread": worker._rereading(self.account),
            "forward": worker._forwarding(quick_only=False),
            "prune": worker._pruning(self.account),
        }
        worker._do(self.app, worker.Task(name, 1.0, tasks[name]), threading.Event())
