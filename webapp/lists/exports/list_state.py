"""What a screen shows, as an export needs it: each area of the desk says how it reads the address of its list.

So an export asks by the very class that the list asks by, and no area knows another one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from webapp.access.permissions import Permission
from webapp.access.roles import Reach, Roles
from webapp.core.accounts import Account
from webapp.lists.filters import ListFilters

_PLACE = ("page", "page_size", "before", "after")


class Word(NamedTuple):
    """A filter as a person reads it. `is_typed`: free text, maybe personal, so the audit log does not keep it."""

    label: str
    value: str
    is_typed: bool = False

    def __str__(self) -> str:
        return f"{self.label}: {self.value}"


class Viewer(NamedTuple):
    """Who looks at the screen of an account; some see less of it. `log`: of which accounts the log is exported."""

    id: int
    permissions: frozenset[Permission]
    log: Reach = Reach(frozenset(), is_all_but=False)

    @classmethod
    def of(cls, person_id: int, roles: Roles, account: Account) -> Viewer:
        return cls(person_id, roles.permissions_on(account.slug), roles.reach_of(Permission.AUDIT_EXPORT))


@dataclass(frozen=True, slots=True)
class Screen:
    """A list as its address describes it. `query` is for whoever keeps the rows; `pairs` the address, tidied; `days`
    the first and the last day it covers, where it always has both.
    """

    query: Any
    pairs: tuple[tuple[str, str], ...] = ()
    words: tuple[Word, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)
    days: tuple[date, date] | None = None

    @property
    def address(self) -> str:
        """The query string of the list, wherever in it somebody stands."""
        return urlencode([pair for pair in self.pairs if pair[0] not in _PLACE])


def words_of_chips(chips: Iterable[Any], typed: Collection[str]) -> tuple[Word, ...]:
    """The chips of a list as words; `typed` are the labels of those that hold free text."""
    return tuple(Word(chip.label, chip.value, chip.label in typed) for chip in chips)


def screen_of(filters: ListFilters, chips: Iterable[Any], *, id_label: str, no_such_id: str) -> Screen:
    """A list of the provider; an ID that cannot be asked for matches nothing there, so there is nothing to export."""
    errors = filters.errors if filters.can_match else {**filters.errors, "q": no_such_id}
    words = words_of_chips(chips, typed=[id_label])
    return Screen(None if errors else filters.to_query(), tuple(filters.pairs()), words, dict(errors))


Reader = Callable[[MultiDict[str, str], Account, datetime, Viewer], Screen]
_readers: dict[str, Reader] = {}


def screen(what: str) -> Callable[[Reader], Reader]:
    """Registers how the list of that name reads its address, seen at a moment: "today" is the day of the request."""

    def register(reader: Reader) -> Reader:
        _readers[what] = reader
        return reader

    return register


def read_screen(what: str, args: MultiDict[str, str], account: Account, at: datetime, viewer: Viewer) -> Screen:
    """What the list shows to the viewer at that moment; one without filters shows everything."""
    reader = _readers.get(what)
    return reader(args, account, at, viewer) if reader else Screen(None)
