"""`flask audit verify`: 0 ok, 1 broken, 2 could not be checked; its verdict is on record."""

from __future__ import annotations

import json
import sqlite3
import stat
from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from webapp import audit
from webapp.audit import anchors
from webapp.audit.anchors import AnchorFile

from .log import Log


@pytest.fixture
def tampered(sqlite_log: Log, raw: sqlite3.Connection) -> Log:
    sqlite_log.write(9)
    raw.execute("DROP TRIGGER audit_entry_no_update")
    raw.execute("UPDATE audit_entry SET actor_label = 'Somebody Else' WHERE seq = 6")
    return sqlite_log


def test_a_sound_log_is_ok(log: Log) -> None:
    log.write(9)
    audit.anchor("test")
    result = log.command("verify")
    assert result.exit_code == 0, result.output
    assert "10 entries and 1 anchors hold" in result.output


def test_the_verdict_is_an_entry_by_the_user_of_the_terminal(log: Log) -> None:
    log.write(9)
    log.command("verify")
    entry = log.entries()[-1]
    assert (entry.event, entry.outcome, entry.actor_label[:4]) == ("audit.verified", "ok", "cli:")
    assert json.loads(entry.after or "")["entries"] == 10


def test_a_broken_log_names_the_first_bad_entry_and_the_kind(tampered: Log) -> None:
    result = tampered.command("verify")
    assert result.exit_code == 1
    assert result.output.startswith("BROKEN at entry 6 (changed)")


def test_a_broken_log_still_takes_the_verdict(tampered: Log) -> None:
    tampered.command("verify")
    entry = tampered.entries()[-1]
    facts = json.loads(entry.after or "")
    assert (entry.event, entry.outcome, facts["kind"], facts["bad_seq"]) == ("audit.verified", "failed", "changed", 6)


def test_machines_get_one_line_of_json(tampered: Log) -> None:
    verdict = json.loads(tampered.command("verify", "--json").output)
    assert (verdict["ok"], verdict["kind"], verdict["seq"]) == (False, "changed", 6)


def test_it_can_start_behind_the_damage(tampered: Log) -> None:
    tampered.settings.anchor_file.unlink(missing_ok=True)
    result = tampered.command("verify", "--from", "7", "--json")
    verdict = json.loads(result.output)
    assert (verdict["kind"], verdict["first_seq"], verdict["entries"]) == ("unprotected", 7, 4)


def test_it_cannot_start_behind_the_end(sqlite_log: Log, raw: sqlite3.Connection) -> None:
    sqlite_log.write(9)
    result = sqlite_log.command("verify", "--from", "12")
    assert (result.exit_code, "no entry 11" in result.stderr) == (2, True)
    audit.anchor("test")
    raw.execute("DROP TRIGGER audit_entry_no_delete")
    raw.execute("DELETE FROM audit_entry WHERE seq > 7")
    result = sqlite_log.command("verify", "--from", "9")
    assert (result.exit_code, result.output.startswith("BROKEN at entries 8–10 (cut)")) == (1, True)


def test_it_cannot_start_where_an_entry_is_gone(sqlite_log: Log, raw: sqlite3.Connection) -> None:
    sqlite_log.write(9)
    raw.execute("DROP TRIGGER audit_entry_no_delete")
    raw.execute("DELETE FROM audit_entry WHERE seq = 5")
    result = sqlite_log.command("verify", "--from", "6")
    assert (result.exit_code, result.output.startswith("BROKEN at entry 5 (missing)")) == (1, True)


def test_the_configured_anchors_are_used_without_being_asked_for(sqlite_log: Log, raw: sqlite3.Connection) -> None:
    sqlite_log.write(9)
    audit.anchor("test")
    raw.execute("DROP TRIGGER audit_entry_no_delete")
    raw.execute("DELETE FROM audit_entry WHERE seq = 10")
    result = sqlite_log.command("verify")
    assert (result.exit_code, result.output.startswith("BROKEN at entry 10 (cut)")) == (1, True)


def test_an_empty_log_is_broken_and_gets_no_entry(sqlite_log: Log) -> None:
    assert sqlite_log.command("verify").exit_code == 1
    assert sqlite_log.entries() == []


def test_an_anchor_file_that_is_not_there_cannot_be_checked(sqlite_log: Log) -> None:
    sqlite_log.write()
    result = sqlite_log.command("verify", "--anchor", "/nowhere/anchors.jsonl")
    assert (result.exit_code, "could not be checked" in result.stderr) == (2, True)


def test_a_dropped_table_is_found_by_the_anchor(sqlite_log: Log, raw: sqlite3.Connection) -> None:
    sqlite_log.write()
    audit.anchor("test")
    raw.execute("DROP TABLE audit_entry")
    result = sqlite_log.command("verify")
    assert (result.exit_code, result.output.startswith("BROKEN at entries 1–2 (cut)")) == (1, True)


def test_a_file_that_is_no_database_cannot_be_checked(sqlite_log: Log) -> None:
    sqlite_log.write()
    sqlite_log.close()
    for side in ("-wal", "-shm"):
        sqlite_log.path.with_name(sqlite_log.path.name + side).unlink(missing_ok=True)
    sqlite_log.path.write_bytes(b"not a database" * 1000)
    assert sqlite_log.command("verify").exit_code == 2


def test_a_verdict_that_cannot_be_written_is_said(sqlite_log: Log, raw: sqlite3.Connection) -> None:
    sqlite_log.write()
    raw.execute("CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    result = sqlite_log.command("verify")
    assert (result.exit_code, "could not be written into the log: disk full" in result.stderr) == (1, True)
    assert "not protected as it should be: full" in result.output


def test_a_log_of_two_keys_holds_while_the_old_one_is_known(sqlite_log: Log) -> None:
    sqlite_log.write(3)
    settings = sqlite_log.settings
    old = f"k1:{settings.audit_key.get_secret_value()}"
    new = {"audit_key": "b0b1c2d3e4f5061728394a5b6c7d8e9f" * 2, "audit_key_id": "k2"}
    sqlite_log.use(**new, audit_old_keys=old)
    sqlite_log.write(3)
    assert [entry.key_id for entry in sqlite_log.entries()] == ["k1"] * 4 + ["k2"] * 3
    assert sqlite_log.verify().ok
    sqlite_log.use(**new, audit_old_keys="")
    assert sqlite_log.found() == ("key", 1)


def test_bad_old_keys_cannot_be_checked_and_are_not_printed(sqlite_log: Log) -> None:
    sqlite_log.write()
    sqlite_log.use(audit_old_keys="very-secret")
    result = sqlite_log.command("verify")
    assert (result.exit_code, "AUDIT_OLD_KEYS" in result.stderr, "very-secret" in result.stderr) == (2, True, False)


def test_each_hundredth_entry_is_anchored(sqlite_log: Log) -> None:
    sqlite_log.write(205)
    file = sqlite_log.settings.anchor_file
    assert [anchor.seq for anchor in anchors.file_of(sqlite_log.settings)] == [100, 200]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_public_key_is_all_that_an_outsider_needs(sqlite_log: Log) -> None:
    sqlite_log.write(3)
    audit.anchor("test")
    printed = sqlite_log.command("public-key").output.strip()
    key = Ed25519PublicKey.from_public_bytes(b64decode(printed))
    assert [anchor.seq for anchor in AnchorFile(sqlite_log.settings.anchor_file, key)] == [4]
