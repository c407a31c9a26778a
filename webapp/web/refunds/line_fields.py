"""The fields of the refund's form that say how many units of each line of the order; and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext
from wtforms import StringField
from wtforms.validators import StopValidation, ValidationError

from webapp.money import read_typed_number
from webapp.payments.refund_lines import RefundableLine
from webapp.presentation.refund_line_words import FIELD, NAME, line_label

LINES = "lines"
"""The choice of the form to which these fields belong."""

_NAME = re.compile(r"line-([0-9]{1,4}|shipping)")


def field_name(key: str) -> str:
    """The name of the field of a line."""
    return FIELD + key


def name_field(key: str) -> str:
    """The name of the field that says what a line is called."""
    return FIELD + key + NAME


def keys_sent(names: Iterable[str]) -> list[str]:
    """The keys of the lines of which a form says something."""
    return [found[1] for name in names if (found := _NAME.fullmatch(name))]


class UnitsField(StringField):  # type: ignore[misc]
    """How many units of a line: `data` is a number once validated, 0 where nothing was typed.

    `line` is what the order has of it; None where the order is not at hand.
    """

    data: int

    def __init__(self, line: RefundableLine | None = None, **kwargs: Any) -> None:
        self.line = line
        super().__init__(**kwargs)

    def pre_validate(self, form: Any) -> None:
        self.data = 0
        if form.part.data != LINES:
            raise StopValidation
        try:
            self.data = read_typed_number(self.typed)
        except ValueError as error:
            raise ValidationError(self._expected()) from error
        if self.line and self.data > self.line.left:
            self.data = 0
            raise ValidationError(self._expected())

    def _expected(self) -> str:
        name = line_label(self.line.line.key, self.line.line.name or self.line.line.reference) if self.line else ""
        if self.line is None:
            return gettext("Enter a whole number.")
        return gettext("%(item)s: enter a whole number from 0 to %(left)s.", item=name, left=self.line.left)

    @property
    def typed(self) -> str:
        """What was typed or ticked, as it was; empty for nothing."""
        return str(self.raw_data[0]) if self.raw_data else ""

    @property
    def is_chosen(self) -> bool:
        """Whether a tick stands, for a line with one unit."""
        return self.typed.strip() not in ("", "0")
