"""The log as a file: no formulas, on record, and verifiable with the key."""

from __future__ import annotations

import csv
import hmac
import io
import json
from pathlib import Path

import pytest
import time_machine

from webapp import audit
from webapp.audit.search import AuditQuery
from webapp.lists.exports.audit_file import csv_blocks, guarded, record_export

from .log import Log

FORMULA = '=HYPERLINK("http://evil.test")'


def rows(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.requirement("R43")
def test_csv_holds_what_matches_and_no_formula(log: Log) -> None:
    log.write(2)
    log.write(object_id=FORMULA, reason="+1 from the customer")
    plan = record_export(AuditQuery(what="refund"), "csv")
    found = rows("".join(csv_blocks(plan)))
    assert [row["seq"] for row in found] == ["2", "3", "4"]
    assert found[2]["object_id"] == f"'{FORMULA}"
    assert found[2]["reason"] == "'+1 from the customer"
    assert found[0]["sentence"] == "The refund of AED 120.50 of order-00 was confirmed"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "  ="])
def test_no_cell_starts_like_a_formula(start: str) -> None:
    assert guarded(f"{start}1") == f"'{start}1"
    assert guarded(-1) == -1
    assert guarded("order-01") == "order-01"


def test_the_export_is_one_entry_that_says_what_left(log: Log) -> None:
    log.write(3)
    plan = record_export(AuditQuery(actor_id=0, words="order-01"), "csv")
    "".join(csv_blocks(plan))
    entries = log.entries()
    facts = json.loads(entries[-1].after or "")
    assert [one.event for one in entries].count("audit.exported") == 1
    assert facts == {
        "actor_id": 0, "complete": True, "format": "csv", "head_hash": entries[3].hash, "last_seq": 4, "rows": 1,
        "by_words": True,
    }  # fmt: skip


def test_what_was_searched_by_is_not_kept(log: Log) -> None:
    log.write(3)
    record_export(AuditQuery(object_id="+971 50 199 8853", words="jane.canary@private.example"), "csv")
    assert "jane.canary" not in (log.entries()[-1].after or "")
    assert "8853" not in (log.entries()[-1].after or "")


def test_what_is_written_meanwhile_is_not_part_of_the_file(log: Log) -> None:
    log.write(2)
    plan = record_export(AuditQuery(), "csv")
    log.write(2)
    assert [row["seq"] for row in rows("".join(csv_blocks(plan)))] == ["1", "2", "3"]


def test_json_lines_can_be_verified_by_anybody_with_the_key(log: Log, tmp_path: Path) -> None:
    audit.bind(audit.Who(7, "عليا", "agent"))
    log.write(3, reason="ضرر")
    result = log.command("export", "--output", str(tmp_path / "log.jsonl"))
    assert (result.exit_code, "4 entries" in result.stderr) == (0, True), result.output
    *lines, last = (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()
    previous = "0" * 64
    for line in lines:
        entry = json.loads(line)
        digest = entry.pop("hash")
        text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        key = log.settings.audit_key.get_secret_value().encode()
        assert entry["prev_hash"] == previous
        assert hmac.new(key, (previous + text).encode(), "sha256").hexdigest() == digest
        previous = digest
    assert json.loads(last) == {"head": {"seq": 4, "hash": previous, "ts": entry["ts"]}, "complete": True}
    assert log.entries()[-1].event == "audit.exported"


def test_days_are_those_of_the_account(log: Log) -> None:
    with time_machine.travel("2026-11-19T21:00:00Z", tick=False):  # already the 20th in Dubai
        log.write(1)
    with time_machine.travel("2026-11-20T20:30:00Z", tick=False):  # already the 21st
        log.write(1)
    result = log.command("export", "--since", "2026-11-20", "--until", "2026-11-20", "--format", "csv")
    assert [row["seq"] for row in rows(result.stdout)] == ["1", "2"]
