"""What lists with filters show beside their rows: chips, headings that sort, page sizes, the choices of the form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from flask import current_app
from flask_babel import get_locale, gettext, lazy_gettext
from markupsafe import Markup

from webapp.core.provider_id import visible
from webapp.money import Money
from webapp.presentation.day_words import PRESET_WORDS
from webapp.presentation.formatting import money
from webapp.presentation.pager import Pager, numbered_pager

from . import CURRENCIES, NEWEST_FIRST, OWN_RANGE, PAGE_SIZES, AddressFilters, DayRange, ListFilters

MOST_KEPT = 256

Option = tuple[str, str, bool]
"""Value, words, whether it is chosen."""

WEEK_DAYS = (
    lazy_gettext("Sunday"),
    lazy_gettext("Monday"),
    lazy_gettext("Tuesday"),
    lazy_gettext("Wednesday"),
    lazy_gettext("Thursday"),
    lazy_gettext("Friday"),
    lazy_gettext("Saturday"),
)
"""As the provider counts them: 1 is Sunday."""


class Chip(NamedTuple):
    """A filter that is on, and the list without it."""

    label: str
    value: str
    href: str


class Heading(NamedTuple):
    """Where a heading leads, and how the list is sorted by it now ("ascending", "descending", None)."""

    href: str
    direction: str | None


def row_address(base: str, row_id: str) -> str:
    """The page of a row, as `url_for` builds it below the list's address `base`, without its price per row."""
    return f"{base}/{quote(row_id, safe='')}"


def headings(filters: AddressFilters, base: str, ordering: str, fields: Iterable[str]) -> dict[str, Heading]:
    """The headings the provider can sort by; the first click shows the newest or the largest."""
    return {field: _heading(filters, base, ordering, field) for field in fields}


def _heading(filters: AddressFilters, base: str, ordering: str, field: str) -> Heading:
    direction = {field: "ascending", f"-{field}": "descending"}.get(ordering)
    turned = field if direction == "descending" else f"-{field}"
    return Heading(filters.address(base, ordering=turned if turned != NEWEST_FIRST else None), direction)


def page_sizes(filters: AddressFilters, base: str) -> list[tuple[int, str | None]]:
    """The sizes a page can have; the current one without an address."""
    return [(size, None if size == filters.page_size else filters.address(base, page_size=size)) for size in PAGE_SIZES]


def pager(filters: AddressFilters, base: str, count: int, *, is_counted: bool) -> Pager:
    """The pages of a list. Where the count means nothing, only the way to the neighbours."""
    pages = numbered_pager(
        filters.page,
        filters.page_size,
        count,
        lambda number: filters.address(base, page=number if number > 1 else None),
    )
    return pages if is_counted else Pager(previous_href=pages.previous_href, next_href=pages.next_href)


@dataclass(frozen=True, slots=True)
class Chips:
    """Makes the chips of a list: each method those of one field, none where nothing is on."""

    filters: AddressFilters
    base: str

    def one(self, label: str, value: str | None, *names: str) -> list[Chip]:
        """Of what stands in the fields called `names`."""
        return [Chip(label, value, self.filters.address(self.base, **dict.fromkeys(names)))] if value else []

    def ids(self, label: str, name: str, ids: Sequence[str]) -> list[Chip]:
        """One for each id of a field that takes several."""
        others = {each: ", ".join(other for other in ids if other != each) for each in ids}
        return [
            Chip(label, visible(each), self.filters.address(self.base, **{name: others[each] or None})) for each in ids
        ]

    def each(self, label: str, name: str, chosen: Iterable[str], words: Callable[[str], str]) -> list[Chip]:
        """One for each value of a field in which several can be chosen."""
        return [Chip(label, words(value), self._without_value(name, value)) for value in chosen]

    def _without_value(self, name: str, value: str) -> str:
        return self.filters.address_where(self.base, lambda pair: pair != (name, value))

    def amount(self, label: str, name: str, amount: Money | None) -> list[Chip]:
        return self.one(label, money(amount) if amount else None, name)

    def days(self, label: str, name: str, words: str | None) -> list[Chip]:
        """Of a range of days, or of what was chosen instead of days."""
        return self.one(label, words, name, f"{name}_from", f"{name}_to")

    def parts(self, week_day: int | None, hour: int | None) -> list[Chip]:
        """Of the parts of the moment, as the provider counts them."""
        return [
            *self.one(gettext("Day of the week (UTC)"), week_day_word(week_day) if week_day else None, "week_day"),
            *self.one(gettext("Hour (UTC)"), hour_words(hour) if hour is not None else None, "hour"),
        ]


def week_day_word(number: int) -> str:
    return str(WEEK_DAYS[number - 1])


def hour_words(hour: int) -> str:
    return f"{hour:02}:00–{hour:02}:59"


def currency_options(filters: AddressFilters) -> list[Option]:
    others = [filters.currency] if filters.currency and filters.currency not in CURRENCIES else []
    return [("", gettext("Any"), False), *((each, each, each == filters.currency) for each in (*CURRENCIES, *others))]


def preset_options(days: DayRange) -> list[Option]:
    """The presets and the own range; what stands before them is up to the list."""
    presets = [(preset.value, str(words), preset is days.preset) for preset, words in PRESET_WORDS.items()]
    return [*presets, (OWN_RANGE, gettext("Custom range"), days.is_own)]


def common_choices(filters: ListFilters) -> dict[str, list[Option]]:
    """Those that the forms of several lists have, by the name of their field."""
    return {
        "currency": currency_options(filters),
        "created": [("", gettext("Any time"), False), *preset_options(filters.created)],
        "week_day": week_day_options(filters),
        "hour": hour_options(filters),
    }


def week_day_options(filters: ListFilters) -> list[Option]:
    days = ((str(n), str(words), n == filters.week_day) for n, words in enumerate(WEEK_DAYS, start=1))
    return [("", gettext("Any"), False), *days]


def hour_options(filters: ListFilters) -> list[Option]:
    return [("", gettext("Any"), False), *((str(n), hour_words(n), n == filters.hour) for n in range(24))]


def kept_bar(filters: AddressFilters, base: str, draw: Callable[[], Markup]) -> Markup:
    """The form as filled in. Without errors it is the same for all who fill it in alike, so it is kept for a while."""
    if filters.errors:
        return draw()
    drawn: dict[object, Markup] = current_app.extensions.setdefault("filter_bars", {})
    key = (base, str(get_locale()), filters.filled_in)
    html = drawn.get(key)
    if html is None:
        if len(drawn) >= MOST_KEPT:
            drawn.clear()
        html = drawn[key] = draw()
    return html
