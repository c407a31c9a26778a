"""What forms of several areas share: the base of forms that change something, amounts, and filters in the address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import ValidationError

from ..money import AmountProblem, Money, NotAnAmount, exponent, parse_money


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form that changes something. `currency` is that of its amounts."""

    currency: str = ""


class AmountField(StringField):  # type: ignore[misc]
    """An amount in the form's currency: `data` is Money once validated; what was typed is kept as it was."""

    data: Money | None

    def pre_validate(self, form: BaseForm) -> None:
        typed = self.raw_data or [""]
        try:
            if len(typed) != 1:
                raise NotAnAmount(AmountProblem.NOT_AN_AMOUNT)
            self.data = parse_money(typed[0], form.currency)
        except NotAnAmount as error:
            self.data = None
            raise ValidationError(amount_words(error.problem, form.currency)) from error

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.plain if isinstance(self.data, Money) else ""


def amount_words(problem: AmountProblem, currency: str) -> str:
    """Why a typed text is not an amount of the currency, with an example of one."""
    example = Money(120 * 10 ** exponent(currency) + 10 ** exponent(currency) // 2, currency)
    if problem is AmountProblem.EMPTY:
        return gettext("Enter an amount in %(currency)s.", currency=currency)
    if problem is AmountProblem.TOO_PRECISE and not exponent(currency):
        return gettext("%(currency)s has no decimals: write %(example)s.", currency=currency, example=example.plain)
    if problem is AmountProblem.TOO_PRECISE:
        return gettext(
            "%(currency)s has %(digits)s decimals: write %(example)s.",
            currency=currency,
            digits=exponent(currency),
            example=example.plain,
        )
    if problem is AmountProblem.TOO_LARGE:
        return gettext("This is more than any order can cost.")
    return gettext("Write the amount in plain digits, like %(example)s.", example=example.plain)


@dataclass(frozen=True, slots=True)
class FilterField:
    """A field of a filter form as the error summary wants it."""

    id: str
    errors: tuple[str, ...]
    type: str = "FilterField"


class FilterForm:
    """Filters in the address of a list: read once, plain values, and the errors by field.

    Lighter than WTForms, because lists are what people open all day.
    """

    form_errors: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def __iter__(self) -> Iterator[FilterField]:
        return (FilterField(name, (words,)) for name, words in self.errors.items())

    def to_query(self) -> Any:
        """What to ask the provider; only while there are no errors."""
        raise NotImplementedError
