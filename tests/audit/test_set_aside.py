"""Anchors of entries that an older copy of the log lacks are put aside; those of earlier entries go on proving them."""

from __future__ import annotations

from webapp import audit
from webapp.audit import anchors

from .log import Log


def test_only_anchors_of_later_entries_are_set_aside_and_all_are_kept(sqlite_log: Log) -> None:
    path = sqlite_log.settings.anchor_file
    sqlite_log.write(4)
    audit.anchor("test")
    sqlite_log.write(5)
    audit.anchor("test")
    before = path.read_bytes()
    first, second = (entry.seq for entry in sqlite_log.entries() if entry.seq in (5, 10))
    kept = anchors.set_aside(path, first, "before")
    assert kept == path.with_name(f"{path.name}.before")
    assert kept.read_bytes() == before
    assert path.read_bytes() == before.splitlines(keepends=True)[0]
    assert path.stat().st_mode & 0o777 == 0o600
    assert (sqlite_log.verify().ok, sqlite_log.verify().anchors) == (True, 1)
    assert anchors.set_aside(path, second, "again") is None
    assert not path.with_name(f"{path.name}.again").exists()


def test_a_line_that_is_no_anchor_is_not_lost(sqlite_log: Log) -> None:
    path = sqlite_log.settings.anchor_file
    sqlite_log.write(4)
    audit.anchor("test")
    path.write_bytes(b"[1]\nforged\n" + path.read_bytes())
    anchors.set_aside(path, 1, "before")
    assert path.read_bytes() == b"[1]\nforged\n"
    assert sqlite_log.found()[0] == "forged_anchor"


def test_without_a_file_of_anchors_there_is_nothing_to_set_aside(sqlite_log: Log) -> None:
    assert anchors.set_aside(sqlite_log.settings.anchor_file, 1, "before") is None
