"""The audit log as values: rows in words, chips, choices, pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import select

from webapp.audit import Action, search
from webapp.audit.search import COUNT_CAP
from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.lists.filters.controls import Chip, Chips, Option, preset_options
from webapp.models.user import User
from webapp.presentation.audit.entries import DescribedEntry, told
from webapp.presentation.audit.labels import FAMILIES, LABELS, OUTCOMES, action_label
from webapp.presentation.formatting import time_html
from webapp.web.log_listing import LogListing, log_listing

from .forms import DESK, AuditFilters


class EntryRow(NamedTuple):
    """One entry, each part ready for its cell."""

    href: str
    seq: str
    moment: Markup
    sentence: Markup
    label: str
    outcome: str
    tone: str
    ip: str


def listing(filters: AuditFilters, base: str) -> LogListing[EntryRow]:
    """Asks the log: one page and a capped count, whatever the log's size."""
    query = filters.to_query()
    page = search.page(db.session, query, size=filters.page_size, before=filters.before, after=filters.after)
    total = search.count(db.session, query)
    rows = [_row(one, base) for one in told(page.entries)]
    numbers = [entry.seq for entry in page.entries]
    return log_listing(filters, base, rows=rows, numbers=numbers, ends=page, total=count_words(total))


def _row(one: DescribedEntry, base: str) -> EntryRow:
    seq = one.entry.seq
    return EntryRow(
        f"{base}/{seq}",
        f"{seq:,}",
        time_html(one.moment),
        one.sentence,
        one.label,
        one.outcome,
        one.tone,
        one.entry.ip or "",
    )


def count_words(count: int) -> str:
    """ "214 entries", or "More than 1,000 entries": beyond that nobody counts."""
    if count > COUNT_CAP:
        return gettext("More than %(count)s entries", count=f"{COUNT_CAP:,}")
    return gettext("1 entry") if count == 1 else gettext("%(count)s entries", count=f"{count:,}")


def chips(filters: AuditFilters, base: str, people: Iterable[Option], accounts: Mapping[str, Account]) -> list[Chip]:
    """What is on, in the order of the form; `accounts` are those whose titles the reader may know."""
    typed, on = filters.typed, Chips(filters, base)
    names = {value: words for value, words, _ in people}
    return [
        *on.one(gettext("Who"), names.get(typed["who"], typed["who"]) if filters.actor_id is not None else None, "who"),
        *on.one(gettext("What"), action_label(filters.what) if filters.what else None, "what"),
        *on.one(gettext("Outcome"), str(OUTCOMES[filters.outcome][0]) if filters.outcome else None, "outcome"),
        *on.one(gettext("About"), typed["object"], "object"),
        *on.one(gettext("Account"), _title(typed["account"], accounts), "account"),
        *on.one(gettext("Words"), typed["words"], "words"),
        *on.days(gettext("Days"), "days", filters.days.words),
    ]


def _title(slug: str, accounts: Mapping[str, Account]) -> str:
    account = accounts.get(slug)
    return account.title if account else slug


class AuditOptions(NamedTuple):
    """The choices of the filter form; `kinds` by family."""

    people: list[Option]
    kinds: list[tuple[Option, list[Option]]]
    outcomes: list[Option]
    accounts: list[Option]
    presets: list[Option]


def options(filters: AuditFilters) -> AuditOptions:
    chosen = filters.typed
    outcomes = [(code, str(words), code == filters.outcome) for code, (words, _) in OUTCOMES.items()]
    accounts = [
        (slug, one.title, slug == chosen["account"]) for slug, one in current_user.accounts.items()
    ]
    return AuditOptions(
        people=people_options(filters) if filters.only_actor is None else [],
        kinds=[_kinds(family, str(words), filters.what) for family, words in FAMILIES.items()],
        outcomes=[("", gettext("Any"), False), *outcomes],
        accounts=[("", gettext("Any"), False), *accounts],
        presets=[("", gettext("Any time"), False), *preset_options(filters.days)],
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
