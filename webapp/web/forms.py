"""What forms of several areas share: the base of forms that change something, and amounts."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.validators import ValidationError

from webapp.money import AmountProblem, Money, NotAnAmount, parse_money
from webapp.presentation.amount_words import amount_words


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form that changes something. `currency` is that of its amounts.

    What neither a page nor the database can hold is put right in each text and refused once, in words.
    """

    currency: str = ""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def wrap_formdata(self, form: BaseForm, formdata: Any) -> Any:
            given = super().wrap_formdata(form, formdata)
            texts = [pair for pair in given.items(multi=True) if isinstance(pair[1], str)] if given else []
            form.unstorable = {name for name, text in texts if "\0" in text}
            if not form.unstorable:
                return given
            return MultiDict([(name, text.replace("\0", "\ufffd")) for name, text in texts])

    unstorable: set[str]

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        for field in self:
            if field.name in self.unstorable:
                field.errors = [gettext("This text held a character that cannot be stored: it is now shown as \ufffd.")]
        return valid and not self.unstorable


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
