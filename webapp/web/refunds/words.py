"""Sentences and figures that only the refund's pages need."""

from __future__ import annotations

from babel.numbers import get_currency_name
from flask_babel import get_locale, gettext
from num2words import num2words

from webapp.models.intent import Intent
from webapp.money import Money, exponent, zero
from webapp.payments.errors import AboveLimit, AboveRemaining
from webapp.payments.snapshot import OrderSnapshot
from webapp.presentation.formatting import money, when
from webapp.presentation.intent_words import outcome_title
from webapp.providers.postpay.models import Refund

MOST_QUICK = 6
LONGEST_LABEL = 28


def amount_in_words(amount: Money) -> str:
    """ "one hundred and twenty UAE dirhams and 50/100": a slipped digit is easier to hear than to see."""
    digits = exponent(amount.currency)
    whole, rest = divmod(amount.minor, 10**digits)
    locale = get_locale()
    words = num2words(whole, lang=locale.language)
    name = get_currency_name(amount.currency, count=whole, locale=locale)
    if not rest:
        return f"{words} {name}"
    fraction = f"{rest:0{digits}d}/{10**digits}"
    return gettext("%(whole)s %(currency)s and %(fraction)s", whole=words, currency=name, fraction=fraction)


def limit_words(error: AboveRemaining | AboveLimit) -> str:
    """Why an amount is more than may be refunded, naming the figure."""
    if isinstance(error, AboveRemaining):
        return gettext("Only %(remaining)s of this order can still be refunded.", remaining=money(error.remaining))
    if error.limit is None:
        return gettext("Your role has no refund limit in this currency, so you cannot refund it. Ask finance.")
    if not error.day:
        return gettext("Your limit for one refund is %(limit)s. Ask finance to do this one.", limit=money(error.limit))
    spent = error.spent or error.limit
    return gettext(
        "Your limit for a day is %(limit)s, and you have refunded %(spent)s today, so %(left)s is left. Ask finance.",
        limit=money(error.limit),
        spent=money(spent),
        left=money(max(error.limit - spent, zero(spent.currency))),
    )


def limit_hint(limits: tuple[Money, Money] | None, spent: Money | None) -> str:
    """What the person may refund, told before they type."""
    if limits is None or spent is None:
        return gettext("Your role has no refund limit in this currency, so you cannot refund it.")
    single, day = limits
    return gettext(
        "You can refund up to %(single)s at once; %(left)s of your %(day)s is left today.",
        single=money(single),
        left=money(max(day - spent, zero(spent.currency))),
        day=money(day),
    )


def quick_amounts(reading: OrderSnapshot, limit: Money | None) -> list[tuple[str, str]]:
    """Amounts that people often refund, as (text for the field, words on the button): each item, the shipping."""
    order, remaining = reading.order, reading.remaining
    if remaining is None or limit is None:
        return []
    most = min(remaining, limit).minor
    sums = [(item.name or item.reference or "", item.sum(order.currency)) for item in order.items]
    offered = [(name, amount.minor) for name, amount in sums if amount is not None]
    if order.shipping is not None and order.shipping.amount is not None:
        offered.append((gettext("Shipping"), order.shipping.amount))
    return [
        (Money(minor, order.currency).plain, f"{_short(name)} {money(Money(minor, order.currency))}")
        for name, minor in offered
        if 0 < minor <= most
    ][:MOST_QUICK]


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}…"


def what_changed(reading: OrderSnapshot, latest: Intent | None) -> str | None:
    """What happened to the order since a form was opened, as far as it can be told; `latest` is its last intent."""
    newest = max(reading.refunds or (), key=lambda refund: refund.created, default=None)
    if newest is not None and (latest is None or _is_news_beside(newest, latest)):
        amount, moment = money(newest.money(reading.order.currency)), when(newest.created)
        return gettext("%(amount)s was refunded outside of the desk at %(moment)s.", amount=amount, moment=moment)
    if latest is None:
        return None
    return gettext(
        "%(name)s, %(moment)s: %(outcome)s.",
        name=latest.requester.name,
        moment=when(latest.created),
        outcome=outcome_title(latest),
    )


def _is_news_beside(refund: Refund, latest: Intent) -> bool:
    return refund.refund_id != latest.refund_id and refund.created > latest.created
