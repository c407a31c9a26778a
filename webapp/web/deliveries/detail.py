"""One delivery in words, row by row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from flask_babel import gettext
from markupsafe import Markup

from webapp.core.provider_id import visible
from webapp.models.delivery import Delivery, DeliveryOutcome, ForwardAttempt, ForwardState
from webapp.presentation.delivery_words import (
    FORWARD_STATES,
    OUTCOMES,
    VERDICTS,
    age_words,
    event_words,
    outcome_words,
    size_words,
)
from webapp.presentation.formatting import time_html, when_long
from webapp.webhooks.address import Problem

Facts = list[tuple[str, Any]]


class ForwardLine(NamedTuple):
    """A try to tell it on, ready for its cells."""

    at: Markup
    answer: str
    tone: str
    ms: str


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


def shop_facts(delivery: Delivery) -> Facts:
    if not delivery.forward_state:
        return []
    label, tone = FORWARD_STATES[delivery.forward_state]
    waiting = delivery.forward_state == ForwardState.WAITING
    return [
        (gettext("State"), badge(str(label), tone)),
        (gettext("Next try"), time_html(delivery.forward_next) if waiting else None),
        (gettext("Tried until"), time_html(delivery.forward_until) if waiting else None),
    ]


def attempts(rows: Iterable[ForwardAttempt]) -> list[ForwardLine]:
    return [
        ForwardLine(
            time_html(row.at), _answer(row), "ok" if row.code and 200 <= row.code < 300 else "bad", f"{row.ms:,} ms"
        )
        for row in rows
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


def _answer(row: ForwardAttempt) -> str:
    """The shop's status, or why there was none."""
    if row.code is not None:
        return gettext("The shop answered %(code)s", code=row.code)
    reasons = {
        Problem.LEADS_INSIDE.value: gettext("The name leads to an address that is not public"),
        Problem.OWN.value: gettext("This is the desk's own address, so nothing was sent"),
        Problem.NOT_FOUND.value: gettext("There is no such name"),
        "ConnectionRefusedError": gettext("The shop refused the connection"),
        "TimeoutError": gettext("The shop did not answer in time"),
        "SSLCertVerificationError": gettext("The shop's certificate is not valid"),
        "cannot_unseal": gettext("The desk cannot read its own secret for the shop"),
    }
    return reasons.get(row.error or "", gettext("No answer (%(error)s)", error=row.error or "?"))
