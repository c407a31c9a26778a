"""Every figure of a payout is the sum of its rows, whatever the rows are."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from webapp.money import Money
from webapp.settlement.ledger.totals import DIFFERENCE, FEES, NET, TAX, TYPES, Figures, TypeSum, charge, explanations

CURRENCIES = ("JPY", "AED", "KWD")
AMOUNTS = st.integers(-(10**12), 10**12)


@dataclass
class Row:
    """A row as the ledger keeps it."""

    type: str
    amount_minor: int
    fees_minor: int
    tax_minor: int
    total_minor: int
    off_by: int | None


def row_of(kind: str, amount: int, fee: int | None, rate: int | None, tax: int | None, total: int) -> Row:
    charged = charge(amount, fee, rate, tax, total)
    return Row(kind, amount, charged.fees, charged.tax, total, charged.off_by)


def type_sum(row: Row) -> TypeSum:
    return TypeSum(row.type, 1, row.amount_minor, row.fees_minor, row.tax_minor, row.total_minor)


def figures_of(rows: list[Row], currency: str = "AED") -> Figures:
    return Figures.of(currency, map(type_sum, rows))


rates = st.none() | st.integers(0, 10_000)
types = st.sampled_from((*TYPES, "chargeback", "adjustment"))
rows = st.lists(st.builds(row_of, types, AMOUNTS, st.none() | AMOUNTS, rates, rates, AMOUNTS))


def total_of(rows: list[Row], name: str, *kinds: str) -> int:
    return sum(getattr(row, name) for row in rows if not kinds or row.type in kinds)


@given(rows, st.sampled_from(CURRENCIES))
def test_every_figure_is_the_sum_of_its_rows(rows: list[Row], currency: str) -> None:
    figures = figures_of(rows, currency)
    for kind in TYPES:
        assert figures.of_type(kind) == Money(total_of(rows, "amount_minor", kind), currency)
    assert figures.of_type("other").minor == total_of(rows, "amount_minor", "chargeback", "adjustment")
    assert figures.gross == Money(total_of(rows, "amount_minor"), currency)
    assert figures.fees == Money(total_of(rows, "fees_minor"), currency)
    assert figures.tax == Money(total_of(rows, "tax_minor"), currency)
    assert figures.net == Money(total_of(rows, "total_minor"), currency)
    assert figures.count == len(rows)


@given(rows, st.sampled_from(CURRENCIES))
def test_the_bridge_adds_up_exactly(rows: list[Row], currency: str) -> None:
    bridge = figures_of(rows, currency).bridge()
    *parts, net = bridge
    assert net.code == NET
    assert sum(line.amount.minor for line in parts) == net.amount.minor == total_of(rows, "total_minor")
    counted = [line.count for line in parts if line.count is not None]
    assert sum(counted) == net.count == len(rows)


@given(rows)
def test_the_difference_is_what_the_rows_are_off_by_and_stands_only_where_there_is_one(rows: list[Row]) -> None:
    figures = figures_of(rows)
    unexplained = sum(row.total_minor - (row.amount_minor - row.fees_minor - row.tax_minor) for row in rows)
    assert figures.difference.minor == unexplained
    assert (DIFFERENCE in [line.code for line in figures.bridge()]) is (unexplained != 0)


@given(rows, rows)
def test_totals_are_the_same_however_rows_are_grouped(first: list[Row], second: list[Row]) -> None:
    together = Figures.of("AED", [*figures_of(first).sums, *figures_of(second).sums])
    assert together == figures_of([*first, *second])


def test_by_hand() -> None:
    """The document's own sample: 81480 - (100 + 4.5 %) x 1.05 = 77525."""
    figures = figures_of([row_of("order", 81480, 100, 450, 500, 77525)])
    assert (figures.fees.minor, figures.tax.minor, figures.net.minor) == (3767, 188, 77525)
    assert figures.difference.is_zero
    assert [line.code for line in figures.bridge()] == [*TYPES, FEES, TAX, NET]


def test_lines_stand_in_the_order_finance_reads_and_unknown_types_after_them() -> None:
    rows = [row_of(kind, 100, 0, 0, 0, 100) for kind in ("zebra", "regularization", "order", "apple", "refund")]
    assert [line.code for line in figures_of(rows).bridge()] == [
        "order", "refund", "instalment", "regularization", "apple", "zebra", FEES, TAX, NET,
    ]  # fmt: skip


@given(rows, st.integers(0, 255))
def test_an_explanation_is_whole_lines_that_make_the_difference(rows: list[Row], chosen: int) -> None:
    figures = figures_of(rows)
    parts = {kind: figures.of_type(kind).minor for kind in (*TYPES, "other")}
    parts |= {FEES: -figures.fees.minor, TAX: -figures.tax.minor, DIFFERENCE: figures.difference.minor}
    left_out = [name for at, name in enumerate(parts) if chosen >> at & 1]
    received = Money(figures.net.minor - sum(parts[name] for name in left_out), "AED")
    found = explanations(figures, received)
    for names in found:
        assert figures.net.minor - sum(parts[name] for name in names) == received.minor
        assert all(parts[name] for name in names)
    told = [name for name in parts if parts[name]]
    some = [name for name in left_out if parts[name]]
    if some and len(some) < len(told) and received != figures.net:
        assert found, "what was left out on purpose is found"
        assert len(found[0]) <= len(some)


def test_no_explanation_for_an_equal_amount_or_for_nothing_at_all() -> None:
    figures = figures_of([row_of("order", 81480, 100, 450, 500, 77525), row_of("refund", -5000, 0, 0, 0, -5000)])
    assert explanations(figures, figures.net) == []
    assert explanations(figures, Money(0, "AED")) == []
    assert explanations(figures, Money(77525, "AED")) == [("refund",)]
    assert explanations(figures, Money(81480 - 5000, "AED")) == [("fees", "tax")]
    assert explanations(figures, Money(77526, "AED")) == []
