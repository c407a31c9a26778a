"""No single change, whatever it is, goes unnoticed: random fields, and random bits of the table's own pages."""

from __future__ import annotations

import random
import sqlite3

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from webapp import audit
from webapp.audit.chain import COVERED

from .log import Log
from .raw_file import RawFile

FLIPS = 1000
ENTRIES = 24
FOUND = ("missing", "inserted", "link", "changed", "key", "unreadable")
VALUES = st.one_of(
    st.none(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.binary(max_size=20),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.sampled_from(["", "0", "k1", "refund.succeeded", "ok", "0" * 64]),
)


@pytest.fixture
def file(sqlite_log: Log) -> RawFile:
    audit.bind(audit.Who(7, "Alice Agent", "agent", "0123456789ab", "10.1.2.3", "Firefox", "request-1"))
    sqlite_log.write(ENTRIES - 1, reason="damaged", before={"status": "ضرر"})
    return RawFile(sqlite_log)


def test_an_unchanged_file_always_holds(file: RawFile) -> None:
    verdict = file.judge()
    assert (verdict.ok, verdict.entries) == (True, ENTRIES)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seq=st.integers(1, ENTRIES), column=st.sampled_from([*COVERED, "hash"]), value=VALUES)
def test_any_other_value_in_any_field_is_found(file: RawFile, seq: int, column: str, value: object) -> None:
    file.path.write_bytes(file.bytes)
    connection = sqlite3.connect(file.path, isolation_level=None)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    try:
        connection.execute(f'UPDATE audit_entry SET "{column}" = ? WHERE seq = ?', [value, seq])
    except sqlite3.Error:
        assume(False)  # the engine itself would not have it
    finally:
        connection.close()
    changed = file.path.read_bytes()
    assume(file.dump() != file.contents)
    verdict = file.judge(changed)
    assert verdict.kind in FOUND
    if verdict.kind != "inserted":  # under a number before the first one
        assert verdict.seq == seq


@pytest.mark.requirement("R59")
def test_any_flipped_bit_of_an_entry_is_found_at_that_entry(file: RawFile) -> None:
    chance = random.Random(20261120)
    places = [(offset, seq) for start, end, seq in file.cells() for offset in range(start, end)]
    for offset, seq in chance.choices(places, k=FLIPS):
        damaged = bytearray(file.bytes)
        damaged[offset] ^= 1 << chance.randrange(8)
        verdict = file.judge(bytes(damaged))
        if verdict.ok and file.dump() == file.contents:
            continue  # a bit that nobody reads: of the place of the number, which SQLite keeps elsewhere
        assert verdict.kind in FOUND, f"a flip at {offset}"
        if verdict.kind != "inserted":  # the number itself was flipped
            assert verdict.seq == seq, f"a flip at {offset}, {verdict}"
