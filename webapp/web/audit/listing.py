"""The audit log as values: rows in words, chips, choices, pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from flask import current_app
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import select

from webapp.audit import Action, search
from webapp.audit.search import COUNT_CAP, EntryPage
from webapp.core.extensions import db
from webapp.models.user import User
from webapp.presentation.audit.entries import Told, told
from webapp.presentation.audit.messages import FAMILIES, OUTCOMES, action_label
from webapp.presentation.audit.sentences import LABELS
from webapp.presentation.day_words import PRESET_WORDS, days_words
from webapp.presentation.formatting import time_html
from webapp.presentation.pager import Pager

from .forms import DESK, OWN_RANGE, PAGE_SIZES, AuditFilters

Option = tuple[str, str, bool]
"""Value, words, whether it is chosen."""


class Row(NamedTuple):
    """One entry, each part ready for its cell."""

    href: str
    seq: str
    moment: Markup
    sentence: Markup
    label: str
    outcome: str
    tone: str
    ip: str


class Chip(NamedTuple):
    """A filter that is on, and the list without it."""

    label: str
    value: str
    href: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the log. `total` is in words, for it is counted only so far."""

    rows: list[Row]
    pager: Pager
    total: str
    newest_href: str | None
    oldest_href: str | None


def listing(filters: AuditFilters, base: str) -> Listing:
    """Asks the log: one page and a capped count, whatever the log's size."""
    query = filters.to_query()
    page = search.page(db.session, query, size=filters.page_size, before=filters.before, after=filters.after)
    total = search.count(db.session, query)
    return Listing(
        rows=[_row(one, base) for one in told(page.entries)],
        pager=_pager(page, filters, base),
        total=count_words(total),
        newest_href=filters.address(base) if page.has_newer else None,
        oldest_href=filters.address(base, after=0) if page.has_older else None,
    )


def _row(one: Told, base: str) -> Row:
    seq = one.entry.seq
    return Row(
        f"{base}/{seq}",
        f"{seq:,}",
        time_html(one.moment),
        one.sentence,
        one.label,
        one.outcome,
        one.tone,
        one.entry.ip or "",
    )


def _pager(page: EntryPage, filters: AuditFilters, base: str) -> Pager:
    """Newer and older by the numbers of the entries at both ends of the page."""
    if not page.entries:
        return Pager()
    first, last = page.entries[0].seq, page.entries[-1].seq
    return Pager(
        previous_href=filters.address(base, after=first) if page.has_newer else None,
        next_href=filters.address(base, before=last) if page.has_older else None,
    )


def count_words(count: int) -> str:
    """ "214 entries", or "More than 1,000 entries": beyond that nobody counts."""
    if count > COUNT_CAP:
        return gettext("More than %(count)s entries", count=f"{COUNT_CAP:,}")
    return gettext("1 entry") if count == 1 else gettext("%(count)s entries", count=f"{count:,}")


def page_sizes(filters: AuditFilters, base: str) -> list[tuple[int, str | None]]:
    """The sizes a page can have; the current one without an address."""
    return [(size, None if size == filters.page_size else filters.address(base, page_size=size)) for size in PAGE_SIZES]


def chips(filters: AuditFilters, base: str, people: Iterable[Option]) -> list[Chip]:
    """What is on, in the order of the form."""
    typed = filters.typed
    names = {value: words for value, words, _ in people}
    found = [
        (gettext("Who"), names.get(typed["who"], typed["who"]) if filters.actor_id is not None else "", "who"),
        (gettext("What"), action_label(filters.what) if filters.what else "", "what"),
        (gettext("Outcome"), str(OUTCOMES[filters.outcome][0]) if filters.outcome else "", "outcome"),
        (gettext("About"), typed["object"], "object"),
        (gettext("Account"), _title(typed["account"]), "account"),
        (gettext("Words"), typed["words"], "words"),
    ]
    made = [Chip(label, value, filters.address(base, **{name: None})) for label, value, name in found if value]
    days = str(PRESET_WORDS[filters.preset]) if filters.preset else days_words(filters.first_day, filters.last_day)
    if days:
        made.append(Chip(gettext("Days"), days, filters.address(base, days=None, days_from=None, days_to=None)))
    return made


def _title(slug: str) -> str:
    account = current_app.extensions["accounts"].get(slug)
    return account.title if account else slug


class Options(NamedTuple):
    """The choices of the filter form; `kinds` by family."""

    people: list[Option]
    kinds: list[tuple[Option, list[Option]]]
    outcomes: list[Option]
    accounts: list[Option]
    presets: list[Option]


def options(filters: AuditFilters) -> Options:
    chosen = filters.typed
    outcomes = [(code, str(words), code == filters.outcome) for code, (words, _) in OUTCOMES.items()]
    presets = [(preset.value, str(words), preset is filters.preset) for preset, words in PRESET_WORDS.items()]
    accounts = [
        (slug, one.title, slug == chosen["account"]) for slug, one in current_app.extensions["accounts"].items()
    ]
    return Options(
        people=people_options(filters) if filters.only_actor is None else [],
        kinds=[_kinds(family, str(words), filters.what) for family, words in FAMILIES.items()],
        outcomes=[("", gettext("Any"), False), *outcomes],
        accounts=[("", gettext("Any"), False), *accounts],
        presets=[("", gettext("Any time"), False), *presets, (OWN_RANGE, gettext("Own range"), filters.is_own_range)],
    )


def people_options(filters: AuditFilters) -> list[Option]:
    """Everybody who ever worked here, and the desk itself."""
    users = db.session.execute(select(User.id, User.name).order_by(User.name)).all()
    chosen = filters.typed["who"]
    people = [(str(key), name, str(key) == chosen) for key, name in users]
    return [("", gettext("Anybody"), False), *people, (DESK, gettext("The desk and its commands"), chosen == DESK)]


def _kinds(family: str, words: str, chosen: str | None) -> tuple[Option, list[Option]]:
    events = [action for action in Action if action.family == family]
    every = (family, words, family == chosen)
    if len(events) == 1:
        return every, []
    return every, [(event.value, str(LABELS[event]), event.value == chosen) for event in events]
