"""Each requirement is proved by a test that says so, or the table says why not; and the table is what the marks say."""

from __future__ import annotations

from webapp.core.settings import ROOT

from .table import TABLE, Requirement, proofs, requirements, written


def test_the_table_says_what_the_tests_say() -> None:
    assert TABLE.read_text(encoding="utf-8") == written(requirements(), proofs()), "stale: run `make requirements`"


def test_each_requirement_is_proved_or_said_to_be_open() -> None:
    asked, proved = requirements(), proofs()
    assert list(asked) == [f"R{number:02}" for number in range(1, 67)]
    assert set(proved) <= set(asked), "a mark names no requirement"
    assert [number for number, one in asked.items() if bool(one.open) == (number in proved)] == []


def test_the_code_that_holds_it_is_there() -> None:
    for number, one in requirements().items():
        assert one.open or one.code, number
        assert all((ROOT / path).exists() for path in one.code), number


def test_an_open_one_is_told_with_its_reason() -> None:
    text = written({"R01": Requirement("It holds", ("webapp",), "not built yet")}, {})
    assert text.endswith("| R01 | It holds | [webapp](../../webapp) | Not built yet |\n")
