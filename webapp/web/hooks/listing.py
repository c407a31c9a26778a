"""The list of webhooks as values: rows ready to show, what is open or half-way, chips, pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple, TypeAlias
from urllib.parse import urlsplit

from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import select

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.lists.filters.controls import Chip, Chips, Option, common_choices, pager, row_address
from webapp.lists.filters.hooks import EVENTS, HOWS, HookFilters
from webapp.models.hook_change import OPEN_STATES, HookChange
from webapp.models.rotation import ENDED, Rotation
from webapp.presentation.formatting import times_html
from webapp.presentation.hook_words import EVENT_LABELS, event_words, response_html
from webapp.presentation.pager import Pager
from webapp.providers.http.errors import NotFound
from webapp.providers.postpay.models import Hook, Page
from webapp.web.shown_address import shown_address
from webapp.webhooks.address import same_address

HookPage: TypeAlias = Page[Hook]
TWIN = "twin"


class HookRow(NamedTuple):
    """One webhook of the list. `change` and `rotation` are what is not finished; `is_old`: it is the one replaced."""

    href: str
    host: str
    rest: str
    events: str
    active: bool
    response: Markup
    created: Markup
    change: HookChange | None
    rotation: Rotation | None
    is_old: bool


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What the desk has open on an account: changes whose outcome is not known, rotations half-way, twins."""

    changes: Sequence[HookChange]
    rotations: Sequence[Rotation]
    twins: Sequence[HookChange]


@dataclass(frozen=True, slots=True)
class HookListing:
    """A page of the list. `doubled`: addresses that get each delivery twice, as far as this page shows."""

    rows: list[HookRow]
    pager: Pager
    is_unexpected: bool
    doubled: list[str]


def unfinished(account: Account) -> Unfinished:
    """One question each; the transaction is over before the provider is asked."""
    changes = select(HookChange).where(HookChange.account == account.slug)
    found = Unfinished(
        db.session.scalars(changes.where(HookChange.state.in_(OPEN_STATES)).order_by(HookChange.id)).all(),
        db.session.scalars(
            select(Rotation).where(Rotation.account == account.slug, Rotation.step.not_in(ENDED)).order_by(Rotation.id)
        ).all(),
        db.session.scalars(changes.where(HookChange.outcome_code == TWIN).order_by(HookChange.id)).all(),
    )
    release()
    return found


def failing_first(every: HookPage, filters: HookFilters) -> HookPage:
    """One page of all: active ones that fail, then paused ones that failed, then the rest; the newest first in each.

    Raises NotFound for a page past the end, as the provider does.
    """
    hooks = sorted(every.results, key=lambda hook: hook.created, reverse=True)
    hooks.sort(key=lambda hook: (not (hook.is_failing and hook.active), not hook.is_failing))
    begin = (filters.page - 1) * filters.page_size
    if begin and begin >= len(hooks):
        raise NotFound("list_all_hooks", "GET", status=404, code="not_found")
    shown = tuple(hooks[begin : begin + filters.page_size])
    return replace(every, results=shown, count=len(hooks), number=filters.page, size=filters.page_size)


def listing(page: HookPage, filters: HookFilters, base: str, open_things: Unfinished) -> HookListing:
    """A page as read. When rows do not fit what was asked, the provider's total means nothing and is not shown."""
    hooks = list(page.results)
    pages = pager(filters, base, page.count, is_counted=not page.unexpected)
    return HookListing(_rows(base, hooks, open_things), pages, bool(page.unexpected), _doubled(hooks, open_things))


def _rows(base: str, hooks: Iterable[Hook], open_things: Unfinished) -> list[HookRow]:
    time = times_html()
    changes = {change.hook_id: change for change in open_things.changes if change.hook_id}
    rotations = {
        hook_id: rotation for rotation in open_things.rotations for hook_id in (rotation.hook_id, rotation.new_hook_id)
    }
    return [
        HookRow(
            row_address(base, hook.id),
            *_parts(shown_address(hook.url)),
            event_words(hook.events),
            hook.active,
            response_html(hook),
            time(hook.created),
            changes.get(hook.id),
            rotation := rotations.get(hook.id),
            rotation is not None and rotation.hook_id == hook.id,
        )
        for hook in hooks
    ]


def _parts(url: str) -> tuple[str, str]:
    """The host, and what comes after it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, ""
    query = f"?{parts.query}" if parts.query else ""
    return parts.netloc or url, f"{parts.path}{query}" if parts.netloc else ""


def _doubled(hooks: Sequence[Hook], open_things: Unfinished) -> list[str]:
    """Addresses with two active webhooks for one event, unless a rotation means them to be two."""
    rotated = {rotation.hook_id: rotation.new_hook_id for rotation in open_things.rotations}
    found = {}
    for one, other in combinations([hook for hook in hooks if hook.active], 2):
        is_pair = rotated.get(one.id) == other.id or rotated.get(other.id) == one.id
        if same_address(one.url, other.url) and set(one.events) & set(other.events) and not is_pair:
            found[one.url] = True
    return list(found)


def chips(filters: HookFilters, base: str) -> list[Chip]:
    """What is on, in the order of the form; each event and each id is one of its own."""
    on = Chips(filters, base)
    label = {
        "contains": gettext("Address contains"),
        "starts": gettext("Address starts with"),
        "ends": gettext("Address ends with"),
    }[filters.how]
    state = None if filters.active is None else active_words(filters.active)
    return [
        *on.one(label, filters.search, "q", "how"),
        *on.each(gettext("Tells of"), "events", filters.events, lambda event: event_words((event,))),
        *on.one(gettext("State"), state, "active"),
        *on.one(gettext("Last response"), filters.typed["code"], "code"),
        *on.days(gettext("Created"), "created", filters.created.words),
        *on.ids(gettext("Webhook ID"), "hook_id", filters.hook_ids),
        *on.parts(filters.week_day, filters.hour),
    ]


def choices(filters: HookFilters) -> dict[str, list[Option]]:
    hows = {"contains": gettext("contains"), "starts": gettext("starts with"), "ends": gettext("ends with")}
    return {
        **common_choices(filters),
        "events": [(event, str(EVENT_LABELS[event]), event in filters.events) for event in EVENTS],
        "how": [(how, hows[how], how == filters.how) for how in HOWS],
        "active": [
            ("", gettext("Any"), False),
            ("yes", active_words(True), filters.active is True),
            ("no", active_words(False), filters.active is False),
        ],
    }


def active_words(active: bool) -> str:
    return gettext("Active") if active else gettext("Paused")
