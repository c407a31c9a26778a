"""The arithmetic of the benchmarks: verdicts, percentiles and the table. No test asserts a time."""

from __future__ import annotations

import pytest

from .goals import Kind, Result, Verdict, not_measured, number, percentile, table


@pytest.mark.parametrize(
    ("value", "kind", "verdict"),
    [
        (0.9, Kind.AT_MOST, Verdict.STRETCH),
        (1.0, Kind.AT_MOST, Verdict.STRETCH),
        (1.25, Kind.AT_MOST, Verdict.MET),
        (1.26, Kind.AT_MOST, Verdict.MISSED),
        (1.0, Kind.AT_LEAST, Verdict.STRETCH),
        (0.99, Kind.AT_LEAST, Verdict.MISSED),
        (None, Kind.AT_MOST, Verdict.NOT_MEASURED),
    ],
)
def test_a_value_is_held_against_its_goal(value: float | None, kind: Kind, verdict: Verdict) -> None:
    assert Result(1, "cost", value, must=1.25, stretch=1.0, kind=kind).verdict is verdict


def test_more_is_better_where_the_goal_says_at_least() -> None:
    assert Result(2, "pages", 7, must=6, stretch=10, kind=Kind.AT_LEAST).verdict is Verdict.MET


@pytest.mark.parametrize(("calls", "verdict"), [(0, Verdict.MISSED), (1, Verdict.MET), (2, Verdict.MISSED)])
def test_a_count_must_be_exact(calls: int, verdict: Verdict) -> None:
    assert Result(4, "calls", calls, must=1, kind=Kind.EXACTLY, unit="calls").verdict is verdict


def test_a_percentile_is_a_value_that_was_seen() -> None:
    assert percentile([5.0, 1.0, 3.0, 2.0, 4.0], 0.5) == 2.0
    assert percentile(list(range(1, 101)), 0.95) == 95
    assert percentile([7.0], 0.95) == 7.0


def test_numbers_read_as_what_they_are() -> None:
    assert number(1.256, "x") == "1.26x"
    assert number(2, "calls") == "2 calls"
    assert number(1.5, "MB") == "1.50 MB"


def test_the_table_has_each_goal_in_order_and_says_why_one_is_missing() -> None:
    rows = [
        Result(5, "list at 50 ms / one call", 1.05, 1.12, 1.07, note="p50"),
        not_measured(2, "list pages/s / Django admin", 6, 10, Kind.AT_LEAST, "Django is not there"),
    ]
    _, _, first, second = table(rows).splitlines()
    assert first.split()[0] == "2"
    assert first.endswith("not measured  Django is not there")
    assert "1.05x     ≤ 1.12x  ≤ 1.07x   stretch" in second
