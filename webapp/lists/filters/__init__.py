"""Filters of the lists that the provider keeps, read from an address: what a person asks, and how an address says it.

Used by the lists themselves and by whatever works with "exactly what the list shows". What was typed is kept as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, TypedDict
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.calendar import Preset, instants, parse_day, preset_days, today_in
from webapp.core.provider_id import is_provider_id, visible, without_marks
from webapp.money import Money, NotAnAmount, is_known_currency, read_typed_amount
from webapp.presentation.amount_words import amount_words
from webapp.presentation.day_words import PRESET_WORDS, days_words

from .form import FilterField, FilterForm

CURRENCIES = ("AED", "SAR", "QAR", "KWD", "BHD", "OMR", "EGP", "JPY", "USD", "EUR", "GBP")
NEWEST_FIRST = "-created"
PAGE_SIZES = (20, 50)
OWN_RANGE = "range"
MOST_IDS = 50
LAST_PAGE = 10**9


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days in the account's zone, both included: by a preset, or an own range with one end or two."""

    preset: Preset | None = None
    is_own: bool = False
    first: date | None = None
    last: date | None = None

    def instants(self, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """From when (included) and until when (not included), in UTC."""
        return instants(self.first, self.last, zone)

    @property
    def choice(self) -> str:
        """As the list of presets says it; empty for any time."""
        return self.preset or (OWN_RANGE if self.is_own else "")

    @property
    def words(self) -> str | None:
        return str(PRESET_WORDS[self.preset]) if self.preset else days_words(self.first, self.last)


class AddressFilters(FilterForm):
    """What every list in an address takes: a currency, a page of it. `errors` are by field.

    `texts` are the fields of the form in its order, `more` those under "More". `can_match` is False where no row can be
    what is asked for, so that there is nothing to ask. `search` is the whole ID that is asked for instead of filters.
    """

    can_match = True
    search = ""

    texts: ClassVar[tuple[str, ...]] = ()
    more: ClassVar[tuple[str, ...]] = ()
    longest_text: ClassVar[int] = 4000

    def __init__(self, args: MultiDict[str, str], zone: ZoneInfo, today: date | None = None) -> None:
        super().__init__()
        self.zone = zone
        self.today = today or today_in(zone)
        self.typed = {name: _readable(args.get(name, "")[: self.longest_text]) for name in self.texts}
        self.currency = self._read_currency()
        self.page = _number(args.get("page", ""), 1, LAST_PAGE) or 1
        size = _number(args.get("page_size", ""), 1, max(PAGE_SIZES))
        self.page_size = size if size in PAGE_SIZES else PAGE_SIZES[0]

    def __iter__(self) -> Iterator[FilterField]:
        """The errors in the order of the form."""
        choices = [name for name in self.errors if name not in self.texts]
        return (FilterField(name, (self.errors[name],)) for name in (*choices, *self.texts) if name in self.errors)

    # --- What was typed ---

    def _read_ids(self, name: str, too_many: str, not_one: Callable[[str], str]) -> tuple[str, ...]:
        """Several ids, by commas or lines; not by blanks, for ids may hold them."""
        parts = re.split(r"[,،\n\r]", self.typed[name])
        ids = tuple(dict.fromkeys(part.strip() for part in parts if without_marks(part)))
        if len(ids) > MOST_IDS:
            self.errors[name] = too_many
        for each in ids:
            if not is_provider_id(each):
                self.errors[name] = not_one(visible(each[:40]))
        return ids

    def _refuse_others(self, name: str, chosen: Iterable[str], known: Iterable[str]) -> None:
        """What is none of the choices is said, never taken for no choice at all."""
        others = set(chosen) - {"", *known}
        if others:
            words = gettext("“%(text)s” is not one of the choices.", text=visible(min(others)[:40]))
            self.errors[name] = words

    def _read_currency(self) -> str:
        currency = self.typed.get("currency", "").upper()
        if currency and not is_known_currency(currency):
            self.errors["currency"] = gettext("Choose a currency from the list.")
            return ""
        return currency

    def _read_amount(self, name: str, no_currency: str, *, signed: bool = False) -> Money | None:
        """An amount of the currency that is asked for, as people type it; `signed`: a minus may come first."""
        text = self.typed[name]
        if not text:
            return None
        if not self.currency:
            self.errors.setdefault("currency", no_currency)
            return None
        try:
            return read_typed_amount(text, self.currency, signed=signed)
        except NotAnAmount as error:
            self.errors[name] = amount_words(error.problem, self.currency, error.mark)
            return None

    def _read_amounts(
        self, name: str, no_currency: str, mixed_up: str, *, signed: bool = False
    ) -> tuple[Money | None, Money | None]:
        """The lowest and the highest amount; `mixed_up` says that they are the wrong way round."""
        lowest = self._read_amount(f"{name}_from", no_currency, signed=signed)
        highest = self._read_amount(f"{name}_to", no_currency, signed=signed)
        if lowest and highest and lowest > highest:
            self.errors[f"{name}_to"] = mixed_up
        return lowest, highest

    def _read_days(self, name: str, *, given: bool, others: Iterable[str] = ()) -> DayRange:
        """A preset wins over days that were typed before it was chosen. `others`: choices that are no days."""
        choice = self.typed[name]
        preset = Preset(choice) if choice in tuple(Preset) else None
        if choice and choice != OWN_RANGE and not preset and choice not in others:
            self.errors[name] = gettext("Choose a time from the list.")
        if preset:
            return DayRange(preset, False, *preset_days(preset, self.today))
        typed = self.typed[f"{name}_from"] or self.typed[f"{name}_to"]
        if not typed or (given and choice != OWN_RANGE):
            return DayRange()
        first, last = self._read_day(f"{name}_from"), self._read_day(f"{name}_to")
        if first and last and first > last:
            self.errors[f"{name}_to"] = gettext("The last day is before the first.")
        return DayRange(None, True, first, last)

    def _read_day(self, name: str) -> date | None:
        text = self.typed[name]
        day = parse_day(text)
        if text and day is None:
            self.errors[name] = gettext("Enter the day like 2026-11-20.")
        return day

    def _read_number(self, name: str, smallest: int, largest: int, problem: str) -> int | None:
        text = self.typed[name]
        number = _number(text, smallest, largest)
        if text and number is None:
            self.errors[name] = problem
        return number

    # --- What it means ---

    @property
    def is_filtered(self) -> bool:
        return bool({name for name, _ in self.pairs()} - {"ordering", "page_size"})

    @property
    def uses_more(self) -> bool:
        """Whether a filter under "More" is on, or wrong: then it stands open."""
        return any(self.typed[name] for name in self.more)

    @property
    def filled_in(self) -> tuple[object, ...]:
        """All that the form shows, also what is not asked beside something else: whatever was read, by its name."""
        read = {**vars(self), "typed": tuple(self.typed.items()), "errors": tuple(self.errors.items())}
        return (type(self), *read.items())

    def pairs(self) -> list[tuple[str, str]]:
        """The state of the list as an address says it; what is at rest is left out."""
        return [(name, value) for name, value in self._all_pairs() if value]

    def _all_pairs(self) -> list[tuple[str, str]]:
        """The same with empty values among them; each list adds it."""
        raise NotImplementedError

    def _typed_pairs(self, *names: str) -> list[tuple[str, str]]:
        return [(name, self.typed[name]) for name in names]

    def _day_pairs(self, name: str, days: DayRange) -> list[tuple[str, str]]:
        ends = self._typed_pairs(f"{name}_from", f"{name}_to") if days.is_own else []
        return [(name, days.choice), *ends]

    def place(self) -> list[tuple[str, str]]:
        """How the list is sorted and cut, where that is not as always."""
        return [("page_size", str(self.page_size))] if self.page_size != PAGE_SIZES[0] else []

    def here(self, base: str) -> str:
        """The address of the page of the list that is asked for."""
        return self.address(base, page=self.page if self.page > 1 else None)

    def address(self, base: str, **changes: Any) -> str:
        """The address of the list with some things changed; None takes one away. Starts at the first page."""
        kept = [(name, value) for name, value in self.pairs() if name not in changes]
        kept += [(name, str(value)) for name, value in changes.items() if value is not None]
        return f"{base}?{urlencode(kept)}" if kept else base

    def address_where(self, base: str, keep: Callable[[tuple[str, str]], bool]) -> str:
        """The address of the list with only some of its filters."""
        kept = [pair for pair in self.pairs() if keep(pair)]
        return f"{base}?{urlencode(kept)}" if kept else base


class CommonQuery(TypedDict):
    """What can be asked of every list of the provider."""

    created_from: datetime | None
    created_before: datetime | None
    week_day: int | None
    hour: int | None
    page: int
    page_size: int


class ListFilters(AddressFilters):
    """What the lists of the provider take. Without errors, `to_query` says what to ask; each list adds it."""

    ordering: str = NEWEST_FIRST

    def __init__(self, args: MultiDict[str, str], zone: ZoneInfo, today: date | None = None) -> None:
        super().__init__(args, zone, today)
        self.search = self.typed["q"]
        self.created = self._read_days("created", given="created" in args)
        self.week_day = self._read_number("week_day", 1, 7, gettext("Choose a day of the week."))
        self.hour = self._read_number("hour", 0, 23, gettext("Choose an hour from 0 to 23."))

    def _common_query(self) -> CommonQuery:
        """Days as two instants, parts of the moment, and the page."""
        created_from, created_before = self.created.instants(self.zone)
        return CommonQuery(
            created_from=created_from,
            created_before=created_before,
            week_day=self.week_day,
            hour=self.hour,
            page=self.page,
            page_size=self.page_size,
        )

    def place(self) -> list[tuple[str, str]]:
        ordering = [("ordering", self.ordering)] if self.ordering != NEWEST_FIRST else []
        return ordering + super().place()


def _readable(text: str) -> str:
    """As typed, without blanks around it; what no page can show is marked as such."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "\ufffd", text.strip())


def _number(text: str, smallest: int, largest: int) -> int | None:
    """Plain ASCII digits within bounds, or None."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    return int(text) if smallest <= int(text) <= largest else None
