"""The refund's form: how much, why, and a note."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation, ValidationError

from webapp.models.intent import LineRefund
from webapp.money import Money, NotAnAmount, parse_money, read_typed_amount, zero
from webapp.payments.refund_lines import Refundable
from webapp.payments.refunds import Decision
from webapp.presentation.formatting import money as money_words
from webapp.presentation.refund_reasons import OTHER, REASONS, refund_description
from webapp.web.forms import AmountField, BaseForm

from .line_fields import LINES, UnitsField, field_name, keys_sent, name_field

WHOLE = "whole"
PART = "part"
LONGEST_NOTE = 500

PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_PERSONAL = re.compile(r"(?<![^\s@])[^\s@]+@[^\s@]+\.[^\s@]+|\+?\d[\d \-()]{7,}\d")


class PartField(AmountField):
    """The amount of a part; not even read while something else is chosen."""

    def pre_validate(self, form: BaseForm) -> None:
        if form.part.data != PART:
            self.data = None
            raise StopValidation
        super().pre_validate(form)

    def read(self, text: str, currency: str) -> Money:
        return read_typed_amount(text, currency)


def refund_form(remaining: Money, lines: Refundable | None, formdata: MultiDict[str, str] | None) -> RefundForm:
    """The form with a field for each line of the order: those of `lines`, else those of which `formdata` speaks."""
    known = {one.line.key: one for one in lines.lines} if lines else dict.fromkeys(keys_sent(formdata or ()))
    fields = {field_name(key): UnitsField(line) for key, line in known.items() if line is None or line.is_open}
    return type("RefundFormOfLines", (RefundForm,), fields)(remaining, lines, formdata=formdata)


class RefundForm(BaseForm):
    """What a person decides about a refund; `remaining` is what the form has shown as available.

    Without `lines` it is one that was reviewed: `reviewed` holds what the chosen lines came to then.
    """

    submit_token = HiddenField()
    part = RadioField(
        lazy_gettext("How much"),
        choices=[
            SelectChoice(WHOLE, lazy_gettext("Everything that is left")),
            SelectChoice(LINES, lazy_gettext("Items")),
            SelectChoice(PART, lazy_gettext("An amount")),
        ],
        validate_choice=False,
    )
    reviewed = HiddenField()
    amount = PartField(lazy_gettext("Amount"))
    reason = SelectField(
        lazy_gettext("Reason"),
        choices=[SelectChoice(code, words) for code, words in {"": lazy_gettext("Choose a reason"), **REASONS}.items()],
        validate_choice=False,
    )
    note = TextAreaField(lazy_gettext("Note"))

    def __init__(self, remaining: Money, lines: Refundable | None, *, formdata: MultiDict[str, str] | None) -> None:
        self.currency = remaining.currency
        self.remaining = remaining
        self.lines = lines
        self.formdata = formdata
        super().__init__(formdata=formdata, meta={"csrf": False})  # whether it came from our page is known
        if self.part.data not in self.offered:
            typed = (self.amount.raw_data or [""])[0]
            self.part.data = PART if typed else LINES if any(field.is_chosen for field in self.line_fields) else None

    def __iter__(self) -> Iterator[Field]:
        """In the order of the page, as its errors are listed."""
        at_first = (self.submit_token, self.part, *self.line_fields)
        return iter([*at_first, *(field for field in super().__iter__() if field not in at_first)])

    @property
    def offered(self) -> tuple[str, ...]:
        """The choices of `part`; by lines only where the order has them."""
        return (WHOLE, LINES, PART) if self.line_fields else (WHOLE, PART)

    @property
    def line_fields(self) -> list[UnitsField]:
        return [field for field in self._fields.values() if isinstance(field, UnitsField)]

    @property
    def units(self) -> dict[str, int]:
        """How many units of which lines, once the form is valid; empty where it is not by lines."""
        if self.part.data != LINES:
            return {}
        return {key: self[field_name(key)].data for key in keys_sent(self._fields) if self[field_name(key)].data}

    def line_name(self, key: str) -> str:
        """What the form's page has called a line: for where the order is not at hand."""
        return str(self.formdata.get(name_field(key), "")) if self.formdata else ""

    @property
    def chosen(self) -> Money:
        """The amount to refund, once the form is valid; always explicit."""
        if self.part.data == WHOLE:
            return self.remaining
        if self.part.data == LINES:
            return self.lines.amount(self.units) if self.lines else parse_money(self.reviewed.data, self.currency)
        if not isinstance(self.amount.data, Money):
            raise TypeError("the form has not been validated")
        return self.amount.data

    @property
    def read_as(self) -> Money | None:
        """How the amount is read, where it was not typed in plain digits, which say so themselves."""
        typed = str((self.amount.raw_data or [""])[0])
        try:
            amount = read_typed_amount(typed, self.currency)
        except NotAnAmount:
            return None
        return amount if self.part.data == PART and not PLAIN.fullmatch(typed) else None

    def with_lines(self, lines: Refundable) -> RefundForm:
        """The form as its page shows it, for one that was made without the order's lines; its errors go along."""
        if self.lines is not None:
            return self
        form = refund_form(self.remaining, lines, self.formdata)
        for field in self:
            if field.name in form:
                form[field.name].errors = field.errors
        return form

    @property
    def decision(self) -> Decision:
        """What was decided, once the form is valid."""
        return Decision(self.chosen, self.reason.data, self.note.data or "", self._describe, self.units)

    def _describe(self, lines: Sequence[LineRefund]) -> str:
        return refund_description(self.reason.data, self.note.data or "", lines)

    @property
    def decided_by(self) -> RadioField | AmountField:
        """The field that says how much: what is wrong with the amount is told there."""
        return self.amount if self.part.data == PART else self.part

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        if self.part.data == LINES and not any(field.errors for field in self.line_fields):
            self.part.errors = [problem] if (problem := self._wrong_lines()) else []
        return valid and not self.part.errors

    def _wrong_lines(self) -> str | None:
        """What is wrong with the lines together."""
        if not self.units:
            return gettext("Choose at least one item, or another way to say how much.")
        try:
            chosen = self.chosen
        except NotAnAmount:
            chosen = zero(self.currency)
        if chosen.is_zero:
            return gettext("Continue once more: what the items come to has not been reviewed.")
        if chosen > self.remaining:
            return gettext(
                "The items you chose come to %(chosen)s, but only %(remaining)s of this order can still be refunded.",
                chosen=money_words(chosen),
                remaining=money_words(self.remaining),
            )
        return None

    def validate_part(self, field: RadioField) -> None:
        if field.data not in self.offered:
            raise ValidationError(gettext("Choose how much to refund."))

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
                gettext(
                    "The note has %(length)s characters; at most %(most)s are allowed.",
                    length=len(text),
                    most=LONGEST_NOTE,
                )
            )
        if "\x00" in text:
            raise ValidationError(gettext("The note holds a character that cannot be stored."))
        if self.reason.data == OTHER and not text.strip():
            raise ValidationError(gettext("Explain in the note, because you chose Other."))

    @property
    def seems_personal(self) -> bool:
        """Whether the note looks as if it held an e-mail address, a phone or a card number."""
        return bool(_PERSONAL.search(self.note.data or ""))

    @property
    def reason_label(self) -> str:
        return str(REASONS[self.reason.data])
