"""Approved orders that wait to be captured, oldest first, with what is known of capturing each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from webapp.core.provider_id import visible
from webapp.lists.filters.controls import row_address
from webapp.lists.filters.orders import OrderFilters
from webapp.models.base import now
from webapp.models.intent import Intent, IntentState
from webapp.presentation.formatting import age as age_words
from webapp.presentation.formatting import amount_html, time_html, when
from webapp.presentation.intent_words import intent_href, needs_finance
from webapp.presentation.unreadable_words import readable
from webapp.providers.contract import Answer
from webapp.providers.postpay.models import OrderSummary
from webapp.web.list_place import AWAITING, row_suffixes

OLD = timedelta(days=3)


class Known(NamedTuple):
    """What is known of capturing an order: in a word or two, how it looks, and where that is told at length."""

    words: str
    tone: str
    href: str | None = None


_MAY_HAVE_EXPIRED = Known(lazy_gettext("May have expired"), "wait")


class Waiting(NamedTuple):
    """One order that waits, each part ready for its cell; `is_old` when it has waited for days.

    `known` is None where nothing is; `can_capture`: whether there is any use in trying; `may_have_expired`: it is as
    old as another that had, and nothing better is known.
    `place` and `number` say where in the list the row stands.
    """

    href: str
    place: str
    number: str
    order_id: str
    total: Markup
    created: Markup
    approved: object
    age: str
    is_old: bool
    known: Known | None
    can_capture: bool
    is_expired: bool
    may_have_expired: bool


def waiting(
    base: str,
    orders: Sequence[OrderSummary],
    filters: OrderFilters,
    captures: Mapping[str, Intent],
    expiry: timedelta | None,
) -> list[Waiting]:
    """The rows; `base` is the address of the orders, `captures` the desk's last one of each order.

    An order's age counts from its approval, or from its creation where that is not told; at the age of `expiry`
    another approval had expired.
    """
    moment = now()
    found = []
    for order, place in zip(orders, row_suffixes(AWAITING, filters, len(orders)), strict=True):
        age = moment - (order.status_changed or order.created)
        capture = captures.get(order.order_id)
        is_expired = capture is not None and _refused_as(capture, Answer.EXPIRED)
        known = _known(capture)
        is_doubtful = known is None and expiry is not None and age >= expiry
        is_taken = capture is not None and (capture.blocks or capture.state == IntentState.SUCCEEDED)
        found.append(
            Waiting(
                row_address(base, order.order_id),
                place,
                place.rpartition("=")[2],
                visible(order.order_id),
                amount_html(order.total),
                time_html(order.created),
                readable(time_html(order.status_changed), order, "status_changed"),
                age_words(age),
                age >= OLD,
                known or (_MAY_HAVE_EXPIRED if is_doubtful else None),
                not (is_expired or is_taken),
                is_expired,
                is_doubtful,
            )
        )
    return found


def _refused_as(capture: Intent, code: str) -> bool:
    return (capture.state, capture.outcome_code) == (IntentState.REFUSED, code)


def _known(capture: Intent | None) -> Known | None:
    """What the desk's own last capture says; of most refusals nothing lasts."""
    if capture is None:
        return None
    href, moment = intent_href(capture), when(capture.created)
    if capture.blocks:
        return Known(gettext("Needs finance") if needs_finance(capture) else gettext("Not known yet"), "unknown", href)
    if capture.state == IntentState.SUCCEEDED:
        return Known(gettext("Captured, not shown yet"), "ok", href)
    if _refused_as(capture, Answer.EXPIRED):
        return Known(gettext("Expired, seen %(moment)s", moment=moment), "bad", href)
    if _refused_as(capture, Answer.DECLINED):
        return Known(gettext("Declined %(moment)s", moment=moment), "bad", href)
    return None
