"""Random histories of a shop: what is found is what the provider has, for all that the index says it covers.

Orders come and change, deliveries come twice, late or in the wrong order, the worker dies in the middle, keys are
replaced: after each step nothing is found that is not so, and nothing that is covered is missed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from tests.conftest import make_settings
from tests.provider import Provider
from tests.thorough import THOROUGH
from tests.webhooks.receiving import Receiving, order_body
from webapp import create_app
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.models.search import SearchReach, SearchToRead
from webapp.payments.search_index import keys, readings, store
from webapp.payments.search_index.sweep import tend
from webapp.payments.snapshot import read_order
from webapp.providers.http.errors import GatewayError
from webapp.providers.registry import postpay

from .index import person
from .worker import Worker

NAMES = ("fatima", "noura", "omar", "aisha")
MOVES = (
    *("new", "new", "change", "change", "refund", "deliver", "deliver", "deliver twice", "read", "read late"),
    *("sweep", "sweep", "die", "look again", "new key", "renew"),
)
_deliveries = count(1)
"""No body of a history is one of an earlier history, which the receiver would take for a repeat."""


@pytest.fixture
def app(engine_url: str, sandbox: Sandbox, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(make_settings(sandbox.base_url, engine_url, tmp_path))
    yield app
    with app.app_context():
        db.engine.dispose()


class History:
    """A shop and its index. `untold` are the orders that changed, and nobody has told or read since."""

    def __init__(self, provider: Provider, worker: Worker, receiving: Receiving) -> None:
        self.provider, self.worker, self.receiving = provider, worker, receiving
        self.name: dict[str, str] = {}
        self.created: dict[str, datetime] = {}
        self.refunds: dict[str, str] = {}
        self.untold: set[str] = set()
        self.numbers = count(1)

    def move(self, kind: str, pick: int) -> None:
        ids = sorted(self.name)
        order_id = ids[pick % len(ids)] if ids else ""
        if order_id or kind in ("new", "sweep", "die", "look again", "new key", "renew"):
            getattr(self, f"_{kind.replace(' ', '_')}")(order_id, pick)

    def _new(self, _order_id: str, pick: int) -> None:
        order_id = f"history-{next(self.numbers)}"
        self.created[order_id] = datetime.now(UTC) - timedelta(minutes=pick)
        self.name[order_id] = NAMES[pick % len(NAMES)]
        created = self.created[order_id].isoformat()
        self.provider.order(order_id, created=created, **person(self.name[order_id]))
        self.untold.add(order_id)

    def _change(self, order_id: str, pick: int) -> None:
        self.name[order_id] = NAMES[pick % len(NAMES)]
        self.provider.change(order_id, **person(self.name[order_id]))
        self.untold.add(order_id)

    def _refund(self, order_id: str, _pick: int) -> None:
        refund_id = f"back{next(self.numbers):05}"
        self.provider.refund_outside(order_id, 1, refund_id)
        newest = max((row for row in self.provider.rows() if row["type"] == "refund"), key=lambda row: row["created"])
        self.refunds[refund_id] = order_id
        self.receiving.deliver(json.dumps({"event": "transaction", "data": {"id": newest["id"]}}).encode())
        self.receiving.reread()

    def _deliver(self, order_id: str, _pick: int) -> None:
        self.receiving.deliver(order_body(order_id, number=next(_deliveries)))
        self.receiving.reread()
        self.untold.discard(order_id)

    def _deliver_twice(self, order_id: str, pick: int) -> None:
        self._deliver(order_id, pick)
        self._deliver(order_id, pick)

    def _read(self, order_id: str, _pick: int) -> None:
        self._look(order_id)
        readings.write_now()
        self.untold.discard(order_id)

    def _look(self, order_id: str) -> None:
        readings.notice(self.worker.account, read_order(postpay(self.worker.account), order_id))

    def _read_late(self, order_id: str, pick: int) -> None:
        """What was read before a change is written after it."""
        self._look(order_id)
        self._change(order_id, pick)
        self._deliver(order_id, pick)
        readings.write_now()

    def _sweep(self, _order_id: str, pick: int) -> None:
        self.worker.sweep(calls=1 + pick % 9)

    def _die(self, _order_id: str, pick: int) -> None:
        """The provider stops answering in the middle, which ends a round as a kill does: at once."""
        self.provider.fault("status", status=503, method="GET", path="/orders/*", times=99, skip=pick % 3)
        with suppress(GatewayError):
            self.worker.sweep(calls=9)
        self.provider.heal()

    def _look_again(self, _order_id: str, _pick: int) -> None:
        if self._reach():
            self.worker.look_again()

    def _new_key(self, _order_id: str, _pick: int) -> None:
        with writing() as session:
            keys.add_key(session, self.worker.settings)

    def _renew(self, _order_id: str, pick: int) -> None:
        tend(self.worker.settings, ["demo"], 1 + pick % 3)

    def _reach(self) -> SearchReach | None:
        row = db.session.get(SearchReach, "demo", populate_existing=True)
        release()
        return row

    def check(self) -> None:
        """Nothing wrong is found; what is covered and was told is found."""
        reach = self._reach()
        waiting = set(db.session.scalars(select(SearchToRead.order_id)))
        release()
        sure = {one for one in self.name if one not in self.untold | waiting}
        covered = {one for one in sure if reach and reach.oldest <= self.created[one]}
        for name in NAMES:
            found = set(self.worker.find(name))
            assert found - self.untold - waiting <= {one for one in self.name if self.name[one] == name}
            assert {one for one in covered if self.name[one] == name} <= found

    def end(self) -> None:
        """When all was told and read, what is found is what there is, in the order of creation."""
        for order_id in sorted(self.untold):
            self._deliver(order_id, 0)
        for _ in range(3):
            self.worker.sweep()
            self._look_again("", 0)
        for name in NAMES:
            there = [one for one in self.name if self.name[one] == name]
            seconds = [self.created[one].replace(microsecond=0) for one in self.worker.find(name)]
            assert sorted(self.worker.find(name)) == sorted(there)
            assert seconds == sorted(seconds, reverse=True)
        for refund_id, order_id in self.refunds.items():
            assert self.worker.find(refund_id) == [order_id]


@pytest.fixture
def receiving(app: Flask) -> Receiving:
    return Receiving(app)


def begin_anew(provider: Provider) -> None:
    provider.reset()
    with writing(lock=store.LOCK) as session:
        store.empty(session)
        for table in (SearchReach, SearchToRead):
            session.execute(delete(table))


@pytest.mark.timeout(300)
@given(moves=st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 99)), max_size=25))
@settings(
    max_examples=150 if THOROUGH else 6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_what_is_found_is_what_there_is(
    provider: Provider, worker: Worker, receiving: Receiving, moves: list[tuple[str, int]]
) -> None:
    begin_anew(provider)
    history = History(provider, worker, receiving)
    for kind, pick in moves:
        history.move(kind, pick)
        history.check()
    history.end()
