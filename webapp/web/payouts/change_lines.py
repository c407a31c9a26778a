"""What the provider changed of a payout or a transaction after it was read, ready to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup

from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.lists.filters.controls import row_address
from webapp.models.ledger import LedgerChange
from webapp.models.user import User
from webapp.presentation.change_words import after_html, before_html, kind_words
from webapp.presentation.formatting import time_html


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
    words, tone, _ = kind_words(one)
    return ChangeLine(
        one.id,
        one.transaction_id,
        row_address(base, one.transaction_id),
        words,
        tone,
        before_html(one),
        after_html(one),
        time_html(one.found),
        _seen(one),
    )


def _seen(one: LedgerChange) -> str | None:
    if one.seen is None:
        return None
    person = db.session.get(User, one.seen_by) if one.seen_by else None
    return person.name if person else gettext("somebody who has left")
