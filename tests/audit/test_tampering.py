"""Every way we know of changing the log behind the desk's back is found, at the right entry, in the raw SQLite file."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable

import pytest

from webapp import audit
from webapp.audit import anchors
from webapp.audit.chain import COVERED, Keys, canonical, hash_of

from .log import Log

TEXTS = [name for name in COVERED if name not in ("seq", "schema", "clock_set_back", "actor_id", "approver_id")]
NUMBERS = ["clock_set_back", "actor_id", "approver_id", "schema"]
EXPECTED = {"prev_hash": "link", "key_id": "key"}


@pytest.fixture
def thirty(sqlite_log: Log) -> Log:
    """A log of thirty entries and no anchor."""
    audit.bind(audit.Who(7, "Alice Agent", "agent", "0123456789ab", "10.1.2.3", "Firefox", "request-1"))
    sqlite_log.write(29, reason="")
    return sqlite_log


@pytest.fixture
def unguarded(thirty: Log, raw: sqlite3.Connection) -> sqlite3.Connection:
    """The owner of the file, with the triggers out of the way."""
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'"):
        raw.execute(f"DROP TRIGGER {name}")
    return raw


def rows(connection: sqlite3.Connection, start: int = 1) -> list[dict[str, object]]:
    cursor = connection.execute("SELECT * FROM audit_entry WHERE seq >= ? ORDER BY seq", [start])
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def put(connection: sqlite3.Connection, row: dict[str, object]) -> None:
    marks = ", ".join("?" * len(row))
    names = ", ".join(f'"{name}"' for name in row)
    connection.execute(f"INSERT OR REPLACE INTO audit_entry ({names}) VALUES ({marks})", list(row.values()))


def rehash(connection: sqlite3.Connection, start: int, hash_for: Callable[[dict[str, object]], str]) -> None:
    """Changes an amount and makes all later entries fit, as somebody would who knows how the chain is made."""
    previous = rows(connection, start - 1)[0]["hash"]
    for row in rows(connection, start):
        if row["seq"] == start:
            row["after"] = '{"amount_minor":1,"currency":"AED"}'
        row["prev_hash"] = previous
        row["hash"] = previous = hash_for(row)
        put(connection, row)


def test_an_untouched_log_holds(thirty: Log) -> None:
    verdict = thirty.verify()
    assert (verdict.ok, verdict.entries, verdict.last_seq) == (True, 30, 30)


@pytest.mark.parametrize("column", TEXTS)
def test_a_changed_text_is_found(thirty: Log, unguarded: sqlite3.Connection, column: str) -> None:
    unguarded.execute(f"""UPDATE audit_entry SET "{column}" = coalesce("{column}", '') || 'x' WHERE seq = 12""")
    assert thirty.found() == (EXPECTED.get(column, "changed"), 12)


@pytest.mark.parametrize("column", NUMBERS)
def test_a_changed_number_is_found(thirty: Log, unguarded: sqlite3.Connection, column: str) -> None:
    unguarded.execute(f'UPDATE audit_entry SET "{column}" = coalesce("{column}", 0) + 1 WHERE seq = 12')
    assert thirty.found() == ("changed", 12)


@pytest.mark.parametrize("column", [*NUMBERS, "after", "object_id", "actor_label"])
@pytest.mark.parametrize("value", [b"blob", 1.5])
def test_a_value_of_another_type_is_found(
    thirty: Log, unguarded: sqlite3.Connection, column: str, value: object
) -> None:
    unguarded.execute(f'UPDATE audit_entry SET "{column}" = ? WHERE seq = 12', [value])
    kind, seq = thirty.found()
    assert (kind in ("changed", "unreadable"), seq) == (True, 12)


def test_a_changed_hash_is_found(thirty: Log, unguarded: sqlite3.Connection) -> None:
    unguarded.execute("UPDATE audit_entry SET hash = upper(hash) WHERE seq = 12")
    assert thirty.found() == ("changed", 12)


def test_nothing_made_empty_is_found(thirty: Log, unguarded: sqlite3.Connection) -> None:
    unguarded.execute("UPDATE audit_entry SET before = '' WHERE seq = 12")
    assert thirty.found() == ("changed", 12)


def test_empty_made_nothing_is_found(thirty: Log, unguarded: sqlite3.Connection) -> None:
    unguarded.execute("UPDATE audit_entry SET reason = NULL WHERE seq = 12")
    assert thirty.found() == ("changed", 12)


@pytest.mark.parametrize(
    ("which", "found"),
    [("seq = 1", ("missing", 1)), ("seq = 12", ("missing", 12)), ("seq BETWEEN 12 AND 20", ("missing", 12))],
)
def test_a_deletion_is_found(thirty: Log, unguarded: sqlite3.Connection, which: str, found: tuple[str, int]) -> None:
    unguarded.execute(f"DELETE FROM audit_entry WHERE {which}")
    assert thirty.found() == found


@pytest.mark.requirement("R59")
def test_a_log_cut_off_at_its_end_is_found_by_the_anchor(thirty: Log, unguarded: sqlite3.Connection) -> None:
    audit.anchor("test")
    unguarded.execute("DELETE FROM audit_entry WHERE seq = 30")
    assert thirty.found(anchored=False) == ("unprotected", None), "the chain alone cannot know"
    assert thirty.found() == ("cut", 30)


def test_an_emptied_log_is_found(thirty: Log, unguarded: sqlite3.Connection) -> None:
    audit.anchor("test")
    unguarded.execute("DELETE FROM audit_entry")
    assert thirty.found() == ("cut", 1)
    assert thirty.found(anchored=False) == ("empty", 1)


def test_a_copy_put_at_the_end_is_found(thirty: Log, unguarded: sqlite3.Connection) -> None:
    put(unguarded, rows(unguarded, 12)[0] | {"seq": 31, "prev_hash": "copied"})
    assert thirty.found() == ("link", 31)


def test_a_copy_squeezed_in_is_found(thirty: Log, unguarded: sqlite3.Connection) -> None:
    copied, *later = rows(unguarded, 12)
    unguarded.execute("DELETE FROM audit_entry WHERE seq > 12")
    put(unguarded, copied | {"seq": 13, "prev_hash": copied["hash"]})
    for row in later:
        previous = "the copy" if row["seq"] == 13 else row["prev_hash"]
        put(unguarded, row | {"seq": int(str(row["seq"])) + 1, "prev_hash": previous})
    assert thirty.found() == ("changed", 13)


@pytest.mark.parametrize("seq", [0, -5])
def test_an_entry_before_the_first_is_found(thirty: Log, unguarded: sqlite3.Connection, seq: int) -> None:
    put(unguarded, rows(unguarded)[0] | {"seq": seq, "prev_hash": "before"})
    assert thirty.found() == ("inserted", seq)


def test_two_swapped_entries_are_found(thirty: Log, unguarded: sqlite3.Connection) -> None:
    all_rows = rows(unguarded)
    third, seventh = all_rows[2], all_rows[6]
    unguarded.execute("DELETE FROM audit_entry WHERE seq IN (3, 7)")
    put(unguarded, third | {"seq": 7})
    put(unguarded, seventh | {"seq": 3})
    assert thirty.found() == ("link", 3)


def test_swapped_contents_are_found(thirty: Log, unguarded: sqlite3.Connection) -> None:
    all_rows = rows(unguarded)
    third, seventh = all_rows[2], all_rows[6]
    for mine, other in ((third, seventh), (seventh, third)):
        put(unguarded, other | {name: mine[name] for name in ("seq", "prev_hash", "hash")})
    assert thirty.found() == ("changed", 3)


def test_a_renumbered_tail_is_found(thirty: Log, unguarded: sqlite3.Connection) -> None:
    for row in reversed(rows(unguarded, 12)):
        unguarded.execute("UPDATE audit_entry SET seq = seq + 1 WHERE seq = ?", [row["seq"]])
    assert thirty.found() == ("missing", 12)


def test_a_gap_closed_by_renumbering_is_found(thirty: Log, unguarded: sqlite3.Connection) -> None:
    unguarded.execute("DELETE FROM audit_entry WHERE seq = 12")
    for row in rows(unguarded, 13):
        unguarded.execute("UPDATE audit_entry SET seq = seq - 1 WHERE seq = ?", [row["seq"]])
    assert thirty.found() == ("link", 12)


def test_a_tail_hashed_again_without_the_key_is_found(thirty: Log, unguarded: sqlite3.Connection) -> None:
    rehash(unguarded, 12, lambda row: hashlib.sha256(str(row["prev_hash"]).encode() + canonical(row)).hexdigest())
    assert thirty.found() == ("changed", 12)


def test_a_tail_hashed_again_with_another_key_is_found(thirty: Log, unguarded: sqlite3.Connection) -> None:
    rehash(unguarded, 12, lambda row: hash_of(b"another key", row))
    assert thirty.found() == ("changed", 12)


def test_a_tail_hashed_again_with_the_stolen_key_is_found_by_the_anchor(
    thirty: Log, unguarded: sqlite3.Connection
) -> None:
    audit.anchor("test")
    keys = Keys.of(thirty.settings)
    rehash(unguarded, 12, lambda row: hash_of(keys.by_id[keys.current], row))
    assert thirty.found() == ("anchor", 30)


def test_a_replaced_entry_is_found(thirty: Log, unguarded: sqlite3.Connection) -> None:
    put(unguarded, rows(unguarded, 12)[0] | {"actor_label": "Somebody Else"})
    assert thirty.found() == ("changed", 12)


def test_another_key_id_is_found(thirty: Log, unguarded: sqlite3.Connection) -> None:
    unguarded.execute("UPDATE audit_entry SET key_id = 'k0' WHERE seq = 12")
    assert thirty.found() == ("key", 12)


@pytest.mark.requirement("R59")
def test_yesterdays_file_put_back_is_found(thirty: Log, raw: sqlite3.Connection) -> None:
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    yesterday = thirty.path.with_name("yesterday")
    shutil.copy(thirty.path, yesterday)
    thirty.write(10)
    audit.anchor("test")
    raw.close()
    thirty.close()
    for side in ("-wal", "-shm"):
        thirty.path.with_name(thirty.path.name + side).unlink(missing_ok=True)
    shutil.copy(yesterday, thirty.path)
    assert thirty.found() == ("cut", 31)
    thirty.write(20)
    assert thirty.found() == ("anchor", 40), "also when the desk went on with it"


def test_dropped_triggers_are_found_even_if_nothing_else_was_done(thirty: Log, raw: sqlite3.Connection) -> None:
    raw.execute("DROP TRIGGER audit_entry_no_update")
    assert thirty.found() == ("unprotected", None)


def test_a_trigger_made_harmless_is_found(thirty: Log, raw: sqlite3.Connection) -> None:
    raw.execute("DROP TRIGGER audit_entry_no_delete")
    raw.execute("CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry BEGIN SELECT 1; END")
    assert thirty.found() == ("unprotected", None)


def test_an_index_that_hides_an_entry_is_found(thirty: Log, raw: sqlite3.Connection) -> None:
    raw.execute("PRAGMA writable_schema = ON")
    raw.execute(
        "UPDATE sqlite_master SET sql = replace(sql, '(actor_id, seq)', '(actor_id, seq) WHERE seq <> 12') "
        "WHERE name = 'ix_audit_entry_actor_id_seq'"
    )
    raw.execute("PRAGMA writable_schema = RESET")
    raw.execute("REINDEX ix_audit_entry_actor_id_seq")
    raw.execute("PRAGMA writable_schema = ON")
    raw.execute(
        "UPDATE sqlite_master SET sql = replace(sql, ' WHERE seq <> 12', '') WHERE name = 'ix_audit_entry_actor_id_seq'"
    )
    raw.execute("PRAGMA writable_schema = RESET")
    raw.close()
    thirty.close()
    assert thirty.found() == ("storage", None)


def test_a_forged_anchor_is_found(thirty: Log) -> None:
    audit.anchor("test")
    path = thirty.settings.anchor_file
    path.write_text(path.read_text().replace('"seq":30', '"seq":29'))
    assert thirty.found() == ("forged_anchor", None)


def test_an_anchor_torn_by_a_crash_is_passed_over(thirty: Log) -> None:
    audit.anchor("test")
    path = thirty.settings.anchor_file
    path.write_bytes(path.read_bytes() + path.read_bytes()[:100])
    audit.anchor("after the crash")
    verdict = thirty.verify()
    assert (verdict.ok, len(path.read_text().splitlines())) == (True, 3)
    assert (anchors.latest(thirty.settings) or pytest.fail("no anchor")).reason == "after the crash"
