"""Sentences that only the capture's pages need: why an order cannot be captured, and what was learned before."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext

from webapp.models.intent import Intent, IntentState
from webapp.payments.snapshot import CAPTURED
from webapp.presentation.formatting import age, when
from webapp.presentation.intent_words import Sentence, captured_words, intent_href, outcome_title
from webapp.providers.postpay.models import Order


def why_not(order: Order, capture: Intent | None, expired: Intent | None) -> Sentence | None:
    """Who captured the order, or who has met that its approval has expired."""
    if capture or order.status == CAPTURED:
        return captured_words(capture)
    if expired is None:
        return None
    facts = {"name": expired.requester.name, "moment": when(expired.created)}
    words = gettext("%(name)s tried on %(moment)s, and Postpay refused it. The customer has to order again.", **facts)
    return Sentence(words, intent_href(expired), gettext("See what was tried"))


def what_is_known(earlier: Intent | None, waiting: timedelta | None, expiry: timedelta | None) -> list[Sentence]:
    """What to know before the button is pressed: an earlier capture that was refused, an approval as old as expired."""
    found = []
    if earlier is not None and earlier.state == IntentState.REFUSED:
        facts = {"name": earlier.requester.name, "moment": when(earlier.created), "outcome": outcome_title(earlier)}
        words = gettext("%(name)s tried on %(moment)s: %(outcome)s.", **facts)
        found.append(Sentence(words, intent_href(earlier), gettext("See what was tried")))
    if waiting is not None and expiry is not None and waiting >= expiry:
        words = gettext("The approval may have expired: one of %(age)s already had.", age=age(expiry))
        found.append(Sentence(words))
    return found
