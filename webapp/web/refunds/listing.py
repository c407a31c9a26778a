"""The list of the desk's own refunds as values: rows ready to show, sums, chips, choices, pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup

from webapp.calendar import Preset
from webapp.core.accounts import Account
from webapp.core.provider_id import visible
from webapp.lists.filters.controls import Chip, Chips, Option, currency_options, pager, preset_options, row_address
from webapp.lists.filters.refunds import MINE, RefundFilters
from webapp.models.intent import Intent
from webapp.payments.refund_search import MOST_SUMMED, Outcome, Sums
from webapp.presentation.formatting import amount_html, money, times_html
from webapp.presentation.intent_words import intent_href, reason_label
from webapp.presentation.pager import Pager
from webapp.presentation.refund_words import OUTCOME_WORDS, refund_state


class RefundRow(NamedTuple):
    """One refund, each part ready for its cell; `state` is the words and their tone."""

    href: str
    order_href: str
    order_id: str
    amount: Markup
    state: tuple[str, str]
    started: Markup
    confirmed: Markup
    by: str
    reason: str


class View(NamedTuple):
    """The list as people ask for it most."""

    label: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class RefundListing:
    """A page of the list; `sums` are of all pages, as (what, amounts in words), empty where there are too many."""

    rows: list[RefundRow]
    pager: Pager
    sums: list[tuple[str, list[str]]]
    is_summed: bool


def listing(
    account: Account, intents: Sequence[Intent], found: Sums, filters: RefundFilters, base: str
) -> RefundListing:
    pages = pager(filters, base, min(found.count, MOST_SUMMED), is_counted=True)
    pages = pages if found.is_whole else pages.as_capped()
    told = [
        (str(OUTCOME_WORDS[outcome]), [money(amount) for amount in found.amounts[outcome]])
        for outcome in (Outcome.DONE, Outcome.OPEN, Outcome.OTHERWISE)
        if found.amounts[outcome]
    ]
    return RefundListing(_rows(account, intents), pages, told if found.is_whole else [], found.is_whole)


def _rows(account: Account, intents: Sequence[Intent]) -> list[RefundRow]:
    orders, time = url_for("orders.list_orders", account=account), times_html()
    return [
        RefundRow(
            intent_href(intent),
            row_address(orders, intent.order_id),
            visible(intent.order_id),
            amount_html(intent.amount),
            refund_state(intent),
            time(intent.created),
            time(intent.settled),
            intent.requester.name,
            reason_label(intent),
        )
        for intent in intents
    ]


def views(filters: RefundFilters, base: str) -> list[View]:
    """All, today's, one's own; none is current while something else is asked."""
    asked = {pair for pair in filters.pairs() if pair not in filters.place()}
    wanted = [
        (gettext("All refunds"), {}),
        (gettext("Today’s"), {"days": Preset.TODAY.value}),
        (gettext("Mine"), {"who": MINE}),
        (gettext("Mine today"), {"who": MINE, "days": Preset.TODAY.value}),
    ]
    return [
        View(words, f"{base}?{urlencode(pairs)}" if pairs else base, asked == set(pairs.items()))
        for words, pairs in wanted
    ]


def chips(filters: RefundFilters, base: str) -> list[Chip]:
    """What is on, in the order of the form."""
    on = Chips(filters, base)
    outcome = str(OUTCOME_WORDS[Outcome(filters.outcome)]) if filters.outcome else None
    return [
        *on.one(gettext("Started by"), gettext("Me") if filters.is_mine else None, "who"),
        *on.one(gettext("Outcome"), outcome, "outcome"),
        *on.one(gettext("Order ID"), visible(filters.typed["order"]), "order"),
        *on.one(gettext("Currency"), filters.currency, "currency"),
        *on.days(gettext("Started"), "days", filters.days.words),
    ]


def choices(filters: RefundFilters) -> dict[str, list[Option]]:
    outcomes = [(outcome.value, str(words), outcome == filters.outcome) for outcome, words in OUTCOME_WORDS.items()]
    return {
        "who": [("", gettext("Everybody"), not filters.is_mine), (MINE, gettext("Me"), filters.is_mine)],
        "outcome": [("", gettext("Any"), False), *outcomes],
        "currency": currency_options(filters),
        "days": [("", gettext("Any time"), False), *preset_options(filters.days)],
    }
