"""Deliveries that are refused: each is counted, the first and the newest of each sender are kept, nothing grows."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text, update

from tests.conftest import make_settings
from tests.webhooks.acting import until
from tests.webhooks.receiving import Receiving, order_body
from webapp import create_app
from webapp.core import metrics
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.settings import ROOT
from webapp.models.base import now
from webapp.models.delivery import Receiver
from webapp.models.refused_minute import RefusalCause, RefusedMinute
from webapp.providers.postpay.signature import HEADER
from webapp.webhooks.deliveries import refused
from webapp.webhooks.deliveries.ingest import LARGEST, refusals
from webapp.webhooks.deliveries.refused import refused_lately
from webapp.webhooks.deliveries.retention import MOST_OF_SENDER, MOST_REFUSED, beyond, prune_deliveries

MANY = int(os.environ.get("REFUSED_DELIVERIES", "500"))
"""10000 for the whole."""
FORGED = "0" * 64
ELSEWHERE = "203.0.113.7"


@pytest.fixture
def app(engine_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(make_settings("http://127.0.0.1:1", engine_url, tmp_path))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def _not_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts are written down when a test says so."""
    monkeypatch.setattr(refused, "WRITE_AFTER", 600.0)


@pytest.mark.timeout(1800)
def test_a_flood_is_counted_to_the_last_one_and_costs_few_transactions(receiving: Receiving) -> None:
    written = _writing_commits(receiving.app)
    receiving.deliver(b"the first", FORGED)
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda number: receiving.deliver(b"%d" % number, FORGED).status_code, range(MANY - 2))
        meanwhile = pool.submit(_write_something, receiving.app)
        assert set(answers) == {401}
    assert meanwhile.result() < 5.0, "whoever writes something else gets a turn"
    receiving.deliver(b"the newest", FORGED)
    assert len(written) <= 20 + MANY // 500, "one that is refused costs no transaction"
    assert receiving.count_refused() == {"wrong": MANY}
    rows = receiving.rows()
    assert len(rows) <= 10 + MANY // 500, "the disk does not fill"
    with receiving.app.app_context():
        bodies = [row.size for row in rows]
    assert (bodies[0], bodies[-1]) == (len(b"the first"), len(b"the newest"))


def _writing_commits(app: Flask) -> list[str]:
    """Grows with each transaction that begins to write something."""
    seen: list[str] = []
    with app.app_context():
        engine = db.engine

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("INSERT INTO delivery", "INSERT INTO refused")):
            seen.append(statement)

    return seen


def _write_something(app: Flask) -> float:
    began = time.monotonic()
    with app.app_context(), writing() as session:
        session.execute(update(Receiver).values(created=Receiver.created))
    return time.monotonic() - began


def test_each_cause_is_counted(receiving: Receiving) -> None:
    receiving.deliver(order_body(), FORGED)
    receiving.deliver(order_body(), at=int(time.time()) - 3600)
    receiving.app.test_client().post(receiving.path, data=b"{}")
    receiving.deliver(b"x" * (LARGEST + 1))
    receiving.deliver(b"{}", path="/hooks/demo/" + "x" * 43)
    receiving.deliver(order_body())
    with receiving.app.app_context(), writing() as session:
        session.execute(update(Receiver).values(secret_sealed="unreadable"))
    assert receiving.deliver(order_body()).status_code == 503
    causes = ("wrong", "out_of_time", "unsigned", "too_large", "unknown_address", "cannot_judge")
    assert receiving.count_refused() == dict.fromkeys(causes, 1)
    with receiving.app.app_context():
        told = metrics.exposition().decode()
        assert 'desk_refused_deliveries_total{account="demo",cause="out_of_time"}' in told


def test_who_is_refused_because_the_desk_is_busy_is_counted_too(receiving: Receiving) -> None:
    (places,) = receiving.app.extensions["delivery_places"]
    taken = 0
    while places.acquire(blocking=False):
        taken += 1
    assert receiving.deliver(order_body()).status_code == 503
    places.release(taken)
    assert receiving.count_refused() == {"not_served": 1}


def test_one_sender_takes_nothing_from_another(receiving: Receiving) -> None:
    for number in range(30):
        receiving.deliver(b"flood %d" % number, FORGED, sender=ELSEWHERE)
    receiving.deliver(b"what matters", FORGED, sender="198.51.100.1")
    receiving.count_refused()
    assert [(row.sender, row.size) for row in receiving.rows()][-2:] == [
        ("198.51.100.1", len(b"what matters")), (ELSEWHERE, len(b"flood 29")),
    ]  # fmt: skip


def test_only_what_is_equal_is_merged(receiving: Receiving) -> None:
    body, moment = order_body(), int(time.time())
    for _ in range(2):
        receiving.deliver(body, FORGED)
    receiving.deliver(body, "1" * 64)
    receiving.deliver(body, FORGED, **{"X-Attempt": "2"})
    receiving.deliver(body, at=moment - 3600)
    assert [(row.verdict, row.repeats) for row in receiving.rows()] == [
        ("wrong", 1), ("wrong", 0), ("wrong", 0), ("out_of_time", 0),
    ]  # fmt: skip


def test_repetitions_of_the_newest_are_counted_on_it(receiving: Receiving) -> None:
    for number in range(5):
        receiving.deliver(b"%d" % number, FORGED)
    for _ in range(7):
        receiving.deliver(b"again and again", FORGED)
    receiving.count_refused()
    assert [row.repeats for row in receiving.rows()] == [0] * 5 + [6]


class Row(NamedTuple):
    """What is looked at of a delivery that was refused."""

    id: int
    sender: str
    receiver_id: int
    verdict: str
    received: object


def rows_of(sender: str, count: int, *, first: int = 1, minutes: int = 0) -> list[Row]:
    moment = now() + timedelta(minutes=minutes)
    return [Row(first + n, sender, 1, "wrong", moment + timedelta(seconds=n)) for n in range(count)]


def test_the_first_and_the_newest_of_each_sender_are_kept() -> None:
    flood = rows_of("a", 1000)
    quiet = rows_of("b", 20, first=2000, minutes=-30)
    later = rows_of("a", 3, first=3000, minutes=120)
    rows = sorted([*flood, *quiet, *later], key=lambda row: row.id)
    kept = {row.id for row in rows} - set(beyond(rows))
    assert kept >= {1, *(row.id for row in quiet), *(row.id for row in later)}, "the first of a run too"
    assert len(kept) <= MOST_OF_SENDER + 20 + 1
    many = [row for n in range(300) for row in rows_of(f"sender {n}", 3, first=10 * n)]
    kept = {row.id for row in many} - set(beyond(many))
    assert len(kept) == MOST_REFUSED
    assert kept >= {10 * n + 2 for n in range(300)}, "the newest of each"


def test_what_is_kept_on_disk_is_bounded(receiving: Receiving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.webhooks.deliveries.retention.MOST_OF_SENDER", 12)
    for number in range(40):
        receiving.deliver(b"%d" % number, FORGED)
        if number % 2:
            receiving.count_refused()
    assert len(receiving.rows()) <= 13
    assert receiving.count_refused() == {"wrong": 40}


def test_what_cannot_be_written_waits(receiving: Receiving) -> None:
    for number in range(8):
        receiving.deliver(b"%d" % number, FORGED)
    with receiving.app.app_context():
        with writing() as session:
            session.execute(text("ALTER TABLE refused_minute RENAME TO away"))
        refusals().write_down()
        with writing() as session:
            session.execute(text("ALTER TABLE away RENAME TO refused_minute"))
    assert receiving.deliver(b"9", FORGED).status_code == 401
    assert receiving.count_refused() == {"wrong": 9}
    assert len(receiving.rows()) == 6


def test_it_is_written_down_by_itself(receiving: Receiving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused, "WRITE_AFTER", 0.05)
    receiving.deliver(order_body(), FORGED)

    def is_written() -> bool:
        with receiving.app.app_context():
            return db.session.scalar(select(func.sum(RefusedMinute.count))) == 1

    until(is_written)


ENDS = """
import sys
from pathlib import Path
from tests.conftest import make_settings
from webapp import create_app
app = create_app(make_settings("http://127.0.0.1:1", sys.argv[1], Path(sys.argv[2])))
for _ in range(9):
    assert app.test_client().post(sys.argv[3], data=b"{}", headers={"%s": "0" * 64}).status_code == 401
"""


def test_a_process_that_ends_writes_down_the_rest(receiving: Receiving, engine_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", ENDS % HEADER, engine_url, str(tmp_path), receiving.path]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)
    assert receiving.count_refused() == {"wrong": 9}


def test_the_last_hour_and_day_are_added_up_and_a_week_is_kept(receiving: Receiving) -> None:
    moment = now().replace(second=0, microsecond=0)
    ages = {"wrong": (1, 30, 90), "unsigned": (60 * 25,), "too_large": (60 * 24 * 8,)}
    with receiving.app.app_context():
        with writing() as session:
            for cause, minutes in ages.items():
                for age in minutes:
                    at = moment - timedelta(minutes=age)
                    session.add(RefusedMinute(account="demo", minute=at, cause=cause, count=10))
        told = refused_lately(receiving.account)
        assert (told.hour, told.day) == ({RefusalCause.WRONG: 20}, {RefusalCause.WRONG: 30})
        assert sum(count for _, count in told.slices) == 20
        assert told.newest == moment - timedelta(minutes=1)
        prune_deliveries(receiving.account, 60)
        assert db.session.scalar(select(func.sum(RefusedMinute.count))) == 40
