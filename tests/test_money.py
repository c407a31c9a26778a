"""Amounts: what is one, in which currency, and that no other text ever is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.money import AmountProblem, Money, NotAnAmount, UnknownCurrency, exponent, parse_money

NOT_PLAIN = [
    "١٢", "５", "1_000", "1e3", "+5", "\u00a012", "12\u00a0", "NaN", "Infinity", "-0", "-1", "12.5\n", "\n12", " 12",
    "12 ",
    "1,000", "1.2.3", ".5", "5.", "0x10", "\u200f12", "12\u200e", "1\u066b5", "twelve", "1/2", "AED 12",
    "12٫50", "１２.５０",
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_it_refuses_what_is_not_plain(text: str) -> None:
    with pytest.raises(NotAnAmount) as refused:
        parse_money(text, "AED")
    assert refused.value.problem is AmountProblem.NOT_AN_AMOUNT


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("120.50", "AED", 12050),
        ("10.5", "AED", 1050),
        ("0", "AED", 0),
        ("0.00", "AED", 0),
        ("1.15", "AED", 115),
        ("19.99", "AED", 1999),
        ("1.005", "KWD", 1005),
        ("5", "JPY", 5),
        ("007", "AED", 700),
        ("999999999999.99", "AED", 99999999999999),
        ("1.234", "IQD", 1234),
    ],
)
def test_it_reads_plain_amounts_exactly(text: str, currency: str, minor: int) -> None:
    assert parse_money(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(("text", "currency"), [("1.005", "AED"), ("1.5", "JPY"), ("1.0", "JPY"), ("1.0005", "KWD")])
def test_it_refuses_more_decimals_than_the_currency_has(text: str, currency: str) -> None:
    with pytest.raises(NotAnAmount) as refused:
        parse_money(text, currency)
    assert refused.value.problem is AmountProblem.TOO_PRECISE


@pytest.mark.parametrize("text", ["9" * 13, "9" * 400, "9223372036854775808"])
def test_it_refuses_amounts_of_more_than_twelve_digits(text: str) -> None:
    with pytest.raises(NotAnAmount) as refused:
        parse_money(text, "JPY")
    assert refused.value.problem is AmountProblem.TOO_LARGE


def test_nothing_typed_is_its_own_problem() -> None:
    with pytest.raises(NotAnAmount) as refused:
        parse_money("", "AED")
    assert refused.value.problem is AmountProblem.EMPTY


@pytest.mark.parametrize(
    ("currency", "digits"), [("AED", 2), ("KWD", 3), ("BHD", 3), ("JPY", 0), ("IQD", 3), ("CLF", 4)]
)
def test_decimals_are_those_of_the_standard(currency: str, digits: int) -> None:
    assert exponent(currency) == digits


@pytest.mark.parametrize("currency", ["XXX", "XAU", "aed", "", "AE", "ZZZ"])
def test_an_unknown_currency_has_no_amounts(currency: str) -> None:
    with pytest.raises(UnknownCurrency):
        parse_money("1", currency)


@given(st.integers(0, 10**12 - 1), st.sampled_from(["JPY", "AED", "KWD", "CLF"]))
def test_what_is_written_plainly_is_read_back_the_same(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    assert parse_money(amount.plain, currency) == amount


def test_currencies_do_not_mix_and_floats_are_no_money() -> None:
    with pytest.raises(ValueError, match="do not mix"):
        Money(1, "AED") + Money(1, "KWD")
    with pytest.raises(TypeError):
        Money(1.5, "AED")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Money(True, "AED")
