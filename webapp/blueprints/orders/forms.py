"""The filters of the orders list, read from the address; everything a person typed is kept as it was."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from ...days import Preset, instants, parse_day, preset_days, today_in
from ...gateways.postpay.filters import Ordering, OrderQuery
from ...gateways.postpay.models import OrderStatus
from ...money import AmountProblem, Money, NotAnAmount, is_known_currency, parse_money
from ...routing import is_provider_id
from ..shared_forms import FilterForm, amount_words

STATUSES = tuple(status.value for status in OrderStatus)
CURRENCIES = ("AED", "SAR", "QAR", "KWD", "BHD", "OMR", "EGP", "JPY", "USD", "EUR", "GBP")
_ORDERINGS: tuple[Ordering, ...] = ("-created", "created", "-total_amount", "total_amount")
ORDERINGS: dict[str, Ordering] = {name: name for name in _ORDERINGS}
NEWEST_FIRST: Ordering = "-created"
PAGE_SIZES = (20, 50)
OWN_RANGE = "range"
MOST_IDS = 50
LONGEST_TEXT = 4000
LAST_PAGE = 10**9


class OrderFilters(FilterForm):
    """What a person asks of the list. `errors` are by field; each attribute is what `to_query` asks for."""

    def __init__(self, args: MultiDict[str, str], zone: ZoneInfo, today: date | None = None) -> None:
        super().__init__()
        self.zone = zone
        self.today = today or today_in(zone)
        self.typed = {name: _readable(args.get(name, "")[:LONGEST_TEXT]) for name in _TEXTS}
        self.search = self.typed["q"]
        self.order_ids = self._read_ids()
        self.statuses = tuple(status for status in STATUSES if status in args.getlist("status"))
        self.currency = self._read_currency()
        self.total_from = self._read_amount("total_from")
        self.total_to = self._read_amount("total_to")
        self.created = self._read_preset()
        self.is_own_range = self.created is None and args.get("created", OWN_RANGE) == OWN_RANGE and self._typed_days
        self.first_day, self.last_day = self._read_days()
        self.week_day = self._read_number("week_day", 1, 7, gettext("Choose a day of the week."))
        self.hour = self._read_number("hour", 0, 23, gettext("Choose an hour from 0 to 23."))
        self.ordering = ORDERINGS.get(args.get("ordering", ""), NEWEST_FIRST)
        self.page = _number(args.get("page", ""), 1, LAST_PAGE) or 1
        self.page_size = _number(args.get("page_size", ""), 1, max(PAGE_SIZES)) or PAGE_SIZES[0]
        if self.page_size not in PAGE_SIZES:
            self.page_size = PAGE_SIZES[0]
        self._check_ranges()

    # --- What was typed ---

    def _read_ids(self) -> tuple[str, ...]:
        """Several ids, by commas or lines; not by blanks, for ids may hold them."""
        parts = re.split(r"[,،\n\r]", self.typed["order_id"])
        ids = tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
        if len(ids) > MOST_IDS:
            self.errors["order_id"] = gettext("Ask for at most %(count)s orders at once.", count=MOST_IDS)
        for each in ids:
            if not is_provider_id(each):
                self.errors["order_id"] = gettext("“%(text)s” cannot be an order ID.", text=each[:40])
        return ids

    def _read_currency(self) -> str:
        currency = self.typed["currency"].upper()
        if currency and not is_known_currency(currency):
            self.errors["currency"] = gettext("Choose a currency from the list.")
            return ""
        return currency

    def _read_amount(self, name: str) -> Money | None:
        text = self.typed[name]
        if not text:
            return None
        if not self.currency:
            self.errors.setdefault("currency", gettext("Choose the currency of the total."))
            return None
        try:
            return parse_money(text, self.currency)
        except NotAnAmount as error:
            self.errors[name] = amount_words(AmountProblem(error.problem), self.currency)
            return None

    def _read_preset(self) -> Preset | None:
        """A preset wins over days that were typed before it was chosen."""
        choice = self.typed["created"]
        if choice and choice != OWN_RANGE and choice not in tuple(Preset):
            self.errors["created"] = gettext("Choose a time from the list.")
        return Preset(choice) if choice in tuple(Preset) else None

    @property
    def _typed_days(self) -> bool:
        return bool(self.typed["created_from"] or self.typed["created_to"])

    def _read_days(self) -> tuple[date | None, date | None]:
        """First and last day, in the account's zone, both included."""
        if self.created:
            return preset_days(self.created, self.today)
        if not self.is_own_range:
            return None, None
        first, last = self._read_day("created_from"), self._read_day("created_to")
        if first and last and first > last:
            self.errors["created_to"] = gettext("The last day is before the first.")
        return first, last

    def _read_day(self, name: str) -> date | None:
        text = self.typed[name]
        day = parse_day(text)
        if text and day is None:
            self.errors[name] = gettext("Write the day like 2026-11-20.")
        return day

    def _read_number(self, name: str, smallest: int, largest: int, problem: str) -> int | None:
        text = self.typed[name]
        number = _number(text, smallest, largest)
        if text and number is None:
            self.errors[name] = problem
        return number

    def _check_ranges(self) -> None:
        if self.total_from and self.total_to and self.total_from > self.total_to:
            self.errors["total_to"] = gettext("The highest total is below the lowest.")

    # --- What it means ---

    def to_query(self) -> OrderQuery:
        """The same for the provider: days as two instants, amounts in minor units of the one currency."""
        if self.search:
            return OrderQuery(order_ids=(self.search,))
        created_from, created_before = instants(self.first_day, self.last_day, self.zone)
        return OrderQuery(
            order_ids=self.order_ids,
            statuses=self.statuses,
            currencies=(self.currency,) if self.currency else (),
            total_from=self.total_from.minor if self.total_from else None,
            total_to=self.total_to.minor if self.total_to else None,
            created_from=created_from,
            created_before=created_before,
            week_day=self.week_day,
            hour=self.hour,
            ordering=self.ordering,
            page=self.page,
            page_size=self.page_size,
        )

    @property
    def is_filtered(self) -> bool:
        return bool({name for name, _ in self.pairs()} - {"ordering", "page_size"})

    @property
    def uses_more(self) -> bool:
        """Whether a filter under "More" is on, or wrong: then it stands open."""
        names = ("order_id", "week_day", "hour")
        return any(self.typed[name] for name in names)

    def pairs(self) -> list[tuple[str, str]]:
        """The state of the list as an address says it; what is at rest is left out."""
        if self.search:
            return [("q", self.search)]
        pairs = [("order_id", self.typed["order_id"])]
        pairs += [("status", status) for status in self.statuses]
        pairs += [(name, self.typed[name]) for name in ("currency", "total_from", "total_to")]
        pairs += [("created", self.created or (OWN_RANGE if self.is_own_range else ""))]
        if self.is_own_range:
            pairs += [(name, self.typed[name]) for name in ("created_from", "created_to")]
        pairs += [(name, self.typed[name]) for name in ("week_day", "hour")]
        pairs += [("ordering", self.ordering if self.ordering != NEWEST_FIRST else "")]
        pairs += [("page_size", str(self.page_size) if self.page_size != PAGE_SIZES[0] else "")]
        return [(name, value) for name, value in pairs if value]

    def address(self, base: str, **changes: Any) -> str:
        """The address of the list with some things changed; None takes one away. Starts at the first page."""
        kept = [(name, value) for name, value in self.pairs() if name not in changes]
        kept += [(name, str(value)) for name, value in changes.items() if value is not None]
        return f"{base}?{urlencode(kept)}" if kept else base

    def address_where(self, base: str, keep: Callable[[tuple[str, str]], bool]) -> str:
        """The address of the list with only some of its filters."""
        kept = [pair for pair in self.pairs() if keep(pair)]
        return f"{base}?{urlencode(kept)}" if kept else base


_TEXTS = (
    "q", "order_id", "currency", "total_from", "total_to", "created", "created_from", "created_to", "week_day", "hour"
)  # fmt: skip


def _readable(text: str) -> str:
    """As typed, without blanks around it; what no page can show is marked as such."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "\ufffd", text.strip())


def _number(text: str, smallest: int, largest: int) -> int | None:
    """Plain ASCII digits within bounds, or None."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    return int(text) if smallest <= int(text) <= largest else None
