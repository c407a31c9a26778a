"""Pictures: every bar inside its box, every bridge ends where its steps come to, whatever the figures."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.money import LARGEST_MINOR, Money
from webapp.presentation.charts import Bar, ChartColumn, Drawing, Step, columns, waterfall

AMOUNTS = st.integers(-LARGEST_MINOR, LARGEST_MINOR) | st.integers(-100, 100)
RATES = st.none() | st.integers(-10_000, 1_000_000)


def bridge(amounts: list[int], currency: str = "AED") -> tuple[Drawing, Drawing]:
    """From the first amount, by the others, to what they come to."""
    first, *others = [Money(minor, currency) for minor in amounts]
    steps = [Step("Sales", first, is_sum=True), *(Step("Fees", one) for one in others)]
    return waterfall([*steps, Step("Net", Money(sum(amounts), currency), is_sum=True)])


def is_inside(bar: Bar, drawing: Drawing) -> bool:
    figures = (bar.x, bar.y, bar.width, bar.height)
    ends_inside = bar.x + bar.width <= drawing.width + 0.02 and bar.y + bar.height <= drawing.height + 0.02
    return all(map(math.isfinite, figures)) and min(figures) >= 0 and bar.width >= 1.99 and ends_inside


@given(st.lists(AMOUNTS, min_size=1, max_size=9), st.sampled_from(["AED", "KWD", "JPY"]))
def test_every_bar_of_a_bridge_is_inside_and_joins_the_next(amounts: list[int], currency: str) -> None:
    for drawing in bridge(amounts, currency):
        assert len(drawing.bars) == len(amounts) + 1
        assert all(is_inside(bar, drawing) for bar in drawing.bars)
        for bar, following in pairwise(drawing.bars):
            assert bar.link is not None
            x, y, length = bar.link
            assert bar.x - 2.01 <= x <= bar.x + bar.width + 2.01
            assert following.x - 2.01 <= x <= following.x + following.width + 2.01
            assert y + length == pytest.approx(following.y)


@given(st.lists(AMOUNTS, min_size=2, max_size=9))
def test_a_bridge_that_does_not_add_up_is_not_drawn(amounts: list[int]) -> None:
    steps = [Step("", Money(minor, "AED"), is_sum=not number) for number, minor in enumerate(amounts)]
    with pytest.raises(ValueError, match="come to"):
        waterfall([*steps, Step("Net", Money(sum(amounts) + 1, "AED"), is_sum=True)])


def test_the_sample_of_the_document_reads_as_a_bridge() -> None:
    for drawing in bridge([81480, -3767, -188]):
        assert [bar.text for bar in drawing.bars] == ["814.80", "−37.67", "−1.88", "775.25"]
        assert [bar.kind for bar in drawing.bars] == ["sum", "down", "down", "sum"]
        gross, fees, tax, net = drawing.bars
        assert gross.x == net.x
        assert net.x + net.width == pytest.approx(tax.x, abs=0.05)
        assert fees.x + fees.width == pytest.approx(gross.x + gross.width, abs=0.05)


def test_one_fils_beside_a_million_can_be_seen() -> None:
    for drawing in bridge([100_000_000, -1, 5]):
        assert [bar.width >= 2 for bar in drawing.bars] == [True] * 4
        assert [bar.text for bar in drawing.bars][1:3] == ["−0.01", "+0.05"]


def test_below_zero_lies_on_the_other_side_of_the_axis() -> None:
    drawing, _ = bridge([1000, -3000])
    zero = drawing.axis[0]
    sales, fees, net = drawing.bars
    assert sales.x == pytest.approx(zero)
    assert fees.x < zero < fees.x + fees.width
    assert net.x + net.width == pytest.approx(zero, abs=0.05)


@given(st.lists(st.tuples(RATES, st.booleans()), max_size=14))
def test_every_month_is_inside_of_the_picture(months: list[tuple[int | None, bool]]) -> None:
    wide, narrow = columns([ChartColumn("Nov 2026", value, "5.00", is_sure) for value, is_sure in months])
    for drawing in (wide, narrow):
        assert len(drawing.bars) == len(months)
        assert all(is_inside(bar, drawing) for bar in drawing.bars)
    for bar, following in pairwise(wide.bars):
        assert bar.x + bar.width < following.x


def test_columns_are_as_high_as_their_values() -> None:
    wide, narrow = columns(
        [ChartColumn("Sep", 250, "2.50"), ChartColumn("Oct", 500, "5.00"), ChartColumn("Nov", None, "–")]
    )
    assert wide.bars[1].height == pytest.approx(2 * wide.bars[0].height, abs=0.05)
    assert narrow.bars[1].width == pytest.approx(2 * narrow.bars[0].width, abs=0.05)
    assert [bar.kind for bar in wide.bars] == ["sum", "sum", "none"]


def test_a_month_that_is_not_complete_is_drawn_otherwise() -> None:
    wide, _ = columns([ChartColumn("Oct", 500, "5.00"), ChartColumn("Nov", 400, "4.00", is_sure=False)])
    assert [bar.kind for bar in wide.bars] == ["sum", "unsure"]
