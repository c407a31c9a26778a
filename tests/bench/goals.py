"""The goals, what was measured for them, and the table that is printed. Ratios hold within one run only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a measured number is held against its goal."""

    AT_MOST = "≤"
    AT_LEAST = "≥"
    EXACTLY = "="


class Verdict(StrEnum):
    STRETCH = "stretch"
    MET = "met"
    MISSED = "MISSED"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Result:
    """One row. `goal` is the number in the design's table; `value` None was not measured, and `note` says why."""

    goal: int
    what: str
    value: float | None
    must: float
    stretch: float | None = None
    kind: Kind = Kind.AT_MOST
    unit: str = "x"
    note: str = ""

    @property
    def verdict(self) -> Verdict:
        if self.value is None:
            return Verdict.NOT_MEASURED
        if self.stretch is not None and _reaches(self.value, self.stretch, self.kind):
            return Verdict.STRETCH
        return Verdict.MET if _reaches(self.value, self.must, self.kind) else Verdict.MISSED


def _reaches(value: float, limit: float, kind: Kind) -> bool:
    if kind is Kind.EXACTLY:
        return value == limit
    return value <= limit if kind is Kind.AT_MOST else value >= limit


def not_measured(goal: int, what: str, must: float, stretch: float | None, kind: Kind, why: str) -> Result:
    return Result(goal, what, None, must, stretch, kind, note=why)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, round(share * len(ordered)) - 1))]


def table(results: Iterable[Result]) -> str:
    """All rows by goal, each column as wide as its longest cell."""
    heads = ("#", "goal", "measured", "must", "stretch", "verdict", "how")
    rows = [heads, *(_cells(result) for result in sorted(results, key=lambda one: one.goal))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads) - 1)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=True)), row[-1]]) for row in rows
    ]
    return "\n".join(line.rstrip() for line in [lines[0], "-" * len(lines[0]), *lines[1:]])


def _cells(result: Result) -> tuple[str, ...]:
    return (
        str(result.goal),
        result.what,
        "-" if result.value is None else number(result.value, result.unit),
        f"{result.kind} {number(result.must, result.unit)}",
        "" if result.stretch is None else f"{result.kind} {number(result.stretch, result.unit)}",
        result.verdict,
        result.note,
    )


def number(value: float, unit: str) -> str:
    """Ratios with two decimals, counts and sizes as short as they are."""
    if unit == "x":
        return f"{value:.2f}x"
    return f"{value:g} {unit}" if value == round(value) else f"{value:.2f} {unit}"
