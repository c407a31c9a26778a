"""What can be done with an order now, and in one sentence each why something cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import current_app, url_for
from flask_babel import gettext

from webapp.access.permissions import Permission
from webapp.core.accounts import Account
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.money import is_known_currency
from webapp.payments.snapshot import CAPTURED, OrderSnapshot
from webapp.presentation.formatting import when, when_long
from webapp.presentation.intent_words import Sentence, captured_words, intent_href, intent_words, needs_finance

from .figures import OrderFigures


@dataclass(slots=True)
class Offers:
    """Links to the pages that move money, where they would be of use, and the reasons where not."""

    capture_href: str | None = None
    refund_href: str | None = None
    reasons: list[Sentence] = field(default_factory=list)


def offers(
    account: Account,
    reading: OrderSnapshot,
    figures: OrderFigures,
    intents: Sequence[Intent],
    permissions: frozenset[Permission],
) -> Offers:
    """What the person may do now; for the rest one sentence why not. `intents`: all of the order, oldest first."""
    found = Offers()
    may_capture, may_refund = Permission.CAPTURE in permissions, Permission.REFUND_CREATE in permissions
    if general := _nothing_at_all(reading, intents):
        found.reasons.append(general)
        return found
    if not (may_capture or may_refund):
        words = gettext("Your role can only view orders; agents and finance capture and refund.")
        found.reasons.append(Sentence(words))
        return found
    if may_capture:
        _capture(found, account, reading, intents)
    if may_refund:
        _refund(found, account, reading, figures, intents)
    return found


def _nothing_at_all(reading: OrderSnapshot, intents: Sequence[Intent]) -> Sentence | None:
    """What stands in the way of everything."""
    order = reading.order
    blocking = [intent for intent in intents if intent.blocks]
    if blocking:
        return in_progress(blocking[-1])
    if order.known_status is None:
        return Sentence(
            gettext("The desk does not know the status “%(status)s”, so no action is offered.", status=order.status)
        )
    if order.status == "pending":
        return Sentence(gettext("The customer has not finished the checkout. Only an approved order can be captured."))
    if order.status == "denied":
        return Sentence(gettext("Postpay denied this order, so there is nothing to capture or to refund."))
    return None


def in_progress(intent: Intent) -> Sentence:
    """Whose refund or capture is not settled yet, since when, and where to look at it."""
    facts = {"what": intent_words(intent), "name": intent.requester.name, "time": when(intent.created)}
    if intent.state == IntentState.AWAITING_APPROVAL:
        text = gettext(
            "%(what)s by %(name)s, asked for %(time)s, awaits approval. Until then nothing else can start.", **facts
        )
        return Sentence(text, intent_href(intent), gettext("See how it stands"))
    text = (
        gettext("%(what)s by %(name)s, started %(time)s, needs finance. Until then nothing else can start.", **facts)
        if needs_finance(intent)
        else gettext("%(what)s by %(name)s, started %(time)s, is not settled yet.", **facts)
    )
    return Sentence(text, intent_href(intent), gettext("See how it stands"))


def _expired(intents: Sequence[Intent]) -> Intent | None:
    """The capture that Postpay refused because the approval had expired: it will not come back."""
    captures = (one for one in reversed(intents) if one.kind == IntentKind.CAPTURE)
    return next((one for one in captures if (one.state, one.outcome_code) == (IntentState.REFUSED, "expired")), None)


def _capture(found: Offers, account: Account, reading: OrderSnapshot, intents: Sequence[Intent]) -> None:
    order = reading.order
    if reading.is_behind:
        by_whom = captured_words(reading.capture)
        said = gettext("%(who)s Postpay does not show it yet; look again in a minute.", who=by_whom.text)
        found.reasons.append(Sentence(said, by_whom.href, by_whom.link_words))
        return
    if order.status == CAPTURED:
        since = order.status_changed
        words = (
            gettext("Captured in full on %(moment)s.", moment=when_long(since))
            if since
            else gettext("Captured in full.")
        )
        found.reasons.append(Sentence(words))
        return
    if expired := _expired(intents):
        said = gettext("Postpay said on %(moment)s that the approval has expired.", moment=when(expired.created))
        found.reasons.append(Sentence(said, intent_href(expired), gettext("See what was tried")))
        return
    found.capture_href = address("captures.confirm_capture", account=account, order_id=order.order_id)


def _refund(
    found: Offers, account: Account, reading: OrderSnapshot, figures: OrderFigures, intents: Sequence[Intent]
) -> None:
    if reason := _no_refund(reading, figures, intents):
        found.reasons.append(Sentence(reason))
        return
    order_id = reading.order.order_id
    found.refund_href = address("refunds.ask_refund", account=account, order_id=order_id)


def _no_refund(reading: OrderSnapshot, figures: OrderFigures, intents: Sequence[Intent]) -> str | None:
    """Why nothing can be refunded, or None."""
    order = reading.order
    if reading.is_behind:
        return gettext("A refund is possible once Postpay shows the order as captured.")
    if order.status != CAPTURED and _expired(intents):
        return gettext("Nothing was taken, so there is nothing to refund.")
    if order.status != CAPTURED:
        return gettext("A refund is possible once the order is captured.")
    if figures.remaining is None:
        return gettext("The refunds could not be read, so it is not known what could still be refunded.")
    if not is_known_currency(order.currency):
        return gettext("The desk does not know the currency %(code)s, so it cannot refund.", code=order.currency)
    if figures.remaining.minor < 0:
        return gettext("More was refunded than captured. Tell finance before anything else is done.")
    if figures.remaining.is_zero:
        return gettext("Everything has been refunded.")
    return None


def address(endpoint: str, **values: object) -> str | None:
    """The address of a page, where there is one."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None  # type: ignore[arg-type]
