"""Goals 8, 9 and 13: the audit log small and large, asked as its page asks."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from flask import Flask
from sqlalchemy import make_url

from webapp import create_app
from webapp.audit import Action, search
from webapp.audit.chain import NO_HASH, SCHEMA, Keys, hash_of, stored
from webapp.audit.search import AuditQuery
from webapp.core.environment import load_settings
from webapp.core.extensions import alembic, db
from webapp.core.settings import Settings
from webapp.models.audit_entry import AuditEntry

from .goals import Result, percentile

COLUMNS = tuple(column.name for column in AuditEntry.__table__.columns)
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
STEP = timedelta(seconds=20)
EVENTS = (
    *(Action.LOGIN_SUCCEEDED, Action.LOGOUT, Action.LOGIN_FAILED, Action.ACCESS_DENIED),
    *(Action.REFUND_INTENT, Action.REFUND_SUCCEEDED, Action.REFUND_REFUSED, Action.CAPTURE_INTENT),
    *(Action.CAPTURE_SUCCEEDED, Action.PERSONAL_DATA_OPENED, Action.AUDIT_VIEWED),
)
OUTCOMES = {Action.LOGIN_FAILED: "denied", Action.ACCESS_DENIED: "denied", Action.REFUND_REFUSED: "failed"}
REASONS = ("returned", "damaged on arrival", "late delivery", "changed mind", None)
ROUNDS = 20
PAGE = 50


def growth(folder: Path, environment: dict[str, str], sizes: tuple[int, int]) -> list[Result]:
    """Builds both logs and asks them the same questions."""
    small, large = (_measured(folder / f"audit-{size}", environment, size) for size in sizes)
    rows = f"{sizes[0]:,} -> {sizes[1]:,} rows"
    p95 = [percentile(times, 0.95) for times in (small["filters"], large["filters"])]
    end = [percentile(times, 0.5) for times in (small["end"], large["end"])]
    filters = f"{rows}, p95 {p95[0]:.2f} -> {p95[1]:.2f} ms"
    slowest, question = _slowest(large)
    return [
        Result(8, "audit log, any filter or word", p95[1] / p95[0], 10, 3, note=filters),
        Result(8, "audit log, slowest question's p95", slowest, 50, unit="ms", note=question),
        Result(9, "audit log, last page and totals", end[1] / end[0], 3, 1.5,
               note=f"{rows}, p50 {end[0]:.2f} -> {end[1]:.2f} ms"),
        Result(13, "audit export, memory grown", large["export"][0], 10, unit="MB", note=f"{sizes[1]:,} rows read"),
    ]  # fmt: skip


def _measured(folder: Path, environment: dict[str, str], size: int) -> dict[str, list[Any]]:
    folder.mkdir()
    changed = {
        "DATABASE_URL": f"sqlite:///{folder / 'desk.sqlite3'}",
        "ANCHOR_FILE": str(folder / "anchors.jsonl"),
    }
    app = create_app(load_settings({**environment, **changed}))
    with app.app_context():
        alembic.upgrade()
        db.engine.dispose()
        build(app.extensions["settings"], size)
        return _asked(app, size)


def _asked(app: Flask, size: int) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {"filters": [], "end": [], "names": [], "export": []}
    for _ in range(ROUNDS):
        for name, query in questions(size).items():
            found["filters"].append(_timed(lambda query=query: _ask(query, before=None)))  # type: ignore[misc]
            found["names"].append(name)
        found["end"].append(_timed(lambda: _ask(AuditQuery(), before=None, after=0)))
    db.session.rollback()
    process = psutil.Process()
    before = process.memory_info().rss
    for _ in search.batches(db.session, AuditQuery(), size=1000, up_to=size):
        pass
    found["export"].append(max(0, process.memory_info().rss - before) / 2**20)
    db.engine.dispose()
    return found


def questions(size: int) -> dict[str, AuditQuery]:
    """Each filter, pairs, many at once, common and rare words, and what is not there at all."""
    middle = BEGAN + STEP * (size // 2)
    return {
        "no filter": AuditQuery(),
        "person": AuditQuery(actor_id=7),
        "own entries": AuditQuery(only_actor=11),
        "family": AuditQuery(what="refund"),
        "event": AuditQuery(what="auth.login.failed"),
        "outcome ok": AuditQuery(outcome="ok"),
        "outcome failed": AuditQuery(outcome="failed"),
        "object": AuditQuery(object_id="order-000042"),
        "no such object": AuditQuery(object_id="nothing"),
        "account": AuditQuery(account="second"),
        "days": AuditQuery(since=middle, until=middle + timedelta(days=1)),
        "person and event": AuditQuery(actor_id=7, what="refund.refused"),
        "person, event and account": AuditQuery(actor_id=7, what="refund.succeeded", account="second"),
        "person, outcome and days": AuditQuery(actor_id=7, outcome="denied", since=middle),
        "a common word": AuditQuery(words="damaged"),
        "two words": AuditQuery(words="damaged agent7"),
        "a beginning": AuditQuery(words="order-0000*"),
        "a rare word": AuditQuery(words=f"r{size // 2}x"),
        "a word that is not there": AuditQuery(words="unheard"),
        "a word and filters": AuditQuery(words="damaged", actor_id=7, outcome="ok", what="refund"),
    }


def _ask(query: AuditQuery, *, before: int | None, after: int | None = None) -> None:
    search.page(db.session, query, size=PAGE, before=before, after=after)
    search.count(db.session, query)
    db.session.rollback()


def _timed(ask: Callable[[], None]) -> float:
    start = time.perf_counter()
    ask()
    return (time.perf_counter() - start) * 1000


def _slowest(found: dict[str, list[Any]]) -> tuple[float, str]:
    """The question with the highest 95th percentile, in milliseconds."""
    asked = list(zip(found["names"], found["filters"], strict=True))
    return max((percentile([time for name, time in asked if name == one], 0.95), one) for one in found["names"])


def build(settings: Settings, size: int) -> None:
    """Writes `size` chained entries straight into the table: the triggers check and index them as ever."""
    marks = ", ".join("?" * len(COLUMNS))
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    connection = sqlite3.connect(make_url(settings.database_url).database or "")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-200000")
    with connection:
        connection.executemany(f"INSERT INTO audit_entry ({names}) VALUES ({marks})", _entries(settings, size))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _entries(settings: Settings, size: int) -> Iterator[tuple[object, ...]]:
    keys, dice, last_hash = Keys.of(settings), random.Random(1), NO_HASH
    key = keys.by_id[keys.current]
    for seq in range(1, size + 1):
        entry = _entry(seq, dice) | {"schema": SCHEMA, "key_id": keys.current, "prev_hash": last_hash}
        entry["hash"] = last_hash = hash_of(key, entry)
        yield tuple(entry[name] for name in COLUMNS)


def _entry(seq: int, dice: random.Random) -> dict[str, Any]:
    event, actor = dice.choice(EVENTS), dice.randrange(1, 41)
    is_money = event.family in ("refund", "capture")
    return {
        **dict.fromkeys(COLUMNS),
        "seq": seq,
        "ts": stored(BEGAN + STEP * seq),
        "event": event.value,
        "family": event.family,
        "outcome": OUTCOMES.get(event, "ok"),
        "account": dice.choice(("demo", "second", "third")),
        "actor_id": actor,
        "actor_label": f"Agent{actor}",
        "actor_role": "agent",
        "session_ref": f"{dice.getrandbits(48):012x}",
        "ip": f"10.0.{actor}.{dice.randrange(250)}",
        "user_agent": "Mozilla/5.0",
        "request_id": f"r{seq}x",
        "object_type": "order" if is_money else None,
        "object_id": f"order-{dice.randrange(max(100, seq // 4)):06}" if is_money else None,
        "after": f'{{"amount_minor":{dice.randrange(90_000)},"currency":"AED"}}' if is_money else None,
        "reason": dice.choice(REASONS) if is_money else None,
        "app_version": "0.1.0",
        "epoch": 1,
    }
