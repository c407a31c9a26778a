"""What forms of several areas share: the base of forms that change something, and amounts."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import ValidationError

from webapp.money import AmountProblem, Money, NotAnAmount, parse_money
from webapp.presentation.amount_words import amount_words


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form that changes something. `currency` is that of its amounts.

    What the database cannot store is refused in each text, in words.
    """

    currency: str = ""

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        unstorable = [field for field in self if isinstance(field.data, str) and "\0" in field.data]
        for field in unstorable:
            field.errors = [gettext("This text holds a character that cannot be stored.")]
        return valid and not unstorable


class AmountField(StringField):  # type: ignore[misc]
    """An amount in the form's currency: `data` is Money once validated; what was typed is kept as it was."""

    data: Money | None

    def pre_validate(self, form: BaseForm) -> None:
        typed = self.raw_data or [""]
        try:
            if len(typed) != 1:
                raise NotAnAmount(AmountProblem.NOT_AN_AMOUNT)
            self.data = self.read(typed[0], form.currency)
        except NotAnAmount as error:
            self.data = None
            raise ValidationError(amount_words(error.problem, form.currency, error.mark)) from error

    def read(self, text: str, currency: str) -> Money:
        """How a typed text is read: plainly, unless a field says otherwise. Raises NotAnAmount."""
        return parse_money(text, currency)

    @property
    def read_as(self) -> Money | None:
        """What was read, where it was not typed in the plain way that says so itself."""
        if not isinstance(self.data, Money) or self.raw_data == [self.data.plain]:
            return None
        return self.data

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.plain if isinstance(self.data, Money) else ""
