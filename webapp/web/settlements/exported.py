"""The list of transactions as an export sees it."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.core.accounts import Account
from webapp.core.provider_id import is_provider_id
from webapp.lists.exports.list_state import Screen, Viewer, screen, words_of_chips
from webapp.lists.filters.transactions import TransactionFilters
from webapp.settlement.ledger.payout_filter import OLDER, known_payout_field

from .listing import chips


@screen("transactions")
def exported(args: MultiDict[str, str], account: Account, at: datetime, _viewer: Viewer) -> Screen:
    """What the list shows; an ID that cannot be asked for matches nothing there, so there is nothing to export."""
    by_payout = known_payout_field(account) == OLDER
    filters = TransactionFilters(args, account.zone, at.astimezone(account.zone).date(), by_payout=by_payout)
    errors = dict(filters.errors)
    if filters.search and not is_provider_id(filters.search):
        errors["q"] = gettext("There is no transaction with exactly this ID in this account.")
    words = words_of_chips(chips(filters, ""), typed=[gettext("Transaction ID")])
    query = None if errors else filters.to_query()
    return Screen(query, tuple(filters.pairs()), words, errors)
