"""The filter form above the list, ready to show."""

from __future__ import annotations

from typing import NamedTuple

from flask import current_app, render_template
from flask_babel import get_locale, gettext
from markupsafe import Markup

from ...days import PRESET_WORDS
from ...formatting import status_label
from .forms import CURRENCIES, OWN_RANGE, STATUSES, OrderFilters
from .listing import WEEK_DAYS, hour_words

MOST_KEPT = 256

Option = tuple[str, str, bool]
"""Value, words, whether it is chosen."""


class Options(NamedTuple):
    """The choices of the form."""

    statuses: list[Option]
    currencies: list[Option]
    presets: list[Option]
    week_days: list[Option]
    hours: list[Option]


def filter_bar(filters: OrderFilters, base: str) -> Markup:
    """The form as filled in. Without errors it is the same for all who ask the same, so it is kept for a while."""
    if filters.errors:
        return _draw(filters, base)
    drawn: dict[object, Markup] = current_app.extensions.setdefault("filter_bars", {})
    key = (base, str(get_locale()), *filters.pairs())
    html = drawn.get(key)
    if html is None:
        if len(drawn) >= MOST_KEPT:
            drawn.clear()
        html = drawn[key] = _draw(filters, base)
    return html


def _draw(filters: OrderFilters, base: str) -> Markup:
    html = render_template("orders/_filters.html", filters=filters, base=base, options=options(filters))
    return Markup(html)  # noqa: S704 - a template of ours has escaped it


def options(filters: OrderFilters) -> Options:
    any_words = gettext("Any")
    others = [filters.currency] if filters.currency and filters.currency not in CURRENCIES else []
    return Options(
        [(status, status_label(status), status in filters.statuses) for status in STATUSES],
        [("", any_words, False), *((each, each, each == filters.currency) for each in (*CURRENCIES, *others))],
        _presets(filters),
        [("", any_words, False), *((str(n), str(w), n == filters.week_day) for n, w in enumerate(WEEK_DAYS, start=1))],
        [("", any_words, False), *((str(hour), hour_words(hour), hour == filters.hour) for hour in range(24))],
    )


def _presets(filters: OrderFilters) -> list[Option]:
    presets = [(preset.value, str(words), preset is filters.created) for preset, words in PRESET_WORDS.items()]
    return [("", gettext("Any time"), False), *presets, (OWN_RANGE, gettext("Own range"), filters.is_own_range)]
