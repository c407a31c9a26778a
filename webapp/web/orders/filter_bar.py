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
from webapp.lists.filters.orders import STATUSES, OrderFilters
from webapp.presentation.formatting import status_label


class Options(NamedTuple):
    """The choices of the form."""

    statuses: list[Option]
    currencies: list[Option]
    presets: list[Option]
    week_days: list[Option]
    hours: list[Option]


def filter_bar(filters: OrderFilters, base: str) -> Markup:
    return kept_bar(filters, base, lambda: _draw(filters, base))


def _draw(filters: OrderFilters, base: str) -> Markup:
    html = render_template("orders/_filters.html", filters=filters, base=base, options=options(filters))
    return Markup(html)  # noqa: S704 - a template of ours has escaped it


def options(filters: OrderFilters) -> Options:
    return Options(
        [(status, status_label(status), status in filters.statuses) for status in STATUSES],
        currency_options(filters),
        [("", gettext("Any time"), False), *preset_options(filters.created)],
        week_day_options(filters),
        hour_options(filters),
    )
