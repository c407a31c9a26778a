"""The filters of the list of webhooks."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.providers.postpay.filters import CreatedOrdering, HookQuery
from webapp.providers.postpay.lookups import TextMatch
from webapp.providers.postpay.models import HookEvent
from webapp.webhooks.address import LOOPBACK

from . import MOST_IDS, PAGE_SIZES, ListFilters
from .by_id import every_spelling

EVENTS = tuple(event.value for event in HookEvent)
FAILING_FIRST = "failing"
HOWS: dict[str, Literal["icontains", "istartswith", "iendswith"]] = {
    "contains": "icontains",
    "starts": "istartswith",
    "ends": "iendswith",
}
STATES = {"yes": True, "no": False}
_CODES = re.compile(r"[0-9]{3}(?:\s*,\s*[0-9]{3})*", re.ASCII)
_CLASS = re.compile(r"([1-5])xx", re.ASCII | re.IGNORECASE)
_RANGE = re.compile(r"([0-9]{3})\s*[-–]\s*([0-9]{3})", re.ASCII)


class HookFilters(ListFilters):
    """What a person asks of the list of webhooks. `failing_first`: all are read, for the provider cannot sort so."""

    texts = (
        "q", "how", "active", "code", "currency", "created", "created_from", "created_to", "hook_id", "week_day",
        "hour",
    )  # fmt: skip
    more = ("hook_id", "week_day", "hour")

    def __init__(self, args: MultiDict[str, str], zone: ZoneInfo, today: date | None = None) -> None:
        super().__init__(args, zone, today)
        self.hook_ids = self._read_ids(
            "hook_id",
            gettext("Enter at most %(count)s webhook IDs.", count=MOST_IDS),
            lambda text: gettext("“%(text)s” cannot be the ID of a webhook.", text=text),
        )
        self._refuse_others("events", args.getlist("events"), EVENTS)
        self._refuse_others("how", [self.typed["how"]], HOWS)
        self._refuse_others("active", [self.typed["active"]], STATES)
        self.events = tuple(event for event in EVENTS if event in args.getlist("events"))
        self.how = self.typed["how"] if self.typed["how"] in HOWS else "contains"
        self.active = STATES.get(self.typed["active"])
        self.codes: tuple[int, ...] = ()
        self.code_from: int | None = None
        self.code_to: int | None = None
        self._read_codes()
        self.failing_first = args.get("ordering") == FAILING_FIRST
        self.ordering: CreatedOrdering = "created" if args.get("ordering") == "created" else "-created"
        if self.failing_first:
            self.page_size = max(PAGE_SIZES)

    def _read_codes(self) -> None:
        """`500`, `500, 502`, `5xx` or `400-499`."""
        text = self.typed["code"]
        if match := _CLASS.fullmatch(text):
            first = int(match[1]) * 100
            self.code_from, self.code_to = first, first + 99
        elif match := _RANGE.fullmatch(text):
            self.code_from, self.code_to = int(match[1]), int(match[2])
            if self.code_from > self.code_to:
                self.errors["code"] = gettext("The last code is below the first.")
        elif _CODES.fullmatch(text):
            self.codes = tuple(dict.fromkeys(int(part) for part in text.split(",")))
        elif text:
            self.errors["code"] = gettext("Enter a code like 500, several separated by commas, or a whole class: 5xx.")

    def to_query(self) -> HookQuery:
        """The same for the provider: days as two instants."""
        return HookQuery(
            hook_ids=every_spelling(self.hook_ids),
            events=self.events,
            url=TextMatch(self._wanted_address(), HOWS[self.how]) if self.search else None,
            active=self.active,
            codes=self.codes,
            code_from=self.code_from,
            code_to=self.code_to,
            ordering=self.ordering,
            **self._common_query(),
        )

    def _wanted_address(self) -> str:
        """The list shows addresses without the scheme they begin with, so nobody has to type it."""
        text = self.search.lower()
        if self.how != "starts" or "://" in text or "https://".startswith(text):
            return self.search
        return f"{'http' if text.startswith(LOOPBACK) else 'https'}://{self.search}"

    def _all_pairs(self) -> list[tuple[str, str]]:
        return [
            *self._typed_pairs("q"),
            ("how", self.how if self.search and self.how != "contains" else ""),
            *(("events", event) for event in self.events),
            ("active", self.typed["active"] if self.active is not None else ""),
            *self._typed_pairs("code"),
            *self._day_pairs("created", self.created),
            *self._typed_pairs("hook_id", "week_day", "hour"),
            *self.place(),
        ]

    def place(self) -> list[tuple[str, str]]:
        return [("ordering", FAILING_FIRST)] if self.failing_first else super().place()
