"""What the person at the form may refund: told before they choose, and for each amount that is above it."""

from __future__ import annotations

from flask import current_app
from flask_babel import gettext, lazy_gettext
from flask_login import current_user

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.money import Money, zero
from webapp.payments.errors import AboveLimit, AboveRemaining, Which
from webapp.payments.refund_limits import Requester, Room, room_for
from webapp.payments.refunds import outside_refunds
from webapp.payments.snapshot import OrderSnapshot
from webapp.presentation.approval_words import need_words
from webapp.presentation.formatting import money

_OWN = {
    Which.SINGLE: lazy_gettext("This is above your limit for one refund."),
    Which.DAY: lazy_gettext("This is above what you can still refund today."),
}


def requester() -> Requester:
    """The person, and what the setting allows each role."""
    return Requester(current_user.id, current_app.extensions["settings"].refund_limits)


def room_of(account: Account, reading: OrderSnapshot) -> Room:
    """That of the person of this request, for the order that was read."""
    order = reading.order
    room = room_for(account, requester(), order.order_id, order.currency, outside=outside_refunds(account, reading))
    release()
    return room


def room_hint(room: Room) -> str:
    """The limits, told before anything is chosen."""
    if room.limits is None:
        return gettext("Your role has no refund limit in this currency, so you cannot refund this order.")
    currency = room.spent.currency
    left = max(Money(room.limits.day, currency) - room.spent, zero(currency))
    words = gettext(
        "Your limits: %(single)s for one refund, %(day)s a day (%(left)s left today).",
        single=money(Money(room.limits.single, currency)),
        day=money(Money(room.limits.day, currency)),
        left=money(left),
    )
    if room.on_order.is_zero:
        return words
    return gettext(
        "%(words)s Refunded from this order in the last 24 hours: %(taken)s.", words=words, taken=money(room.on_order)
    )


def room_problem(room: Room, amount: Money) -> str | None:
    """That an amount is above a limit, and what then; the limits themselves stand beside it."""
    if room.limits is None:
        return None
    if refusal := room.refusal(amount):
        return limit_words(refusal)
    if needs := room.needs(amount, ""):
        why = str(_OWN[needs[0]]) if needs[0] in _OWN else need_words(needs)[0]
        return gettext("%(why)s You can ask for approval.", why=why)
    return None


def limit_words(error: AboveRemaining | AboveLimit) -> str:
    """Why an amount cannot be refunded, naming the figure."""
    if isinstance(error, AboveRemaining):
        return remaining_words(error.remaining)
    if error.which is Which.PER_HOUR:
        words = gettext("You have started %(count)s refunds within an hour; more are not allowed.", count=error.count)
        return gettext("%(problem)s Go on in a while.", problem=words)
    if error.limit is None or error.spent is None:
        words = gettext("Your role has no refund limit in this currency, so you cannot refund this order.")
        return gettext("%(problem)s Ask an admin.", problem=words)
    words = gettext(
        "The whole shop can refund %(limit)s a day, and has refunded %(spent)s today, so %(left)s is left.",
        limit=money(error.limit),
        spent=money(error.spent),
        left=money(max(error.limit - error.spent, zero(error.limit.currency))),
    )
    return gettext("%(problem)s Refund less, or go on tomorrow.", problem=words)


def remaining_words(remaining: Money) -> str:
    """That an amount is more than what is left of the order."""
    return gettext("Only %(remaining)s of this order can still be refunded.", remaining=money(remaining))
