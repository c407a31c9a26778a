"""Finding entries among millions: by key, never by OFFSET; counted only so far; words by an index of their own.

One filter, or a pair that has an index, asks the table. Words, and more filters at once, ask the search index
first, where each filter is a facet (migration 0002). Every question ends in ORDER BY seq.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, column, func, literal_column, select, table, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp.core.provider_id import spellings
from webapp.models.audit_entry import AuditEntry

from .chain import stored

COUNT_CAP = 1000
NOBODY = 0
"""As `actor_id` of a query: the desk itself, commands, strangers."""

_SEARCH = table("audit_search", column("rowid", Integer))
_PAIRED = ({"actor", "what"}, {"actor", "outcome"}, {"account", "what"}, {"account", "outcome"}, {"what", "outcome"})
_SHORTEST_PREFIX = 3
_NO_BOUND = 2**62

Phrase = tuple[list[str], bool]
Key = ColumnElement[int] | InstrumentedAttribute[int]


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees who may not see everything: the own entries, and those of these accounts, by slug.

    With `is_all_but` those of all but these, and those of no account.
    """

    actor_id: int
    accounts: frozenset[str]
    is_all_but: bool


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """What to look for. `only_actor` is the person who may see no more than the own entries; others may have a `sight`.

    `what` is a family ("refund") or an event ("refund.succeeded"); `since` included, `until` not.
    """

    only_actor: int | None = None
    sight: Sight | None = None
    actor_id: int | None = None
    what: str | None = None
    object_id: str | None = None
    account: str | None = None
    outcome: str | None = None
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Newest first."""

    entries: Sequence[AuditEntry]
    has_newer: bool
    has_older: bool


def page(session: Session, query: AuditQuery, *, size: int, before: int | None, after: int | None) -> EntryPage:
    """The entries older than `before`, or the oldest that are newer than `after`, or the newest."""
    is_upwards = before is None and after is not None
    statement, key = matching(session, query, before=before, after=after)
    statement = statement.order_by(key.asc() if is_upwards else key.desc()).limit(size + 1)
    entries = list(session.scalars(statement))
    has_more = len(entries) > size
    entries = entries[:size]
    if is_upwards:
        return EntryPage(entries[::-1], has_newer=has_more, has_older=_exists(session, query, before=(after or 0) + 1))
    has_newer = before is not None and _exists(session, query, after=before - 1)
    return EntryPage(entries, has_newer=has_newer, has_older=has_more)


def count(session: Session, query: AuditQuery, cap: int = COUNT_CAP) -> int:
    """How many match, counted no further than one more than `cap`.

    In order, though a count needs none: else SQLite may ask the search index once for each row of a table's index.
    """
    statement, key = matching(session, query)
    some = statement.with_only_columns(key).order_by(key.desc()).limit(cap + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def batches(session: Session, query: AuditQuery, *, size: int, up_to: int) -> Iterator[list[AuditEntry]]:
    """All that match, oldest first up to `up_to`, in lists of `size`: constant memory, no long transaction."""
    after = 0
    while True:
        statement, key = matching(session, query, after=after, before=up_to + 1)
        entries = list(session.scalars(statement.order_by(key).limit(size)))
        session.expunge_all()
        session.rollback()
        if entries:
            yield entries
            after = entries[-1].seq
        if len(entries) < size:
            return


def _exists(session: Session, query: AuditQuery, **bounds: int | None) -> bool:
    statement, key = matching(session, query, **bounds)
    return session.scalar(statement.with_only_columns(key).order_by(key.desc()).limit(1)) is not None


def matching(
    session: Session, query: AuditQuery, *, before: int | None = None, after: int | None = None
) -> tuple[Select[AuditEntry], Key]:
    """The question without order and end, and the key to order it by: that of the index that is asked first."""
    filters = _filters(query)
    low, high, days = _days(session, query)
    low, high = max(low, (after or 0) + 1), min(high, _NO_BOUND if before is None else before)
    seen = _within(query.sight)
    statement = select(AuditEntry).where(*filters.values(), *seen, *days, AuditEntry.seq >= low, AuditEntry.seq < high)
    phrases = phrases_of(query.words)
    if phrases or _needs_search_index(query, set(filters)):
        return _searched(session, statement, phrases, _facets(query), low, high)
    return statement, AuditEntry.seq


def _needs_search_index(query: AuditQuery, filters: set[str]) -> bool:
    """Whether no index of the table narrows the question down; one object, or trouble, always does."""
    is_narrow = "object" in filters or query.outcome not in (None, "ok")
    return len(filters) > 1 and filters not in _PAIRED and not is_narrow


def _filters(query: AuditQuery) -> dict[str, Any]:
    """The conditions on the table's columns, by the filter they stand for."""
    found: dict[str, Any] = {}
    actor = query.only_actor if query.only_actor is not None else query.actor_id
    if actor is not None:
        found["actor"] = AuditEntry.actor_id.is_(None) if actor == NOBODY else AuditEntry.actor_id == actor
    if query.what:
        found["what"] = (AuditEntry.event if "." in query.what else AuditEntry.family) == query.what
    if query.object_id:
        found["object"] = AuditEntry.object_id.in_(spellings(query.object_id))
    if query.account:
        found["account"] = AuditEntry.account == query.account
    if query.outcome == "ok":
        found["outcome"] = AuditEntry.outcome == "ok"
    elif query.outcome:
        # Said twice, and the first in the index's own words, so that the small indexes of trouble are used.
        found["outcome"] = (literal_column("audit_entry.outcome") != literal_column("'ok'")) & (
            AuditEntry.outcome == query.outcome
        )
    return found


def _within(sight: Sight | None) -> list[ColumnElement[bool]]:
    """Never a reason to take an index and then sort: what is seen is most of the log, or read from its end."""
    if sight is None:
        return []
    account = func.coalesce(AuditEntry.account, "")
    on_account = account.not_in(sight.accounts) if sight.is_all_but else account.in_(sight.accounts)
    return [on_account | (AuditEntry.actor_id == sight.actor_id)]


def is_seen(entry: AuditEntry, sight: Sight) -> bool:
    """Whether an entry is among what somebody sees."""
    is_named = entry.account in sight.accounts
    return is_named != sight.is_all_but or entry.actor_id == sight.actor_id


def _days(session: Session, query: AuditQuery) -> tuple[int, int, list[Any]]:
    """The days as a range of numbers, first included and last not, for numbers and moments rise together.

    Where the clock was once set back they do not, and the moments themselves are the condition.
    """
    if query.since is None and query.until is None:
        return 1, _NO_BOUND, []
    edges = [
        None if query.since is None else AuditEntry.ts >= stored(query.since),
        None if query.until is None else AuditEntry.ts >= stored(query.until),
    ]
    if session.scalar(select(AuditEntry.seq).where(AuditEntry.clock_set_back.is_not(None)).limit(1)) is not None:
        since, until = edges
        return 1, _NO_BOUND, [edge for edge in (since, None if until is None else ~until) if edge is not None]
    low, high = (None if edge is None else session.scalar(_edge(edge)) or _NO_BOUND for edge in edges)
    return low or 1, high or _NO_BOUND, []


def _edge(condition: Any) -> Select[int]:
    return select(AuditEntry.seq).where(condition).order_by(AuditEntry.ts, AuditEntry.seq).limit(1)


def _searched(
    session: Session,
    statement: Select[AuditEntry],
    phrases: list[Phrase],
    facets: list[str],
    low: int,
    high: int,
) -> tuple[Select[AuditEntry], Key]:
    """The same question, asked of the search index first."""
    if session.get_bind().dialect.name == "postgresql":
        parts = [" <-> ".join(f"'{token}'" for token in tokens) + ":*" * is_prefix for tokens, is_prefix in phrases]
        wanted = " & ".join([*parts, *(f"'{facet}'" for facet in facets)])
        found = text("audit_entry.search @@ to_tsquery('simple', :wanted)").bindparams(wanted=wanted)
        return statement.where(found), AuditEntry.seq
    parts = ['words : "' + " ".join(tokens) + '"' + " *" * is_prefix for tokens, is_prefix in phrases]
    wanted = " AND ".join([*parts, *(f'facets : "{facet}"' for facet in facets)])
    statement = statement.join(_SEARCH, _SEARCH.c.rowid == AuditEntry.seq)
    statement = statement.where(text("audit_search MATCH :wanted").bindparams(wanted=wanted))
    return statement.where(_SEARCH.c.rowid >= low, _SEARCH.c.rowid < high), _SEARCH.c.rowid


def phrases_of(words: str) -> list[Phrase]:
    """Each word as the tokens that both engines make of it; a star at its end asks for the beginning only."""
    found = []
    for word in words.split():
        tokens = [token for token in re.split(r"[\W_]+", word) if token]
        if tokens:
            found.append((tokens, word.endswith("*") and len(tokens[-1]) >= _SHORTEST_PREFIX))
    return found


def facets_of(
    family: str | None, event: str | None, outcome: str | None, actor_id: int | None, account: str | None
) -> list[str]:
    """The filters as the migration spells them in the index: a letter for the filter, and no sign that ends a word."""
    spelled = {"f": family, "e": event, "o": outcome, "a": actor_id, "c": account}
    return [f"{letter}{_one_word(str(value))}" for letter, value in spelled.items() if value is not None]


def _one_word(value: str) -> str:
    return value.replace(".", "ж").replace("-", "ж").replace("_", "щ")


def _facets(query: AuditQuery) -> list[str]:
    actor = query.only_actor if query.only_actor is not None else query.actor_id
    event = query.what if query.what and "." in query.what else None
    family = None if event else query.what
    return facets_of(family or None, event, query.outcome or None, actor or None, query.account or None)
