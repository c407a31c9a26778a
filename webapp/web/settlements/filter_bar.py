"""The filter form above the list, ready to show."""

from __future__ import annotations

from typing import NamedTuple

from flask import render_template
from flask_babel import gettext
from markupsafe import Markup

from webapp.lists.filters.controls import (
    Option,
    currency_options,
    hour_options,
    kept_bar,
    preset_options,
    week_day_options,
)
from webapp.lists.filters.transactions import NOT_YET, PAID_OUT, TYPES, TransactionFilters
from webapp.presentation.transaction_words import type_label


class Options(NamedTuple):
    """The choices of the form."""

    types: list[Option]
    currencies: list[Option]
    created: list[Option]
    paid: list[Option]
    week_days: list[Option]
    hours: list[Option]


def filter_bar(filters: TransactionFilters, base: str) -> Markup:
    return kept_bar(filters, base, lambda: _draw(filters, base))


def _draw(filters: TransactionFilters, base: str) -> Markup:
    html = render_template("settlements/_filters.html", filters=filters, base=base, options=options(filters))
    return Markup(html)  # noqa: S704 - a template of ours has escaped it


def options(filters: TransactionFilters) -> Options:
    return Options(
        [(kind, type_label(kind), kind in filters.types) for kind in TYPES],
        currency_options(filters),
        [("", gettext("Any time"), False), *preset_options(filters.created)],
        [
            ("", gettext("Any"), False),
            (NOT_YET, paid_words(False), filters.is_paid is False),
            (PAID_OUT, paid_words(True), filters.is_paid is True),
            *preset_options(filters.paid),
        ],
        week_day_options(filters),
        hour_options(filters),
    )


def paid_words(is_paid: bool) -> str:
    return gettext("Paid out") if is_paid else gettext("Not yet paid out")
