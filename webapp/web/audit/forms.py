"""The filters of the audit log, read from the address; everything a person typed is kept as it was."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.access.roles import Reach
from webapp.audit.actions import Action
from webapp.audit.recording import OUTCOMES
from webapp.audit.search import NOBODY, AuditQuery, Sight, phrases_of
from webapp.lists.filters import PAGE_SIZES, AddressFilters

DESK = "desk"
"""As "who": the desk itself, its commands, strangers."""
KINDS = frozenset({action.value for action in Action} | {action.family for action in Action})


def sight_of(person_id: int, reach: Reach) -> Sight | None:
    """What a person sees who may see everybody's entries as far as `reach` goes; None is everything."""
    return None if reach.is_everything else Sight(person_id, reach.accounts, reach.is_all_but)


class AuditFilters(AddressFilters):
    """What a person asks of the log. `only_actor` is set for those who may see no more than their own entries."""

    texts = ("who", "what", "outcome", "days", "days_from", "days_to", "words", "object", "account")
    more = ("object", "account")
    longest_text = 255

    def __init__(
        self, args: MultiDict[str, str], zone: ZoneInfo, sight: Sight | None, today: date | None = None
    ) -> None:
        super().__init__(args, zone, today)
        self.sight = sight
        sees_own = sight is not None and not sight.accounts and not sight.is_all_but
        self.only_actor = sight.actor_id if sight is not None and sees_own else None
        self.actor_id = self._read_who()
        self.what = self._read_one_of("what", KINDS)
        self.outcome = self._read_one_of("outcome", OUTCOMES)
        self.days = self._read_days("days", given=False)
        if self.typed["words"] and not phrases_of(self.typed["words"]):
            self.errors["words"] = gettext("Enter a word or a number to search for.")
        self.before, self.after = _seq(args.get("before", "")), _seq(args.get("after", ""))

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

    def to_query(self) -> AuditQuery:
        """The same for the log: days as two instants."""
        since, until = self.days.instants(self.zone)
        return AuditQuery(
            only_actor=self.only_actor,
            sight=None if self.only_actor is not None else self.sight,
            actor_id=self.actor_id,
            what=self.what,
            object_id=self.typed["object"] or None,
            account=self.typed["account"] or None,
            outcome=self.outcome,
            words=self.typed["words"],
            since=since,
            until=until,
        )

    def _all_pairs(self) -> list[tuple[str, str]]:
        """Without the place in the log."""
        return [
            *self._typed_pairs("what", "object", "account", "outcome", "words"),
            *self._typed_pairs(*["who"] * (self.only_actor is None)),
            *self._day_pairs("days", self.days),
            ("page_size", str(self.page_size) if self.page_size != PAGE_SIZES[0] else ""),
        ]


def _seq(text: str) -> int | None:
    """A number of an entry: plain ASCII digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None
