"""What lists with filters show beside their rows: chips, headings that sort, page sizes, the choices of the form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote

from flask import current_app
from flask_babel import get_locale, gettext, lazy_gettext
from markupsafe import Markup

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


def chip(filters: AddressFilters, base: str, label: str, value: str, *names: str) -> Chip:
    """The chip of the fields called `names`."""
    return Chip(label, value, filters.address(base, **dict.fromkeys(names)))


def id_chips(filters: AddressFilters, base: str, label: str, name: str, ids: Sequence[str]) -> list[Chip]:
    """One for each id of a field that takes several."""
    others = {each: ", ".join(other for other in ids if other != each) for each in ids}
    return [Chip(label, each, filters.address(base, **{name: others[each] or None})) for each in ids]


def choice_chips(
    filters: AddressFilters, base: str, label: str, name: str, chosen: Iterable[str], words: Callable[[str], str]
) -> list[Chip]:
    """One for each value of a field in which several can be chosen."""
    return [
        Chip(label, words(value), filters.address_where(base, lambda pair, off=value: pair != (name, off)))  # type: ignore[misc]
        for value in chosen
    ]


def amount_chips(
    filters: AddressFilters, base: str, name: str, labels: tuple[str, str], amounts: tuple[Money | None, Money | None]
) -> list[Chip]:
    """The currency, without which there are no amounts, the lowest and the highest amount of a field."""
    ends = (f"{name}_from", f"{name}_to")
    found = [chip(filters, base, gettext("Currency"), filters.currency, "currency", *ends)] if filters.currency else []
    told = zip(labels, amounts, ends, strict=True)
    return found + [chip(filters, base, label, money(amount), end) for label, amount, end in told if amount]


def day_chips(filters: AddressFilters, base: str, label: str, name: str, words: str | None) -> list[Chip]:
    """The days of a field, or what was chosen instead of days."""
    return [chip(filters, base, label, words, name, f"{name}_from", f"{name}_to")] if words else []


def part_chips(filters: ListFilters, base: str) -> list[Chip]:
    """The chips of the filters under "More" that ask for parts of the moment."""
    found = []
    if filters.week_day:
        words = week_day_word(filters.week_day)
        found.append(chip(filters, base, gettext("Day of the week (UTC)"), words, "week_day"))
    if filters.hour is not None:
        found.append(chip(filters, base, gettext("Hour (UTC)"), hour_words(filters.hour), "hour"))
    return found


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
    return [*presets, (OWN_RANGE, gettext("Own range"), days.is_own)]


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
