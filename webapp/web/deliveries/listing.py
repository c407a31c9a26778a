"""The log of deliveries as values: rows ready to show, chips, choices, pages."""

from __future__ import annotations

from typing import NamedTuple

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup

from webapp.core.accounts import Account
from webapp.core.provider_id import visible
from webapp.lists.filters.controls import Chip, Chips, Option, preset_options
from webapp.lists.filters.deliveries import DeliveryFilters
from webapp.models.delivery import Delivery
from webapp.presentation.delivery_words import (
    EVENTS,
    FORWARD_STATES,
    OUTCOMES,
    VERDICTS,
    Words,
    age_words,
    event_words,
    outcome_words,
    size_words,
)
from webapp.presentation.formatting import times_html
from webapp.web.log_listing import LogListing, log_listing
from webapp.webhooks.deliveries import search
from webapp.webhooks.deliveries.forwards import OTHER
from webapp.webhooks.deliveries.search import COUNT_CAP, GENUINE_ONLY, REFUSED_ONLY


class DeliveryRow(NamedTuple):
    """One delivery, each part ready for its cell; of `*_words` the words and their tone."""

    href: str
    number: str
    received: Markup
    event: str
    object_id: str
    object_href: str | None
    verdict: tuple[str, str]
    outcome: tuple[str, str]
    forward: tuple[str, str] | None
    age: str
    size: str
    repeats: int


def listing(
    account: Account, filters: DeliveryFilters, base: str, *, sees_settlements: bool
) -> LogListing[DeliveryRow]:
    page = search.page_of(account, filters.to_query())
    time = times_html()
    rows = [
        DeliveryRow(
            f"{base}/{one.id}",
            f"{one.id:,}",
            time(one.received),
            event_words(one.event) if one.is_genuine else "",
            visible(one.object_id or ""),
            object_href(account, one, sees_settlements=sees_settlements),
            _spoken(VERDICTS[one.verdict]),
            (outcome_words(one), OUTCOMES[one.outcome][1]),
            _spoken(FORWARD_STATES[one.forward_state]) if one.forward_state else None,
            age_words(one.age) or "",
            size_words(one.size),
            one.repeats,
        )
        for one in page.rows
    ]
    numbers = [one.id for one in page.rows]
    total = count_words(search.count(account, filters.to_query()))
    return log_listing(filters, base, rows=rows, numbers=numbers, ends=page, total=total)


def object_href(account: Account, delivery: Delivery, *, sees_settlements: bool) -> str | None:
    """Where the object of a delivery is shown; None for what was refused, of which nothing is believed."""
    if delivery.object_kind == "order" and delivery.object_id:
        return url_for("orders.show_order", account=account, order_id=delivery.object_id)
    if delivery.object_kind == "transaction" and delivery.object_id and sees_settlements:
        return url_for("settlements.show_transaction", account=account, transaction_id=delivery.object_id)
    return None


def count_words(count: int) -> str:
    if count > COUNT_CAP:
        return gettext("More than %(count)s deliveries", count=f"{COUNT_CAP:,}")
    return gettext("1 delivery") if count == 1 else gettext("%(count)s deliveries", count=f"{count:,}")


def chips(filters: DeliveryFilters, base: str) -> list[Chip]:
    """What is on, in the order of the form."""
    on = Chips(filters, base)
    return [
        *on.one(gettext("About"), visible(filters.about), "about"),
        *on.one(gettext("Tells of"), _chosen(events(filters)), "event"),
        *on.one(gettext("Signature"), _chosen(verdicts(filters)), "verdict"),
        *on.one(gettext("Reading again"), _chosen(outcomes(filters)), "outcome"),
        *on.one(gettext("Forwarding"), _chosen(forwards(filters)), "forward"),
        *on.days(gettext("Days"), "days", filters.days.words),
    ]


def _chosen(options: list[Option]) -> str | None:
    """The words of what is chosen; None for anything."""
    return next((words for value, words, is_on in options if is_on and value), None)


def events(filters: DeliveryFilters) -> list[Option]:
    other = (OTHER, gettext("Something else"), filters.event == OTHER)
    known = [(code, str(words), code == filters.event) for code, words in EVENTS.items()]
    return [("", gettext("Anything"), False), *known, other]


def verdicts(filters: DeliveryFilters) -> list[Option]:
    groups = [(GENUINE_ONLY, gettext("All genuine")), (REFUSED_ONLY, gettext("All refused"))]
    chosen = [(code, words, code == filters.verdict) for code, words in groups]
    return [("", gettext("Any"), False), *chosen, *_options(VERDICTS, filters.verdict)]


def outcomes(filters: DeliveryFilters) -> list[Option]:
    return [("", gettext("Any"), False), *_options(OUTCOMES, filters.outcome)]


def forwards(filters: DeliveryFilters) -> list[Option]:
    return [("", gettext("Any"), False), *_options(FORWARD_STATES, filters.forward)]


def days(filters: DeliveryFilters) -> list[Option]:
    return [("", gettext("Any time"), False), *preset_options(filters.days)]


def _options(words: dict[str, Words], chosen: str | None) -> list[Option]:
    return [(code, str(label), code == chosen) for code, (label, _) in words.items()]


def _spoken(words: Words) -> tuple[str, str]:
    return str(words[0]), words[1]
