"""Amounts: what is one, in which currency, and that no other text ever is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.money import (
    AmountProblem,
    Money,
    NotAnAmount,
    UnknownCurrency,
    exponent,
    parse_money,
    read_typed_amount,
)

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


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("19,143.73", "AED", 1914373),
        ("1,000", "AED", 100000),
        ("1,000", "JPY", 1000),
        ("1,234,567", "JPY", 1234567),
        ("1,234.500", "KWD", 1234500),
        ("1,234.5", "KWD", 1234500),
        ("1,234,567", "KWD", 1234567000),
        ("1.234", "KWD", 1234),
        (" 725.25 ", "AED", 72525),
        ("\u00a0725.25\u202f\t\n", "AED", 72525),
        ("\u200f\u202b725.25\u202c\ufeff", "AED", 72525),
        ("AED 725.25", "AED", 72525),
        ("725.25\u00a0aed", "AED", 72525),
        ("\u200eAED\u00a0\u200f19,143.73", "AED", 1914373),
        ("\u0661\u0662\u066b\u0665", "AED", 1250),
        ("\u0661\u066c\u0662\u0663\u0664\u066b\u0665\u0660", "AED", 123450),
        ("\u06f1\u06f2.\u06f5", "AED", 1250),
        ("\u0661\u0662", "JPY", 12),
        ("\u0661\u066b\u0662\u0663\u0664", "KWD", 1234),
        ("999,999,999,999.99", "AED", 99999999999999),
    ],
)
def test_what_people_paste_is_read_where_it_can_mean_one_amount_only(text: str, currency: str, minor: int) -> None:
    assert read_typed_amount(text, currency) == Money(minor, currency)
    for minus in ("-", "\u2212", "\u061c-", "- ", "\u200e\u2212\u200e"):
        assert read_typed_amount(minus + text, currency, signed=True) == Money(-minor, currency)


def test_the_minus_stands_before_or_behind_the_code() -> None:
    for text in ("AED -50.00", "-AED 50.00", "-50.00 AED", "AED\u00a0\u221250.00"):
        assert read_typed_amount(text, "AED", signed=True) == Money(-5000, "AED")


@pytest.mark.parametrize(
    ("text", "currency", "mark"),
    [
        ("1,00", "AED", ","), ("1.234,50", "AED", ","), ("725,25", "AED", ","), ("1,000", "KWD", ","),
        ("\u0661\u066c\u0660\u0660\u0660", "KWD", "\u066c"), ("1,00,000", "AED", ","), ("0,500", "AED", ","),
        ("12,34.50", "AED", ","), ("1234,567.00", "AED", ","), (",5", "AED", ","), ("1,000,", "AED", ","),
    ],
)  # fmt: skip
def test_a_comma_that_can_part_decimals_is_refused(text: str, currency: str, mark: str) -> None:
    with pytest.raises(NotAnAmount) as refused:
        read_typed_amount(text, currency)
    assert (refused.value.problem, refused.value.mark) == (AmountProblem.COMMA, mark)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("1 234.50", " "), ("1\u00a0234.50", "\u00a0"), ("12\u200f.50", "\u200f"), ("1'234", "'"), ("1_000", "_"),
        ("1e3", "e"), ("+5", "+"), ("-5", "-"), ("5-", "-"), ("(5.00)", "("), ("\uff15", "\uff15"), ("NaN", "NaN"),
        ("SAR 5", "SAR"), ("AED AED 5", "AED"), ("1.2.3", "."), (".5", "."), ("5.", "."), ("0x10", "x"),
        ("5\u060c5", "\u060c"), ("5\0", "\0"), ("\u2013" "5", "\u2013"), ("\u0967", "\u0967"), ("5\u0301", "\u0301"),
    ],
)  # fmt: skip
def test_what_else_stands_in_the_way_is_named(text: str, mark: str) -> None:
    with pytest.raises(NotAnAmount) as refused:
        read_typed_amount(text, "AED")
    assert (refused.value.problem, refused.value.mark) == (AmountProblem.STRAY_MARK, mark)


@pytest.mark.parametrize(
    ("text", "currency", "problem"),
    [
        ("", "AED", AmountProblem.EMPTY),
        (" \u200f", "AED", AmountProblem.EMPTY),
        ("AED", "AED", AmountProblem.EMPTY),
        ("-", "AED", AmountProblem.EMPTY),
        ("1.234", "AED", AmountProblem.TOO_PRECISE),
        ("1,234.567", "AED", AmountProblem.TOO_PRECISE),
        ("1,000.5", "JPY", AmountProblem.TOO_PRECISE),
        ("1,000,000,000,000", "AED", AmountProblem.TOO_LARGE),
        ("9" * 400, "JPY", AmountProblem.TOO_LARGE),
    ],
)
def test_other_problems_are_those_of_plain_amounts(text: str, currency: str, problem: AmountProblem) -> None:
    with pytest.raises(NotAnAmount) as refused:
        read_typed_amount(text, currency, signed=True)
    assert refused.value.problem is problem


@given(
    st.text(alphabet="0123456789.,-\u2212 \u066b\u066c\u0661\u200fAED", max_size=12),
    st.sampled_from(["JPY", "AED", "KWD"]),
)
def test_what_is_read_has_the_digits_that_were_typed(text: str, currency: str) -> None:
    try:
        amount = read_typed_amount(text, currency, signed=True)
    except NotAnAmount:
        return
    typed = "".join(one for one in text.replace("\u066b", ".").replace("\u0661", "1") if one in "0123456789.")
    assert parse_money(typed, currency) == (amount if amount.minor >= 0 else -amount)


@given(st.integers(-(10**14) + 1, 10**14 - 1), st.sampled_from(["JPY", "AED", "KWD"]))
def test_what_the_desk_shows_can_be_pasted_back_wherever_it_has_one_meaning(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    if exponent(currency) == 0 and abs(minor) >= 10**12:
        return
    assert read_typed_amount(str(amount), currency, signed=True) == amount


def test_a_long_hostile_text_is_refused_at_once() -> None:
    for piece in (" ", ",", ".", "\u200f", "1,", "A", "1 "):
        with pytest.raises(NotAnAmount):
            read_typed_amount("1" + piece * 200_000 + "x", "AED")
