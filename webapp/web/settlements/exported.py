"""The list of transactions as an export sees it."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.core.accounts import Account
from webapp.lists.exports.list_state import Screen, Viewer, screen, screen_of
from webapp.lists.filters.transactions import TransactionFilters
from webapp.settlement.ledger.payout_field import OLDER, known_payout_field

from .listing import chips


@screen("transactions")
def exported(args: MultiDict[str, str], account: Account, at: datetime, _viewer: Viewer) -> Screen:
    """What the list shows."""
    by_payout = known_payout_field(account) == OLDER
    filters = TransactionFilters(args, account.zone, at.astimezone(account.zone).date(), by_payout=by_payout)
    return screen_of(
        filters,
        chips(filters, ""),
        id_label=gettext("Transaction ID"),
        no_such_id=gettext("There is no transaction with exactly this ID in this account."),
    )
