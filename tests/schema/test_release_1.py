"""A desk of release 1 goes on with this code: its rows stay as they are, its log stays whole, the way back is closed.

`release_1.jsonl` is every row of a desk that release 1 itself filled, people pressing its buttons before its emulator:
refunds that were made, answered badly, lost and found, captures made, declined and unknown, a webhook's secret in the
middle of its replacement, deliveries genuine and not, read again and told on, payouts with a bank exception, a check,
exports that are done, cancelled and waiting, and the log of it all. `release_1.anchors.jsonl` are its anchors.
"""

from __future__ import annotations

import base64
import json
import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import DateTime, LargeBinary, MetaData, Table, select, text

from tests.browser import Browser
from tests.conftest import make_settings
from webapp import create_app
from webapp.core.extensions import alembic, db
from webapp.ops import schema
from webapp.settlement.ledger.payout_id import naming_of
from webapp.settlement.ledger.payouts import payouts
from webapp.settlement.ledger.periods import missing, months_on_record

HERE = Path(__file__).parent
LAST_REVISION = "0011"
"""The schema of release 1: it serves no other."""
KEYS = {
    "secret_key": "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2,
    "audit_key": "a0b1c2d3e4f5061728394a5b6c7d8e9f" * 2,
    "anchor_key": "1a2b3c4d5e6f70819203a4b5c6d7e8f9" * 2,
    "seal_key": "5e4d3c2b1a09f8e7d6c5b4a39281706f" * 2,
}
PASSWORD = "correct horse battery staple"
BY_THE_DESK = ("alembic_version", "audit_entry")
"""Tables to which the migration itself adds what it has done."""
MOVED = ("forwarding", "forward_attempt")
"""Tables of what was sent to the shop, which is one of several targets by now: see the test of that."""
DROPPED = {"delivery": {"forward_tries", "forward_next", "forward_until"}, "user": {"role", "totp_secret"}}
"""Columns that went with them, and the role, which a person has by account now."""
READ_AGAIN = ("ledger_row", "ledger_period")
"""What release 1 kept of the provider's transactions was never proved: none of it is shown until it is read again."""
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def filled() -> Rows:
    """The rows of release 1, by table, in the order in which they were written."""
    tables: Rows = defaultdict(list)
    for line in (HERE / "release_1.jsonl").read_text(encoding="utf-8").splitlines():
        table, row = json.loads(line)
        tables[table].append(row)
    return tables


@pytest.fixture
def desk(filled: Rows, request: pytest.FixtureRequest, engine_kind: str, tmp_path: Path) -> Iterator[Flask]:
    """This code, before a database as release 1 has left it."""
    shutil.copy(HERE / "release_1.anchors.jsonl", tmp_path / "audit-anchors.jsonl")
    url = f"sqlite:///{tmp_path}/desk.sqlite3"
    if engine_kind == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    app = create_app(make_settings("http://127.0.0.1:1", url, tmp_path, **KEYS))
    with app.app_context():
        if engine_kind == "postgresql":
            _empty()
        alembic.upgrade(LAST_REVISION)
        _load(filled)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _empty() -> None:
    with db.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def _tables() -> list[Table]:
    """What stands in the database, without what finds words in the log and orders: the database fills that itself."""
    reflected = MetaData()
    reflected.reflect(db.engine, only=lambda name, _: not name.startswith(("audit_search", "search_word")))
    return reflected.sorted_tables


def _load(filled: Rows) -> None:
    with db.engine.begin() as connection:
        for table in _tables():
            if table.name == "alembic_version":
                continue
            for row in filled[table.name]:
                connection.execute(table.insert().values(_typed(table, row)))
        if connection.dialect.name == "postgresql":
            for table in _tables():
                _count_on(connection, table)


def _count_on(connection: Any, table: Table) -> None:
    """PostgreSQL's counter of ids goes on after the rows that were put there with theirs."""
    name = connection.scalar(
        text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": f'"{table.name}"'}
    ) if "id" in table.columns else None  # fmt: skip
    if name:
        connection.execute(select(text(f"setval('{name}', coalesce(max(id), 1))")).select_from(table))


def _typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(table.columns[name].type, value) for name, value in row.items()}


def _value(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, DateTime):
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if kind.timezone else moment
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value["base64"])
    return value


def _stored() -> Rows:
    """Every row as it stands now, in the words of the file; columns that an engine adds for itself are left out."""
    with db.engine.connect() as connection:
        return {
            table.name: [
                {name: _plain(value) for name, value in row.items() if name != "search"}
                for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            ]
            for table in _tables()
        }


def _as_then(row: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    """A row in the columns of release 1; those that have come since hold nothing yet."""
    assert not any(value for name, value in row.items() if name not in then), row
    return {name: value for name, value in row.items() if name in then}


def _without(row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return (value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value).isoformat()
    return value


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=list(arguments))
    return done.exit_code, done.output


def test_the_file_holds_rows_of_every_table_of_release_1(desk: Flask, filled: Rows) -> None:
    with desk.app_context():
        assert {table.name for table in _tables()} == {name for name, rows in filled.items() if rows}


@pytest.mark.requirement("R66")
def test_every_row_is_there_after_the_migration_with_the_same_content(desk: Flask, filled: Rows) -> None:
    with desk.app_context():
        assert not schema.is_current(), "what is there now is of release 1"
        assert run(desk, "migrate")[0] == 0
        assert schema.is_current()
        stored = _stored()
    roles = [{"user_id": row["id"], "account": "*", "role": row["role"]} for row in filled["user"]]
    assert stored["user_role"] == roles, "everybody keeps the role they had, for every account"
    last = filled["audit_entry"][-1]["seq"]
    assert {row.pop("seen_people_until") for row in stored["user"]} == {last}, "what was done before is no news"
    for name in set(filled) - set(BY_THE_DESK) - set(READ_AGAIN) - set(MOVED):
        then = [_without(row, DROPPED.get(name, set())) for row in filled[name]]
        assert [_as_then(row, then[0]) for row in stored[name]] == then, name
    entries = filled["audit_entry"]
    assert stored["audit_entry"][: len(entries)] == [{**entry, "epoch": None} for entry in entries]
    assert [one["event"] for one in stored["audit_entry"][len(entries) :]] == ["schema.migrated"]


def test_the_place_that_deliveries_were_sent_to_is_the_first_target(desk: Flask, filled: Rows) -> None:
    """With what became of each delivery there, try by try, and what waits still waits."""
    with desk.app_context():
        assert run(desk, "migrate")[0] == 0
        stored = _stored()
    (target,), (before,) = stored["forward_target"], filled["forwarding"]
    kept = ("account", "url", "secret_sealed", "secret_fingerprint", "active", "changed", "changed_by")
    assert {name: target[name] for name in kept} == {name: before[name] for name in kept}
    assert (target["name"], target["events"], target["deleted"]) == ("Shop", "order,transaction,other", None)
    told = [row for row in filled["delivery"] if row["forward_state"] is not None]
    assert [
        (one["delivery_id"], one["state"], one["tries"], one["next_try"], one["until"]) for one in stored["forward"]
    ] == [
        (one["id"], one["forward_state"], one["forward_tries"], one["forward_next"], one["forward_until"])
        for one in told
    ]
    assert told
    delivery_of = {one["id"]: one["delivery_id"] for one in stored["forward"]}
    columns = ("at", "code", "error", "ms")
    assert [
        (delivery_of[one["forward_id"]], *(one[name] for name in columns)) for one in stored["forward_attempt"]
    ] == [(one["delivery_id"], *(one[name] for name in columns)) for one in filled["forward_attempt"]]
    assert filled["forward_attempt"]


def test_what_the_worker_did_with_a_webhook_is_told_as_the_desks_own(desk: Flask, filled: Rows) -> None:
    """Release 1 kept that only in the log: an intent of nobody."""
    log = filled["audit_entry"]
    (*_, intent) = (row for row in log if row["event"] == "hook.intent")
    follows = {"seq": log[-1]["seq"] + 1, "ts": log[-1]["ts"], "prev_hash": log[-1]["hash"], "hash": "f" * 64}
    by_the_worker = {**follows, "actor_id": None, "actor_label": "worker"}
    with desk.app_context():
        (table,) = (table for table in _tables() if table.name == "audit_entry")
        with db.engine.begin() as connection:
            connection.execute(table.insert().values(_typed(table, {**intent, **by_the_worker})))
        assert run(desk, "migrate")[0] == 0
        changes = _stored()["hook_change"]
    assert [row["id"] for row in changes if row["by_desk"]] == [json.loads(intent["after"])["change_id"]]


@pytest.mark.requirement("R66")
def test_the_log_is_whole_before_and_after_with_the_keys_of_release_1(desk: Flask) -> None:
    assert run(desk, "migrate")[0] == 0
    code, words = run(desk, "audit", "verify")
    assert code == 0, words
    assert "ok: every entry follows the one before" in words
    assert "0 anchors" not in words


def test_release_1_refuses_to_serve_what_was_migrated(desk: Flask) -> None:
    """It serves where the revision of the database is its own newest one."""
    with desk.app_context():
        with db.engine.connect() as connection:
            assert schema.current(connection) == LAST_REVISION
        run(desk, "migrate")
        with db.engine.connect() as connection:
            assert schema.current(connection) not in ("", LAST_REVISION)


def test_its_people_sign_in_and_find_what_they_left(desk: Flask) -> None:
    run(desk, "migrate")
    farah = Browser(desk)
    farah.open("/sign-in")
    farah.submit("Sign in", email="farah@example.test", password=PASSWORD)
    farah.open("/demo/exports")
    assert "Orders" in farah.words
    assert "Cancelled" in farah.words
    farah.open("/demo/in-progress")
    assert "order-07" in farah.words, "a refund of which nobody knows yet what became"


def test_nothing_of_its_ledger_counts_before_it_was_read_again(desk: Flask, filled: Rows) -> None:
    run(desk, "migrate")
    with desk.app_context():
        stored = _stored()
        account = desk.extensions["settings"].accounts[0]
        assert filled["ledger_row"]
        assert stored["ledger_row"] == stored["ledger_sum"] == []
        assert {(one["month"], one["generation"], one["read"]) for one in stored["ledger_period"]} == {
            (one["month"], 0, None) for one in filled["ledger_period"]
        }
        told_otherwise = [row["transaction_id"] for row in filled["ledger_row"] if row["differs"] and row["paid"]]
        assert [one["transaction_id"] for one in stored["ledger_change"]] == told_otherwise
        assert payouts(account, naming_of(account), datetime(2000, 1, 1, tzinfo=UTC), datetime.now(UTC)) == []
        due = months_on_record(account)
        assert missing(account, due, datetime(2000, 1, 1, tzinfo=UTC)) == due, "the worker reads it by itself"


def test_longer_names_of_events_find_room(desk: Flask) -> None:
    run(desk, "migrate")
    with desk.app_context():
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE delivery SET event = :long, object_kind = :long"), {"long": "e" * 40})
        with db.engine.connect() as connection:
            assert set(connection.execute(text("SELECT event, object_kind FROM delivery")).all()) == {("e" * 40,) * 2}
