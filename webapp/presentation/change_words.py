"""What the provider changed after it was read, in words: what happened, what was told before and what is told now."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from webapp.models.ledger import ChangeKind, LedgerChange
from webapp.money import Money

from .formatting import money, time_html

_KINDS = {
    ChangeKind.MOVED: (lazy_gettext("Moved to another payout"), "wait", "refresh"),
    ChangeKind.CHANGED: (lazy_gettext("Its figures have changed"), "bad", "alert-circle"),
    ChangeKind.GONE: (lazy_gettext("No longer at Postpay"), "bad", "alert-triangle"),
}


def kind_words(one: LedgerChange) -> tuple[str, str, str]:
    """Word, tone and icon, as `badge` takes them."""
    if one.kind == ChangeKind.MOVED and one.paid_after is None:
        return gettext("No longer paid out"), "bad", "alert-triangle"
    words, tone, icon = _KINDS[ChangeKind(one.kind)]
    return str(words), tone, icon


def before_html(one: LedgerChange) -> Markup:
    """Net and payout moment, as they were told."""
    return _told(one.before, one.paid_before)


def after_html(one: LedgerChange) -> Markup:
    """The same as they are told now."""
    if one.after is not None:
        return _told(one.after, one.paid_after)
    return Markup("{}").format(gettext("nothing") if one.kind == ChangeKind.GONE else gettext("see the transaction"))


def _told(amount: Money, paid: datetime | None) -> Markup:
    return Markup("<span>{}, {}</span>").format(money(amount), time_html(paid) if paid else gettext("not paid out"))
