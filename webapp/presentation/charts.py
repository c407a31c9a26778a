"""Where the bars and words of a picture stand. Pure: amounts in, boxes out; `components/chart.html` draws them.

A picture comes in two layouts, for wide and for narrow places; the style sheet shows the one that fits. Lengths are
the units of a layout's own box, which the browser scales. A bar that is not zero is never thinner than can be seen,
so that one fils stands beside a million; the exact figure is written beside each bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from webapp.money import Money

from .formatting import amount_parts

LETTER = 7.8
"""About the width of a figure or small letter; words are given this room each."""
THINNEST = 2.0
WIDE, NARROW = 640, 340
ROW, CARD = 32, 46
"""Height of one bar's row: words beside the bar, or above it."""
BAR = 18
MOST_LABEL, MOST_FIGURE = 190.0, 230.0
COLUMN_TOP, COLUMN_HEIGHT, COLUMN_FOOT = 24, 170, 28

Kind = Literal["sum", "up", "down", "none", "unsure"]


class Step(NamedTuple):
    """A line of a bridge: what it adds, or, of a sum, what has come together up to there."""

    label: str
    amount: Money
    is_sum: bool = False


class ChartColumn(NamedTuple):
    """A value by month: `value` None is not known; `is_sure` is False where more may still come."""

    label: str
    value: int | None
    text: str
    is_sure: bool = True


class Point(NamedTuple):
    """Where words begin, end or have their middle."""

    x: float
    y: float
    anchor: Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its words. `link` is (x, y, length) of the line from where it ends down to the next bar."""

    kind: Kind
    x: float
    y: float
    width: float
    height: float
    label: str
    label_at: Point
    text: str
    text_at: Point
    link: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """One layout; `axis` is the line of nothing as (x1, y1, x2, y2)."""

    layout: Literal["wide", "narrow"]
    width: float
    height: float
    bars: tuple[Bar, ...]
    axis: tuple[float, float, float, float]


class _Span(NamedTuple):
    """From where to where a bar reaches, in minor units or hundredths of a per cent."""

    start: int
    end: int
    kind: Kind
    label: str
    text: str


def waterfall(steps: Sequence[Step]) -> tuple[Drawing, Drawing]:
    """The bridge from the first amount to the last, for wide and narrow places. All amounts are of one currency.

    Raises ValueError where a sum is not what the steps before it come to: such a picture is not drawn.
    """
    spans = _bridge(steps)
    return _rows(spans, "wide", linked=True), _rows(spans, "narrow", linked=True)


def columns(values: Sequence[ChartColumn]) -> tuple[Drawing, Drawing]:
    """A value a month: as columns in wide places, as rows in narrow ones."""
    spans = [_Span(0, one.value or 0, _kind_of(one), one.label, one.text) for one in values]
    return _columns(spans), _rows(spans, "narrow", linked=False)


def _bridge(steps: Sequence[Step]) -> list[_Span]:
    reached = 0
    spans = []
    for number, (label, amount, is_sum) in enumerate(steps):
        if is_sum and number and amount.minor != reached:
            raise ValueError(f"the steps before «{label}» come to {reached}, not {amount.minor}")
        start = 0 if is_sum else reached
        reached = start + amount.minor
        kind: Kind = "sum" if is_sum else "up" if amount.minor > 0 else "down" if amount.minor else "none"
        spans.append(_Span(start, reached, kind, label, _figure(amount, is_sum)))
    return spans


def _figure(amount: Money, is_sum: bool) -> str:
    number = amount_parts(amount).number
    return number if is_sum or amount.minor <= 0 else f"+{number}"


def _kind_of(column: ChartColumn) -> Kind:
    if column.value is None:
        return "none"
    return "sum" if column.is_sure else "unsure"


class _Scale:
    """From values to lengths, with zero always in the picture."""

    def __init__(self, spans: Sequence[_Span], first: float, length: float) -> None:
        ends = [0, *(end for span in spans for end in (span.start, span.end))]
        self.low, self.first, self.length = min(ends), first, length
        self.whole = max(ends) - self.low or 1

    def at(self, value: int) -> float:
        return round(self.first + self.length * ((value - self.low) / self.whole), 2)

    def reach(self, start: int, end: int) -> tuple[float, float]:
        """Beginning and length of a bar: as thick as can be seen, and inside the picture."""
        begin, stop = sorted((self.at(start), self.at(end)))
        size = max(stop - begin, THINNEST)
        return round(min(begin, self.first + self.length - size), 2), round(size, 2)


def _rows(spans: Sequence[_Span], layout: Literal["wide", "narrow"], *, linked: bool) -> Drawing:
    """Bars that lie: the label at the start, the figure at the end; in narrow places both above the bar."""
    is_wide = layout == "wide"
    width, height = (WIDE, ROW) if is_wide else (NARROW, CARD)
    before = _room([span.label for span in spans], MOST_LABEL) if is_wide else 0
    after = _room([span.text for span in spans], MOST_FIGURE) if is_wide else 0
    scale = _Scale(spans, before, width - before - after)
    bars = []
    for number, span in enumerate(spans):
        top = number * height + (height - BAR) / 2 if is_wide else number * height + 21
        x, length = scale.reach(span.start, span.end)
        words = top + 13.5 if is_wide else top - 6
        link = (scale.at(span.end), top + BAR, height - BAR) if linked and number + 1 < len(spans) else None
        bars.append(
            Bar(
                span.kind, x, top, length, BAR, span.label, Point(0, words, "start"),
                span.text, Point(width, words, "end"), link,
            )
        )  # fmt: skip
    zero = scale.at(0)
    return Drawing(layout, width, len(spans) * height, tuple(bars), (zero, 0, zero, len(spans) * height))


def _room(words: Sequence[str], most: float) -> float:
    return min(max((len(word) for word in words), default=0) * LETTER + 14, most)


def _columns(spans: Sequence[_Span]) -> Drawing:
    """Bars that stand: the figure above, the label below."""
    step = WIDE / max(len(spans), 1)
    thick = round(min(step * 0.6, 44), 2)
    scale = _Scale(spans, 0, COLUMN_HEIGHT)
    floor = COLUMN_TOP + COLUMN_HEIGHT
    bars = []
    for number, span in enumerate(spans):
        middle = round((number + 0.5) * step, 2)
        begin, size = scale.reach(span.start, span.end)
        top = round(floor - begin - size, 2)
        label_at = Point(middle, floor + 20, "middle")
        x = round(middle - thick / 2, 2)
        bars.append(
            Bar(span.kind, x, top, thick, size, span.label, label_at, span.text, Point(middle, top - 7, "middle"))
        )
    zero = round(floor - scale.at(0), 2)
    return Drawing("wide", WIDE, floor + COLUMN_FOOT, tuple(bars), (0, zero, WIDE, zero))
