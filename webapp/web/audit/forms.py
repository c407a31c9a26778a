"""The filters of the audit log, read from the address; everything a person typed is kept as it was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask_babel import gettext

from webapp.audit.actions import Action
from webapp.audit.recording import OUTCOMES
from webapp.audit.search import NOBODY, AuditQuery, phrases_of
from webapp.calendar import Preset, instants, parse_day, preset_days, today_in
from webapp.lists.filters.form import FilterForm

OWN_RANGE = "range"
DESK = "desk"
"""As "who": the desk itself, its commands, strangers."""
LONGEST_TEXT = 255
PAGE_SIZES = (20, 50)

_TEXTS = ("who", "what", "object", "account", "outcome", "words", "days", "days_from", "days_to")
KINDS = frozenset({action.value for action in Action} | {action.family for action in Action})


class AuditFilters(FilterForm):
    """What a person asks of the log. `only_actor` is set for those who may see no more than their own entries."""

    def __init__(
        self, args: Mapping[str, str], zone: ZoneInfo, only_actor: int | None, today: date | None = None
    ) -> None:
        super().__init__()
        self.zone = zone
        self.today = today or today_in(zone)
        self.only_actor = only_actor
        self.typed = {name: args.get(name, "")[:LONGEST_TEXT].strip() for name in _TEXTS}
        self.actor_id = self._read_who()
        self.what = self._read_one_of("what", KINDS)
        self.outcome = self._read_one_of("outcome", OUTCOMES)
        self.preset = self._read_preset()
        self.is_own_range = self.preset is None and bool(self.typed["days_from"] or self.typed["days_to"])
        self.first_day, self.last_day = self._read_days()
        if self.typed["words"] and not phrases_of(self.typed["words"]):
            self.errors["words"] = gettext("Write a word or a number to look for.")
        self.before, self.after = _seq(args.get("before", "")), _seq(args.get("after", ""))
        size = args.get("page_size", "")
        self.page_size = int(size) if size in map(str, PAGE_SIZES) else PAGE_SIZES[0]

    def _read_who(self) -> int | None:
        text = self.typed["who"]
        if self.only_actor is not None or not text:
            return None
        if text == DESK:
            return NOBODY
        number = _seq(text)
        if not number or number > 2**31 - 1:
            self.errors["who"] = gettext("Choose a person from the list.")
            return None
        return number

    def _read_one_of(self, name: str, known: Any) -> str | None:
        text = self.typed[name]
        if text and text not in known:
            self.errors[name] = gettext("Choose from the list.")
        return text if text in known else None

    def _read_preset(self) -> Preset | None:
        text = self.typed["days"]
        if text and text != OWN_RANGE and text not in tuple(Preset):
            self.errors["days"] = gettext("Choose a time from the list.")
        return Preset(text) if text in tuple(Preset) else None

    def _read_days(self) -> tuple[Any, Any]:
        """First and last day in the zone of the page, both included."""
        if self.preset:
            return preset_days(self.preset, self.today)
        days = []
        for name in ("days_from", "days_to"):
            day = parse_day(self.typed[name])
            if self.typed[name] and day is None:
                self.errors[name] = gettext("Write the day like 2026-11-20.")
            days.append(day)
        first, last = days
        if first and last and first > last:
            self.errors["days_to"] = gettext("The last day is before the first.")
        return first, last

    def to_query(self) -> AuditQuery:
        """The same for the log: days as two instants."""
        since, until = instants(self.first_day, self.last_day, self.zone)
        return AuditQuery(
            only_actor=self.only_actor,
            actor_id=self.actor_id,
            what=self.what,
            object_id=self.typed["object"] or None,
            account=self.typed["account"] or None,
            outcome=self.outcome,
            words=self.typed["words"],
            since=since,
            until=until,
        )

    @property
    def is_filtered(self) -> bool:
        return bool({name for name, _ in self.pairs()} - {"page_size"})

    @property
    def uses_more(self) -> bool:
        """Whether a filter under "More" is on, or wrong: then it stands open."""
        return any(self.typed[name] for name in ("account", "object"))

    def pairs(self) -> list[tuple[str, str]]:
        """The state of the list as an address says it, without the place in it; what is at rest is left out."""
        names = ["what", "object", "account", "outcome", "words"] + ["who"] * (self.only_actor is None)
        pairs = [(name, self.typed[name]) for name in names]
        pairs += [("days", self.preset or (OWN_RANGE if self.is_own_range else ""))]
        if self.is_own_range:
            pairs += [(name, self.typed[name]) for name in ("days_from", "days_to")]
        pairs += [("page_size", str(self.page_size) if self.page_size != PAGE_SIZES[0] else "")]
        return [(name, value) for name, value in pairs if value]

    def address(self, base: str, **changes: object) -> str:
        """The address of the list with some things changed; None takes one away."""
        kept = [(name, value) for name, value in self.pairs() if name not in changes]
        kept += [(name, str(value)) for name, value in changes.items() if value is not None]
        return f"{base}?{urlencode(kept)}" if kept else base


def _seq(text: str) -> int | None:
    """A number of an entry: plain ASCII digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None
