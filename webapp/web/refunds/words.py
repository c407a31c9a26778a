"""Sentences and figures that only the refund's pages need."""

from __future__ import annotations

from babel.numbers import get_currency_name
from flask_babel import get_locale, gettext
from num2words import num2words

from webapp.models.intent import Intent
from webapp.money import Money, exponent
from webapp.payments.snapshot import OrderSnapshot
from webapp.presentation.formatting import money, when
from webapp.presentation.intent_words import outcome_title
from webapp.providers.postpay.models import Refund


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


def what_changed(reading: OrderSnapshot, latest: Intent | None) -> str | None:
    """What happened to the order since a form was opened, as far as it can be told; `latest` is its last intent."""
    newest = max(reading.refunds or (), key=lambda refund: refund.created, default=None)
    if newest is not None and (latest is None or _is_news_beside(newest, latest)):
        amount, moment = money(newest.money(reading.order.currency)), when(newest.created)
        return gettext("%(amount)s was refunded outside the desk on %(moment)s.", amount=amount, moment=moment)
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
