"""What the person at the form may refund: told before they choose, and for each amount that is above it."""

from __future__ import annotations

from typing import NamedTuple

from flask import current_app
from flask_babel import gettext
from flask_login import current_user

from webapp.access.permissions import Role
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.money import Money, zero
from webapp.payments.errors import AboveLimit, AboveRemaining
from webapp.payments.refund_limits import Requester, spent_today
from webapp.presentation.formatting import money


def requester(currency: str) -> Requester:
    """The person, with the limits of their role in this currency."""
    limits = current_app.extensions["settings"].limit(current_user.role, currency)
    return Requester(current_user.id, limits)


class Room(NamedTuple):
    """What the person may refund at once and in a day, and what they have refunded today; None without a limit."""

    limits: tuple[Money, Money] | None
    spent: Money

    @property
    def left(self) -> Money:
        """What is left today."""
        day = self.limits[1] if self.limits else self.spent
        return max(day - self.spent, zero(self.spent.currency))

    @property
    def hint(self) -> str:
        """The limits, told before anything is chosen."""
        if self.limits is None:
            return gettext("Your role has no refund limit in this currency, so you cannot refund this order.")
        single, day = self.limits
        return gettext(
            "Your limits: %(single)s for one refund, %(day)s a day (%(left)s left today).",
            single=money(single),
            day=money(day),
            left=money(self.left),
        )

    def problem(self, amount: Money) -> str | None:
        """That an amount is above a limit, and what then; the limits themselves stand beside it."""
        if self.limits is None:
            return None
        if amount > self.limits[0]:
            words = gettext("This is above your limit for one refund.")
        elif amount > self.left:
            words = gettext("This is above what you can still refund today.")
        else:
            return None
        if current_user.role == Role.FINANCE:
            return gettext("%(problem)s Refund less, or ask an admin to raise the limit.", problem=words)
        return gettext("%(problem)s Refund less, or ask finance to do it.", problem=words)


def room_of(account: Account, currency: str) -> Room:
    """That of the person of this request: one SELECT."""
    spent = spent_today(account, current_user.id, currency)
    release()
    return Room(requester(currency).limits, spent)


def limit_words(error: AboveRemaining | AboveLimit) -> str:
    """Why an amount is more than may be refunded, naming the figure."""
    if isinstance(error, AboveRemaining):
        return remaining_words(error.remaining)
    if error.limit is None:
        return _and_then(gettext("Your role has no refund limit in this currency, so you cannot refund this order."))
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


def remaining_words(remaining: Money) -> str:
    """That an amount is more than what is left of the order."""
    return gettext("Only %(remaining)s of this order can still be refunded.", remaining=money(remaining))


def _and_then(words: str) -> str:
    """What to do about a limit: nobody is sent to themselves."""
    if current_user.role == Role.FINANCE:
        return gettext("%(problem)s Ask an admin to raise the limit.", problem=words)
    return gettext("%(problem)s Ask finance to do this one.", problem=words)
