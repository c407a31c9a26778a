"""The refund's form: how much, why, and a note."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation, ValidationError

from webapp.money import Money
from webapp.presentation.formatting import money as money_words
from webapp.presentation.refund_reasons import OTHER, REASONS
from webapp.web.forms import AmountField, BaseForm

WHOLE = "whole"
PART = "part"
LONGEST_NOTE = 500

_PERSONAL = re.compile(r"(?<![^\s@])[^\s@]+@[^\s@]+\.[^\s@]+|\+?\d[\d \-()]{7,}\d")


class PartField(AmountField):
    """The amount of a part; not even read while the whole is chosen."""

    def pre_validate(self, form: BaseForm) -> None:
        if form.part.data != PART:
            self.data = None
            raise StopValidation
        super().pre_validate(form)


class RefundForm(BaseForm):
    """What a person decides about a refund; `remaining` is what the form has shown as available."""

    submit_token = HiddenField()
    part = RadioField(
        lazy_gettext("How much"),
        choices=[SelectChoice(WHOLE, lazy_gettext("The whole")), SelectChoice(PART, lazy_gettext("A part"))],
        validate_choice=False,
    )
    amount = PartField(lazy_gettext("Amount"))
    reason = SelectField(
        lazy_gettext("Reason"),
        choices=[SelectChoice(code, words) for code, words in {"": lazy_gettext("Choose a reason"), **REASONS}.items()],
        validate_choice=False,
    )
    note = TextAreaField(lazy_gettext("Note"))

    def __init__(self, remaining: Money, **kwargs: Any) -> None:
        self.currency = remaining.currency
        self.remaining = remaining
        super().__init__(**kwargs)
        typed = (self.amount.raw_data or [""])[0]
        if self.part.data not in (WHOLE, PART):
            self.part.data = PART if typed else None

    @property
    def chosen(self) -> Money:
        """The amount to refund, once the form is valid; always explicit."""
        if self.part.data == WHOLE:
            return self.remaining
        if not isinstance(self.amount.data, Money):
            raise TypeError("the form has not been validated")
        return self.amount.data

    @property
    def decided_by(self) -> RadioField | AmountField:
        """The field that says how much: what is wrong with the amount is told there."""
        return self.part if self.part.data == WHOLE else self.amount

    def validate_part(self, field: RadioField) -> None:
        if field.data not in (WHOLE, PART):
            raise ValidationError(gettext("Choose whether to refund the whole or a part."))

    def validate_amount(self, field: AmountField) -> None:
        if self.part.data != PART or not isinstance(field.data, Money):
            return
        smallest = Money(1, self.currency)
        if not smallest <= field.data <= self.remaining:
            raise ValidationError(
                gettext(
                    "Enter an amount from %(smallest)s to %(remaining)s.",
                    smallest=money_words(smallest),
                    remaining=money_words(self.remaining),
                )
            )

    def validate_reason(self, field: SelectField) -> None:
        if field.data not in REASONS:
            raise ValidationError(gettext("Choose a reason."))

    def validate_note(self, field: TextAreaField) -> None:
        text = field.data or ""
        if len(text) > LONGEST_NOTE:
            raise ValidationError(
                gettext("The note has %(length)s characters; %(most)s fit.", length=len(text), most=LONGEST_NOTE)
            )
        if "\x00" in text:
            raise ValidationError(gettext("The note holds a character that cannot be stored."))
        if self.reason.data == OTHER and not text.strip():
            raise ValidationError(gettext("Say in the note why, as you chose Other."))

    @property
    def seems_personal(self) -> bool:
        """Whether the note looks as if it held an e-mail address, a phone or a card number."""
        return bool(_PERSONAL.search(self.note.data or ""))

    @property
    def reason_label(self) -> str:
        return str(REASONS[self.reason.data])

    @property
    def description(self) -> str:
        """What the provider is told about the refund."""
        note = " ".join((self.note.data or "").split())
        label = str(REASONS[self.reason.data])
        if self.reason.data == OTHER:
            return note
        return f"{label}: {note}" if note else label
