"""The list of people as values: its filters, rows ready to show, chips, choices, pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from webapp.access.people_search import FoundPerson, State
from webapp.access.permissions import ROLE_LABELS, Role
from webapp.core.accounts import Account
from webapp.lists.filters import AddressFilters
from webapp.lists.filters.controls import Chip, Chips, Option, pager
from webapp.presentation.formatting import time_html
from webapp.presentation.pager import Pager
from webapp.presentation.role_words import roles_words

from .words import STATES, state_words


class PeopleFilters(AddressFilters):
    """What an admin asks of the list: a role that somebody has on some account, and a state."""

    texts = ("role", "state")

    def __init__(self, args: MultiDict[str, str], zone: ZoneInfo) -> None:
        super().__init__(args, zone)
        self._refuse_others("role", [self.typed["role"]], [role.value for role in Role])
        self._refuse_others("state", [self.typed["state"]], [state.value for state in State])
        self.role = self.typed["role"] if "role" not in self.errors and self.typed["role"] else None
        self.state = State(self.typed["state"]) if "state" not in self.errors and self.typed["state"] else None

    def _all_pairs(self) -> list[tuple[str, str]]:
        return [*self._typed_pairs("role", "state"), *self.place()]


class PersonRow(NamedTuple):
    """Somebody, each part ready for its cell; `state` is the word and its tone."""

    href: str
    name: str
    email: str
    roles: str
    state: tuple[str, str]
    last_sign_in: Markup | None


@dataclass(frozen=True, slots=True)
class PeopleListing:
    """A page of the list."""

    rows: list[PersonRow]
    pager: Pager


def listing(
    people: Sequence[FoundPerson], total: int, filters: PeopleFilters, base: str, accounts: dict[str, Account]
) -> PeopleListing:
    rows = [
        PersonRow(
            url_for("people.show_person", person_id=found.user.id),
            found.user.name,
            found.user.email,
            roles_words(found.roles, accounts),
            state_words(found.state),
            time_html(found.last_sign_in) if found.last_sign_in else None,
        )
        for found in people
    ]
    return PeopleListing(rows, pager(filters, base, total, is_counted=True))


def chips(filters: PeopleFilters, base: str) -> list[Chip]:
    """What is on, in the order of the form."""
    on = Chips(filters, base)
    return [
        *on.one(gettext("Role"), str(ROLE_LABELS[Role(filters.role)]) if filters.role else None, "role"),
        *on.one(gettext("State"), state_words(filters.state)[0] if filters.state else None, "state"),
    ]


def choices(filters: PeopleFilters) -> dict[str, list[Option]]:
    roles = [(role.value, str(words), role == filters.role) for role, words in ROLE_LABELS.items()]
    states = [(state.value, str(words), state == filters.state) for state, (words, _) in STATES.items()]
    return {
        "role": [("", gettext("Any"), False), *roles],
        "state": [("", gettext("Any"), False), *states],
    }
