"""What the pages say of an intent: done, refused, or not known yet - never "failed" for what is not known."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, url_for
from flask_babel import gettext, lazy_gettext

from webapp.models.base import now
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.money import Money
from webapp.operations import standing as standings
from webapp.operations.classify import ALREADY_CAPTURED
from webapp.operations.standing import Standing
from webapp.payments.intents import CLOSE_AFTER, CLOSE_MISSES, may_close, may_send_again, sent_at
from webapp.payments.snapshot import OrderSnapshot

from .formatting import money, next_check_words, when, when_long
from .outcomes import row
from .outcomes.rows import INTERRUPTED, OTHER, Row, Who
from .refund_line_words import lines_words
from .refund_reasons import REASONS

_KINDS = {
    Standing.AWAITING_APPROVAL: "info",
    Standing.SUCCEEDED: "success",
    Standing.REFUSED: "danger",
    Standing.ATTENTION: "warning",
    Standing.CLOSED: "info",
}
_WHO = {
    Who.DESK: lazy_gettext("The desk, by itself"),
    Who.PERSON: lazy_gettext("You or a colleague"),
    Who.APPROVER: lazy_gettext("A second person of finance"),
    Who.FINANCE: lazy_gettext("Finance"),
    Who.ADMIN: lazy_gettext("An admin"),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something said of an order; `href` leads to what it is about."""

    text: str
    href: str | None = None
    link_words: str = ""


def outcome_row(intent: Intent) -> Row:
    """The row of the table of outcomes that speaks of the intent now."""
    standing = standings.standing(intent, now())
    return row(IntentKind(intent.kind), standing, _cause(intent, standing))


def _cause(intent: Intent, standing: Standing) -> str:
    """What made it stand so: the 409 that it met counts for more than what the last look said."""
    if standing is Standing.BEING_SENT:
        return OTHER
    if standing is Standing.COMPARED:
        return intent.refusal or OTHER
    return INTERRUPTED if intent.state == IntentState.PENDING else intent.outcome_code or OTHER


def outcome_kind(intent: Intent) -> str:
    """The colour of the notice."""
    if intent.state == IntentState.REFUSED and intent.outcome_code == ALREADY_CAPTURED:
        return "info"
    return _KINDS.get(standings.standing(intent, now()), "unknown")


def outcome_title(intent: Intent) -> str:
    """The outcome in one line."""
    return str(outcome_row(intent).title) % {"amount": money(intent.amount)}


def outcome_sentences(intent: Intent) -> list[str]:
    """What it means, who must act and how, and what to leave alone."""
    told = outcome_row(intent)
    left = Money(intent.seen_remaining - intent.amount_minor, intent.currency)
    values = {
        "amount": money(intent.amount),
        "left": money(left),
        "until": when_long(standings.resent_until(intent)),
    }
    sentences = [str(text) % values for text in (told.known, told.to_do, told.avoid) if text is not None]
    if intent.state == IntentState.REFUSED and intent.detail:
        sentences.append(gettext("Postpay's words: %(words)s", words=intent.detail))
    if intent.state == IntentState.UNKNOWN:
        sentences.append(next_check_words(intent.next_check))
    return sentences


def who_acts(intent: Intent) -> str | None:
    """Who must act next, in a word or two; None where nobody has to."""
    who = outcome_row(intent).who
    return str(_WHO[who]) if who in _WHO else None


def needs_finance(intent: Intent) -> bool:
    """Whether nobody but finance can bring it further."""
    return standings.needs_person(intent, now())


def close_wait(intent: Intent) -> str | None:
    """From when on finance may close it, and what must be seen first; None where it may be closed now, or never."""
    moment = now()
    if intent.state != IntentState.UNKNOWN or may_close(intent, moment):
        return None
    seen = {"misses": min(intent.misses, CLOSE_MISSES), "needed": CLOSE_MISSES}
    if moment - sent_at(intent) >= CLOSE_AFTER:
        return gettext(
            "It can be closed when %(needed)s spaced checks have not found it at Postpay (so far %(misses)s).", **seen
        )
    return gettext(
        "It can be closed from %(moment)s, when %(needed)s spaced checks have not found it at Postpay (so far "
        "%(misses)s).",
        moment=when(sent_at(intent) + CLOSE_AFTER),
        **seen,
    )


def not_listed_words(reading: OrderSnapshot) -> str | None:
    """What the desk knows to be refunded and the provider does not list yet; None where that is nothing."""
    if reading.not_listed.is_zero:
        return None
    return gettext("%(amount)s of what is refunded is not listed at Postpay yet", amount=money(reading.not_listed))


def captured_words(capture: Intent | None) -> Sentence:
    """Who captured a captured order: a colleague, by the desk's own capture, or somebody outside the desk."""
    if capture is None:
        return Sentence(gettext("It was captured outside the desk."))
    facts = {"name": capture.requester.name, "moment": when(capture.created)}
    words = gettext("%(name)s captured it on %(moment)s.", **facts)
    return Sentence(words, intent_href(capture), gettext("See the capture"))


def intent_words(intent: Intent) -> str:
    """What it is, in a sentence: "Refund of AED 120.50"."""
    if intent.kind == IntentKind.REFUND:
        return gettext("Refund of %(amount)s", amount=money(intent.amount))
    return gettext("Capture of %(amount)s", amount=money(intent.amount))


def intent_href(intent: Intent) -> str:
    """Where its outcome is shown."""
    if intent.kind == IntentKind.REFUND:
        return url_for("refunds.show_refund", account=intent.account, refund_id=intent.refund_id)
    return url_for("captures.show_capture", account=intent.account, intent_id=intent.id)


def reason_label(intent: Intent) -> str:
    """The reason in words."""
    return str(REASONS.get(intent.reason or "", intent.reason or ""))


def refunded_lines(intent: Intent) -> str:
    """The lines of the order that it gives back, by the shop's references; empty where it is only an amount."""
    return lines_words(intent.line_refunds)


def init_app(app: Flask) -> None:
    """Registers the filters."""
    filters = (
        outcome_kind, outcome_title, outcome_sentences, who_acts, needs_finance, may_send_again, intent_words,
        close_wait, intent_href, reason_label, refunded_lines, not_listed_words,
    )  # fmt: skip
    app.jinja_env.filters.update({function.__name__: function for function in filters})
