"""Sentences and figures that only the refund's pages need."""

from __future__ import annotations

from babel.numbers import get_currency_name
from flask_babel import get_locale, gettext
from num2words import num2words

from ...formatting import money
from ...money import Money, exponent
from ...order_reading import OrderReading
from ...services.errors import AboveLimit, AboveRemaining

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
    return gettext(
        "Your limit for a day is %(limit)s, and you have refunded %(spent)s today. Ask finance to do this one.",
        limit=money(error.limit),
        spent=money(error.spent or error.limit),
    )


def quick_amounts(reading: OrderReading) -> list[tuple[str, str]]:
    """Amounts that people often refund, as (text for the field, words on the button): each item, the shipping."""
    order, remaining = reading.order, reading.remaining
    offered = [(item.name or item.reference or "", item.unit_price * item.qty) for item in order.items]
    if order.shipping is not None and order.shipping.amount is not None:
        offered.append((gettext("Shipping"), order.shipping.amount))
    return [
        (Money(minor, order.currency).plain, f"{_short(name)} {money(Money(minor, order.currency))}")
        for name, minor in offered
        if remaining is not None and 0 < minor <= remaining.minor
    ][:MOST_QUICK]


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}…"
