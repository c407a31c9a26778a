"""The fee of a transaction in lines that add up, for currencies with 0, 2 and 3 decimals."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.fees import fee_lines, is_off, off_by
from webapp.money import Money

amounts = st.builds(
    Money, st.integers(min_value=-(10**12), max_value=10**12), st.sampled_from(["JPY", "AED", "KWD", "BHD"])
)
fixed = st.none() | st.integers(min_value=0, max_value=10**6)
rates = st.none() | st.integers(min_value=0, max_value=10_000)


def test_the_sample_of_the_document_is_77525() -> None:
    lines = fee_lines(Money(81480, "AED"), 100, 450, 500)

    assert lines is not None
    assert (lines.percentage.minor, lines.fixed.minor, lines.tax.minor) == (3667, 100, 188)
    assert (lines.fee, lines.net) == (Money(3955, "AED"), Money(77525, "AED"))
    assert lines.exact_net == Fraction("77525.07")
    assert off_by(81480, 100, 450, 500, 77525) == 0


@pytest.mark.parametrize(("currency", "net"), [("JPY", "9517"), ("AED", "95.17"), ("KWD", "9.517")])
def test_the_same_fee_by_hand_in_each_kind_of_currency(currency: str, net: str) -> None:
    """10000 less 2.6 % (260) and 200 fixed, both with 5 % tax (23): 9517."""
    lines = fee_lines(Money(10000, currency), 200, 260, 500)

    assert lines is not None
    assert lines.net.plain == net
    assert lines.tax == Money(23, currency)


@given(amounts, fixed, rates, rates)
def test_the_lines_shown_add_up_to_the_net(
    amount: Money, fee: int | None, rate: int | None, tax_rate: int | None
) -> None:
    lines = fee_lines(amount, fee, rate, tax_rate)

    if lines is None:
        assert (fee, rate) == (None, None)
        return
    assert lines.percentage + lines.fixed + lines.tax == lines.fee
    assert amount - lines.percentage - lines.fixed - lines.tax == lines.net
    assert abs(lines.net.minor - lines.exact_net) <= Fraction(1, 2)


@given(amounts, fixed, rates, rates)
def test_no_line_is_further_from_the_truth_than_a_unit_nor_turns_its_sign(
    amount: Money, fee: int | None, rate: int | None, tax_rate: int | None
) -> None:
    lines = fee_lines(amount, fee, rate, tax_rate)
    if lines is None:
        return

    taxed = (fee or 0) + Fraction(amount.minor * (rate or 0), 10_000)
    tax = taxed * Fraction(tax_rate or 0, 10_000)
    assert abs(lines.tax.minor - tax) <= 1
    assert lines.tax.minor * tax >= 0
    if not tax_rate:
        assert lines.tax.is_zero


@given(amounts, fixed, rates, rates.filter(lambda rate: (rate or 0) <= 2500))
def test_a_provider_that_rounds_each_part_first_is_not_off(
    amount: Money, fee: int | None, rate: int | None, tax_rate: int | None
) -> None:
    def cents(exact: Decimal) -> int:
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))

    charged = (fee or 0) + cents(Decimal(amount.minor) * (rate or 0) / 10_000)
    total = amount.minor - charged - cents(Decimal(charged) * (tax_rate or 0) / 10_000)

    assert not is_off(off_by(amount.minor, fee, rate, tax_rate, total))


@given(amounts, st.integers(min_value=-(10**6), max_value=10**6))
def test_a_total_is_off_by_what_it_differs(amount: Money, by: int) -> None:
    lines = fee_lines(amount, 100, 450, 500)
    assert lines is not None

    difference = off_by(amount.minor, 100, 450, 500, lines.net.minor + by)
    assert difference == by
    assert is_off(difference) == (by not in (-1, 0, 1))


def test_a_row_that_tells_no_fee_is_not_judged() -> None:
    assert fee_lines(Money(-12050, "AED"), None, None, None) is None
    assert off_by(-12050, None, None, None, -12050) is None
    assert not is_off(None)


def test_what_a_row_leaves_out_beside_a_fee_is_nothing() -> None:
    assert off_by(10000, 100, None, None, 9900) == 0
    assert off_by(10000, None, 250, None, 9750) == 0


def test_a_half_is_kept_by_the_provider() -> None:
    """0.5 of a unit of fee: the fee is 1, the net one less; not the other way about for money that goes back."""
    assert off_by(100, 0, 50, 0, 99) == 0
    assert off_by(-100, 0, 50, 0, -100) == 0
