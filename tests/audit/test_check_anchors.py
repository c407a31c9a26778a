"""The checker that outsiders run: alone, with nothing but the public key; and what it says of what was changed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from webapp import audit
from webapp.core.settings import ROOT

from .log import Log
from .restoring import Copy

CHECKER = ROOT / "webapp" / "audit" / "check_anchors.py"


class Outsider:
    """Has the checker, the public key, and copies of the anchors and of an export, in a folder of the own."""

    def __init__(self, log: Log, folder: Path) -> None:
        self.folder = folder
        self.key = log.command("public-key").output.strip()
        assert log.command("export", "--output", str(folder / "export.jsonl")).exit_code == 0
        (folder / "anchors.jsonl").write_bytes(log.settings.anchor_file.read_bytes())
        (folder / "check_anchors.py").write_bytes(CHECKER.read_bytes())

    def check(self, key: str | None = None) -> tuple[int, str]:
        files = ["check_anchors.py", key or self.key, "anchors.jsonl", "export.jsonl"]
        done = subprocess.run([sys.executable, "-I", *files], cwd=self.folder, capture_output=True, text=True)
        assert not done.stderr, done.stderr
        return done.returncode, done.stdout

    def change(self, name: str, before: str, after: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert before in text
        (self.folder / name).write_text(text.replace(before, after), encoding="utf-8")


@pytest.fixture
def outsider(sqlite_log: Log, tmp_path: Path) -> Outsider:
    """Of a log that was put back from a copy once."""
    sqlite_log.write(13)
    copy = Copy(sqlite_log)
    sqlite_log.write(10)
    audit.anchor("test")
    copy.put_back()
    assert sqlite_log.command("restored", "--yes").exit_code == 0
    sqlite_log.write(5)
    audit.anchor("test")
    folder = tmp_path / "outside"
    folder.mkdir()
    return Outsider(sqlite_log, folder)


def test_it_is_short_and_needs_nothing_of_the_desk() -> None:
    text = CHECKER.read_text(encoding="utf-8")
    code = text.rpartition('"""\n\nimport')[2]
    assert "webapp" not in text
    assert code.count("\n") < 60


def test_it_finds_a_sound_log_sound_and_names_the_gap(outsider: Outsider) -> None:
    code, said = outsider.check()
    assert code == 0, said
    assert "GAP: entries 15-24 are missing since" in said
    assert said.endswith("ok: 3 anchors, 20 entries\n")


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("anchors.jsonl", '"seq":20', '"seq":19', "line 3 was not signed by this key"),
        ("anchors.jsonl", '"missing_to":24', '"missing_to":20', "line 2 was not signed by this key"),
        ("anchors.jsonl", '"epoch":1', '"epoch":2', "line 1 was not signed by this key"),
    ],
)
def test_it_tells_an_anchor_that_was_changed(outsider: Outsider, name: str, before: str, after: str, said: str) -> None:
    outsider.change(name, before, after)
    code, words = outsider.check()
    assert (code, said in words) == (1, True), words


def test_it_tells_an_entry_that_was_changed(outsider: Outsider) -> None:
    lines = (outsider.folder / "export.jsonl").read_text(encoding="utf-8").splitlines()
    hashes = {entry["seq"]: entry["hash"] for entry in map(json.loads, lines) if "seq" in entry}
    outsider.change("export.jsonl", hashes[20], "0" * 64)
    outsider.change("export.jsonl", f'"hash": "{hashes[17]}"', '"hash": "x"')
    code, words = outsider.check()
    assert code == 1
    assert "entry 20 is not the one that was anchored" in words
    assert "entry 18 does not follow the one before" in words


def test_it_tells_another_key(outsider: Outsider) -> None:
    code, words = outsider.check("A" * 43 + "=")
    assert (code, words.count("was not signed by this key")) == (1, 3)
