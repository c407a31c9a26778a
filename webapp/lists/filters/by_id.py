"""Filters of the lists that are also searched by the whole ID of a row, as it was typed or pasted."""

from __future__ import annotations

import string
from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from webapp.core.provider_id import is_provider_id, spellings

from . import ListFilters


class FiltersOrId(ListFilters):
    """Of a list that is also searched by one whole ID: then nothing else is asked.

    `typed_id` is the ID as it was typed, `spellings` are what it may mean, the likeliest first: one question asks for
    them all.
    """

    def __init__(self, args: MultiDict[str, str], zone: ZoneInfo, today: date | None = None) -> None:
        super().__init__(args, zone, today)
        self.typed_id = args.get("q", "").strip(string.whitespace)
        self.spellings = spellings(self.search) if self.search else ()
        self.can_match = not self.search or is_provider_id(self.typed_id)

    @property
    def asked_spellings(self) -> tuple[str, ...]:
        """Those that can be asked for together."""
        return tuple(each for each in self.spellings if "," not in each) or self.spellings[:1]

    @property
    def other_spellings(self) -> tuple[str, ...]:
        """Those that no list can be asked for: with a blank at an end, which the provider takes off, or a comma."""
        every = dict.fromkeys((self.typed_id, *self.spellings))
        return tuple(each for each in every if each not in self.asked_spellings and is_provider_id(each))

    @property
    def currencies(self) -> tuple[str, ...]:
        return (self.currency,) if self.currency else ()

    def pairs(self) -> list[tuple[str, str]]:
        return [("q", self.search)] if self.search else super().pairs()


def every_spelling(ids: Iterable[str]) -> tuple[str, ...]:
    """The ids of a filter with all that each may mean, for one question."""
    return tuple(dict.fromkeys(spelling for each in ids for spelling in spellings(each)))
