"""Sentences and figures that only the refund's pages need."""

from __future__ import annotations

from babel.numbers import get_currency_name
from flask_babel import get_locale, gettext
from flask_login import current_user
from num2words import num2words

from webapp.access.permissions import Role
from webapp.models.intent import Intent
from webapp.money import Money, exponent, zero
from webapp.payments.errors import AboveLimit, AboveRemaining
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


def limit_words(error: AboveRemaining | AboveLimit) -> str:
    """Why an amount is more than may be refunded, naming the figure."""
    if isinstance(error, AboveRemaining):
        return gettext("Only %(remaining)s of this order can still be refunded.", remaining=money(error.remaining))
    if error.limit is None:
        return _and_then(gettext("Your role has no refund limit in this currency, so you cannot refund it."))
    if not error.day:
        return _and_then(gettext("Your limit for one refund is %(limit)s.", limit=money(error.limit)))
    spent = error.spent or error.limit
    words = gettext(
        "Your limit for a day is %(limit)s, and you have refunded %(spent)s today, so %(left)s is left.",
        limit=money(error.limit),
        spent=money(spent),
        left=money(max(error.limit - spent, zero(spent.currency))),
    )
    return _and_then(words)


def _and_then(words: str) -> str:
    """What to do about a limit: nobody is sent to themselves."""
    if current_user.role == Role.FINANCE:
        return gettext("%(problem)s Ask an admin to raise the limit.", problem=words)
    return gettext("%(problem)s Ask finance to do this one.", problem=words)


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


def whole_hint(remaining: Money, limits: tuple[Money, Money] | None, spent: Money | None) -> str | None:
    """That all that is left is above what the person may refund, and what happens then; told before they choose it."""
    if limits is None or spent is None:
        return None
    single, day = limits
    if remaining > single:
        words = gettext("This is above your limit of %(limit)s for one refund.", limit=money(single))
    elif spent + remaining > day:
        left = max(day - spent, zero(spent.currency))
        words = gettext("This is above the %(left)s that you can still refund today.", left=money(left))
    else:
        return None
    return _and_then(gettext("%(problem)s You can only continue with less.", problem=words))


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
