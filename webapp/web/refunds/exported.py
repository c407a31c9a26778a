"""The list of the desk's refunds as an export sees it."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.core.accounts import Account
from webapp.lists.exports.list_state import Screen, Viewer, screen, words_of_chips
from webapp.lists.filters.refunds import RefundFilters

from .listing import chips


@screen("desk-refunds")
def exported(args: MultiDict[str, str], account: Account, at: datetime, viewer: Viewer) -> Screen:
    """What the list shows to the viewer."""
    filters = RefundFilters(args, account.zone, viewer.id, at.astimezone(account.zone).date())
    words = words_of_chips(chips(filters, ""), typed=[gettext("Order ID")])
    return Screen(None if filters.errors else filters.to_query(), tuple(filters.pairs()), words, dict(filters.errors))
