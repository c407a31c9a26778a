"""What became of a refund, in a word or two: for lists of them."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext

from webapp.models.intent import Intent, IntentState
from webapp.payments.intents import MADE_OTHERWISE
from webapp.payments.refund_search import Outcome

from .intent_words import needs_finance

OUTCOME_WORDS = {
    Outcome.DONE: lazy_gettext("Refunded"),
    Outcome.OPEN: lazy_gettext("Not settled yet"),
    Outcome.NOT_DONE: lazy_gettext("Not refunded"),
    Outcome.OTHERWISE: lazy_gettext("Made with different data"),
}
_STATES = {
    IntentState.AWAITING_APPROVAL: (lazy_gettext("Awaiting approval"), "wait"),
    IntentState.PENDING: (lazy_gettext("Being sent"), "unknown"),
    IntentState.UNKNOWN: (lazy_gettext("Not known yet"), "unknown"),
    IntentState.SUCCEEDED: (lazy_gettext("Refunded"), "ok"),
    IntentState.REFUSED: (lazy_gettext("Not refunded"), "bad"),
    IntentState.CLOSED: (lazy_gettext("Closed: not refunded"), "idle"),
}


def refund_state(intent: Intent) -> tuple[str, str]:
    """Words and their tone."""
    if needs_finance(intent):
        return gettext("Needs finance"), "bad"
    if intent.state == IntentState.CLOSED and intent.outcome_code == MADE_OTHERWISE:
        return str(OUTCOME_WORDS[Outcome.OTHERWISE]), "wait"
    words, tone = _STATES[IntentState(intent.state)]
    return str(words), tone
