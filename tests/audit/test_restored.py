"""A log that was put back from a copy goes on, says what is missing, and hides nothing that is done to it later."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, text

from webapp import audit
from webapp.audit import anchors
from webapp.audit.chain import Keys, hash_of
from webapp.audit.verify import ChainVerdict, Verifier
from webapp.core.audit_protection import SQLITE_TRIGGERS
from webapp.core.extensions import db

from .log import Log
from .restoring import OFF, Copy

Rows = list[dict[str, Any]]
COPIED, LIVE, LATEST = 14, 58, 80


def write_up_to(log: Log, seq: int) -> None:
    log.write(seq - log.entries()[-1].seq)


def put_back(log: Log) -> Rows:
    """Backed up at 14, live at 58, put back, and worked to 80; returns the rows that were lost."""
    log.write(COPIED - 1)
    copy = Copy(log)
    for seq in (20, 40, LIVE):
        write_up_to(log, seq)
        audit.anchor("test")
    with db.engine.connect() as connection:
        lost = rows_of(connection, COPIED + 1)
    copy.put_back()
    assert log.command("restored", "--yes").exit_code == 0
    for seq in (30, 50, LATEST):
        write_up_to(log, seq)
        audit.anchor("test")
    return lost


def rows_of(connection: Connection, start: int) -> Rows:
    found = connection.execute(text("SELECT * FROM audit_entry WHERE seq >= :start ORDER BY seq"), {"start": start})
    return [{name: value for name, value in row.items() if name != "search"} for row in found.mappings()]


def insert(connection: Connection, row: dict[str, Any]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO audit_entry ({names}) VALUES ({marks})"), row)


def replace_from(connection: Connection, seq: int, rows: Rows) -> None:
    connection.execute(text(f"DELETE FROM audit_entry WHERE seq >= {seq}"))
    for row in rows:
        insert(connection, row)


class Owner:
    """Who owns the database, knows the history that was lost, and may have stolen the key of the chain."""

    def __init__(self, log: Log, connection: Connection, lost: Rows) -> None:
        self.connection = connection
        self.lost = {row["seq"]: row for row in lost}
        keys = Keys.of(log.settings)
        self.key = keys.by_id[keys.current]

    def swap(self) -> None:
        first, second = rows_of(self.connection, 70)[:2]
        rest = rows_of(self.connection, 72)
        replace_from(self.connection, 70, [second | {"seq": 70}, first | {"seq": 71}, *rest])

    def chain_again(self, seq: int, **changes: Any) -> None:
        """Makes all entries fit from `seq` on, which is changed, with the key of the chain."""
        rows = rows_of(self.connection, seq)
        previous = rows[0]["prev_hash"]
        for row in rows:
            row |= {"prev_hash": previous} | (changes if row["seq"] == seq else {})
            row["hash"] = previous = hash_of(self.key, row)
        replace_from(self.connection, seq, rows)

    def forge_restore(self) -> None:
        """Throws entries 70 to 80 away, and writes that a restore has lost them."""
        row = rows_of(self.connection, 70)[0]
        facts = {"epoch": 3, "missing_from": 70, "missing_to": 80, "missing_until": row["ts"]}
        row |= {"event": "audit.restored", "family": "audit", "epoch": 3, "after": json.dumps(facts)}
        replace_from(self.connection, 70, [row | {"hash": hash_of(self.key, row)}])

    def put_old_history_back(self) -> None:
        replace_from(self.connection, COPIED + 1, list(self.lost.values()))

    def put_one_old_back(self) -> None:
        rest = rows_of(self.connection, 17)
        replace_from(self.connection, 16, [self.lost[16], *rest])


def sql(statement: str) -> Callable[[Owner], None]:
    def act(owner: Owner) -> None:
        owner.connection.execute(text(statement))

    return act


UPDATE = "UPDATE audit_entry SET {} WHERE seq = 70"
TAMPERINGS: dict[str, tuple[Callable[[Owner], None], str, int, int]] = {
    "another amount": (sql(UPDATE.format("after = '{}'")), "changed", 70, 70),
    "another name": (sql(UPDATE.format("actor_label = 'Eve'")), "changed", 70, 70),
    "another moment": (sql(UPDATE.format("ts = '2026-01-01T00\\:00\\:00.000000Z'")), "changed", 70, 70),
    "another outcome": (sql(UPDATE.format("outcome = 'failed'")), "changed", 70, 70),
    "no object": (sql(UPDATE.format("object_id = NULL")), "changed", 70, 70),
    "a reason": (sql(UPDATE.format("reason = ''")), "changed", 70, 70),
    "an earlier epoch": (sql(UPDATE.format("epoch = 1")), "changed", 70, 70),
    "an older format": (sql(UPDATE.format("schema = 1, epoch = NULL")), "changed", 70, 70),
    "another hash": (sql(UPDATE.format("hash = upper(hash)")), "changed", 70, 70),
    "another entry before": (sql(UPDATE.format("prev_hash = 'x'")), "link", 70, 70),
    "another key": (sql(UPDATE.format("key_id = 'k0'")), "key", 70, 70),
    "one deleted": (sql("DELETE FROM audit_entry WHERE seq = 70"), "missing", 70, 70),
    "several deleted": (sql("DELETE FROM audit_entry WHERE seq BETWEEN 60 AND 65"), "missing", 60, 65),
    "the end deleted": (sql("DELETE FROM audit_entry WHERE seq > 78"), "cut", 79, 80),
    "all since the restore deleted": (sql("DELETE FROM audit_entry WHERE seq > 14"), "cut", 15, 80),
    "one from before the copy deleted": (sql("DELETE FROM audit_entry WHERE seq = 5"), "missing", 5, 5),
    "the entry of the restore deleted": (sql("DELETE FROM audit_entry WHERE seq = 15"), "missing", 15, 15),
    "the entry of the restore changed": (
        sql("UPDATE audit_entry SET after = replace(after, '58', '40') WHERE seq = 15"), "changed", 15, 15,
    ),
    "two swapped": (Owner.swap, "link", 70, 70),
    "all chained again with the stolen key": (lambda owner: owner.chain_again(70, reason="x"), "anchor", 80, 80),
    "no restore, with the stolen key": (lambda owner: owner.chain_again(15, event="audit.viewed"), "epoch", 15, 80),
    "a forged restore with the stolen key": (Owner.forge_restore, "restore", 70, 70),
    "the lost history put back": (Owner.put_old_history_back, "anchor", 15, 15),
    "one lost entry put back": (Owner.put_one_old_back, "link", 16, 16),
}  # fmt: skip


@contextmanager
def owned(log: Log) -> Iterator[Connection]:
    """The owner's connection, in a transaction that comes to nothing, with the triggers out of the way."""
    engine = create_engine(db.engine.url)
    with engine.connect() as connection:
        if log.on_sqlite:
            connection.connection.dbapi_connection.isolation_level = None  # type: ignore[union-attr]
            connection.exec_driver_sql("BEGIN")
            for name in SQLITE_TRIGGERS:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql(OFF)
        yield connection
        connection.exec_driver_sql("ROLLBACK")
    engine.dispose()


def verdict_on(log: Log, connection: Connection) -> ChainVerdict:
    return Verifier(connection, Keys.of(log.settings), anchors=anchors.file_of(log.settings)).verdict()


def test_a_log_that_was_put_back_holds_and_names_the_gap(log: Log) -> None:
    put_back(log)
    verdict = log.verify()
    assert (verdict.ok, verdict.entries, verdict.anchors) == (True, LATEST, 4), verdict.breaks
    assert [(gap.epoch, gap.first, gap.last) for gap in verdict.gaps] == [(2, COPIED + 1, LIVE)]
    said = log.command("verify").output
    assert "GAP: Entries 15–58 are missing since the log was restored from a backup at 20" in said
    assert json.loads(log.command("verify", "--json").output)["gaps"][0]["last"] == LIVE
    begun = log.entries()[COPIED]
    facts = json.loads(begun.after or "")
    assert (begun.event, begun.epoch, begun.actor_label[:4]) == ("audit.restored", 2, "cli:")
    assert (facts["missing_from"], facts["missing_to"], facts["missing_until"][:4]) == (COPIED + 1, LIVE, begun.ts[:4])
    assert [entry.epoch for entry in log.entries()] == [1] * COPIED + [2] * (LATEST - COPIED + 2)


def test_each_of_many_later_tamperings_is_told_with_its_place(log: Log) -> None:
    lost = put_back(log)
    assert len(TAMPERINGS) >= 20
    for name, (tamper, kind, first, last) in TAMPERINGS.items():
        with owned(log) as connection:
            assert {one.kind for one in verdict_on(log, connection).breaks} == {"unprotected"}, name
            tamper(Owner(log, connection, lost))
            told = [(one.kind, one.seq, one.last) for one in verdict_on(log, connection).breaks]
        assert (kind, first, last) in told, f"{name}: {told}"
        assert {seq for _, seq, _ in told if seq is not None} <= set(range(min(first, 15), 82)), f"{name}: {told}"
    assert log.verify().ok


def test_all_of_several_tamperings_are_told(log: Log) -> None:
    put_back(log)
    with owned(log) as connection:
        for statement in (
            "UPDATE audit_entry SET reason = 'x' WHERE seq IN (3, 70, 71)",
            "DELETE FROM audit_entry WHERE seq IN (30, 75)",
            "UPDATE audit_entry SET key_id = 'k0' WHERE seq = 50",
            "DELETE FROM audit_entry WHERE seq = 80",
        ):
            connection.execute(text(statement))
        told = [(one.kind, one.seq, one.last) for one in verdict_on(log, connection).breaks]
    places = [one for one in told if one[1] is not None]
    assert places == [
        ("changed", 3, 3), ("missing", 30, 30), ("key", 50, 50), ("changed", 70, 71), ("missing", 75, 75),
        ("cut", 80, 80),
    ]  # fmt: skip


def test_a_restore_without_a_word_is_told_until_it_is_written_down(log: Log) -> None:
    log.write(COPIED - 1)
    copy = Copy(log)
    write_up_to(log, LIVE)
    audit.anchor("test")
    copy.put_back()
    assert log.found() == ("cut", COPIED + 1)
    write_up_to(log, LATEST)
    assert log.found() == ("anchor", LIVE), "also when the desk went on with it"
    assert log.command("restored", "--yes").exit_code == 0
    verdict = log.verify()
    assert (verdict.ok, [(gap.first, gap.last) for gap in verdict.gaps]) == (True, [(COPIED + 1, LIVE)])


def test_a_log_can_be_put_back_again_and_again(log: Log) -> None:
    log.write(9)
    oldest = Copy(log)
    write_up_to(log, 20)
    audit.anchor("test")
    middle = Copy(log)
    for copy in (middle, oldest, middle):
        write_up_to(log, 30)
        audit.anchor("test")
        copy.put_back()
        assert log.command("restored", "--yes").exit_code == 0
        assert log.verify().ok
    gaps = [(gap.epoch, gap.first, gap.last) for gap in log.verify().gaps]
    assert [(epoch, last) for epoch, _, last in gaps] == [(2, 30), (3, 30), (4, 30)]
    assert [first for _, first, _ in gaps][:2] == [21, 11]


def test_a_restore_that_could_not_be_signed_is_told_and_signed_by_the_next_try(log: Log) -> None:
    log.write(COPIED - 1)
    copy = Copy(log)
    write_up_to(log, LIVE)
    audit.anchor("test")
    copy.put_back()
    path = log.settings.anchor_file
    before = path.read_bytes()
    assert log.command("restored", "--yes").exit_code == 0
    path.write_bytes(before)  # as when the power is cut after the entry was written
    assert ("restore", COPIED + 1) in [(one.kind, one.seq) for one in log.verify().breaks]
    result = log.command("restored", "--yes")
    assert "The restore that entry 15 tells of is now signed" in result.output
    assert (log.verify().ok, [(gap.first, gap.last) for gap in log.verify().gaps]) == (True, [(COPIED + 1, LIVE)])


def test_nothing_is_written_where_nothing_is_missing(log: Log) -> None:
    log.write(9)
    audit.anchor("test")
    result = log.command("restored", "--yes")
    assert (result.exit_code, "Nothing is missing" in result.output, len(log.entries())) == (0, True, 10)


def test_it_asks_before_it_writes(log: Log) -> None:
    log.write(9)
    copy = Copy(log)
    write_up_to(log, 20)
    audit.anchor("test")
    copy.put_back()
    result = log.command("restored")
    assert (result.exit_code, "does an auditor know?" in result.output) == (1, True)
    assert len(log.entries()) == 10


def test_anchors_of_earlier_releases_go_on_proving(sqlite_log: Log) -> None:
    """Signed in the words of that time, without an epoch; none of them can be given another meaning."""
    sqlite_log.write(4)
    last = sqlite_log.entries()[-1]
    old = anchors.Anchor(last.seq, last.hash, last.ts, "test", last.ts, version=1)
    signature = anchors.signing_key(sqlite_log.settings).sign(old.signed_bytes())
    line = {**old.fields(), "signature": anchors.b64encode(signature).decode()}
    assert set(line) == {"seq", "hash", "ts", "reason", "written", "signature"}
    path = sqlite_log.settings.anchor_file
    path.write_text(json.dumps(line) + "\n", encoding="ascii")
    assert (sqlite_log.verify().ok, sqlite_log.verify().anchors) == (True, 1)
    for more in ({"epoch": 2}, {"version": 2}, {"missing_from": 1, "missing_to": 5}):
        path.write_text(json.dumps(line | more) + "\n", encoding="ascii")
        assert sqlite_log.found()[0] == "forged_anchor", more
