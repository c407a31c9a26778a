"""One delivery in words, row by row."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from markupsafe import Markup

from webapp.core.provider_id import visible
from webapp.models.delivery import Delivery, DeliveryOutcome
from webapp.presentation.delivery_words import (
    OUTCOMES,
    VERDICTS,
    age_words,
    event_words,
    outcome_words,
    size_words,
)
from webapp.presentation.formatting import time_html, when_long

Facts = list[tuple[str, Any]]


def facts(delivery: Delivery, href: str | None) -> Facts:
    repeats = None
    if delivery.repeats and delivery.last_repeat:
        last = when_long(delivery.last_repeat)
        repeats = gettext("%(count)s more times, last %(moment)s", count=f"{delivery.repeats:,}", moment=last)
    return [
        (gettext("Received"), when_long(delivery.received)),
        (gettext("Signature"), badge(str(VERDICTS[delivery.verdict][0]), VERDICTS[delivery.verdict][1])),
        (gettext("Signed"), when_long(delivery.signed_at) if delivery.signed_at else None),
        (gettext("On its way for"), age_words(delivery.age)),
        (gettext("Sent from"), delivery.sender),
        (gettext("Size"), size_words(delivery.size)),
        (gettext("Tells of"), event_words(delivery.event) if delivery.is_genuine else None),
        (gettext("About"), _object(delivery, href)),
        (gettext("Came again"), repeats),
    ]


def outcome_facts(delivery: Delivery) -> Facts:
    """What became of reading the object again."""
    waiting = delivery.outcome == DeliveryOutcome.WAITING
    return [
        (gettext("Outcome"), badge(outcome_words(delivery), OUTCOMES[delivery.outcome][1])),
        (gettext("Read"), when_long(delivery.settled) if delivery.settled and delivery.tries else None),
        (gettext("Tries"), str(delivery.tries) if delivery.tries > 1 or (waiting and delivery.tries) else None),
        (gettext("Next try"), time_html(delivery.next_try) if waiting and delivery.tries else None),
    ]


def badge(words: str, tone: str) -> Markup:
    return Markup('<span class="st st-{}">{}</span>').format(tone, words)


def _object(delivery: Delivery, href: str | None) -> Markup | None:
    if not delivery.object_id:
        return None
    name = Markup('<bdi class="mono">{}</bdi>').format(visible(delivery.object_id))
    linked = Markup('<a href="{}">{}</a>').format(href, name) if href else name
    if delivery.order_id and delivery.order_id != delivery.object_id:
        of_order = gettext("of order")
        linked += Markup(' {} <bdi class="mono">{}</bdi>').format(of_order, visible(delivery.order_id))
    return linked
