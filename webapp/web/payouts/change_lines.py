"""What the provider changed of a payout or a transaction after it was read, ready to show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.lists.filters.controls import row_address
from webapp.models.ledger import ChangeKind, LedgerChange
from webapp.models.user import User
from webapp.money import Money
from webapp.presentation.formatting import money, time_html

KINDS = {
    ChangeKind.MOVED: (lazy_gettext("Moved to another payout"), "wait"),
    ChangeKind.CHANGED: (lazy_gettext("Its figures have changed"), "bad"),
    ChangeKind.GONE: (lazy_gettext("Postpay has it no more"), "bad"),
}
"""Word and tone of each kind, as `badge` takes them."""


def kind_words(one: LedgerChange) -> tuple[str, str]:
    """Word and tone of a change."""
    words, tone = KINDS[ChangeKind(one.kind)]
    if one.kind == ChangeKind.MOVED and one.paid_after is None:
        return gettext("Not paid out any more"), "bad"
    return str(words), tone


class ChangeLine(NamedTuple):
    """One change. `before` and `after` hold net and payout moment; `seen` says who has looked at it, if anybody."""

    id: int
    transaction_id: str
    href: str
    kind: str
    tone: str
    before: Markup
    after: Markup
    found: Markup
    seen: str | None


def change_lines(account: Account, found: Sequence[LedgerChange]) -> list[ChangeLine]:
    base = url_for("settlements.list_transactions", account=account)
    return [_line(one, base) for one in found]


def _line(one: LedgerChange, base: str) -> ChangeLine:
    words, tone = kind_words(one)
    before = _told(one.before, one.paid_before)
    return ChangeLine(
        one.id,
        one.transaction_id,
        row_address(base, one.transaction_id),
        words,
        tone,
        before,
        _after(one),
        time_html(one.found),
        _seen(one),
    )


def _told(amount: Money, paid: datetime | None) -> Markup:
    return Markup("<span>{}, {}</span>").format(money(amount), time_html(paid) if paid else gettext("not paid out"))


def _after(one: LedgerChange) -> Markup:
    if one.after is not None:
        return _told(one.after, one.paid_after)
    return Markup("{}").format(gettext("nothing") if one.kind == ChangeKind.GONE else gettext("see the transaction"))


def _seen(one: LedgerChange) -> str | None:
    if one.seen is None:
        return None
    person = db.session.get(User, one.seen_by) if one.seen_by else None
    return person.name if person else gettext("somebody who has left")
