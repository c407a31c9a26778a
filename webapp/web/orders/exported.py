"""The list of orders as an export sees it."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.core.accounts import Account
from webapp.lists.exports.list_state import Screen, Viewer, screen, screen_of
from webapp.lists.filters.orders import OrderFilters

from .listing import chips


@screen("orders")
def exported(args: MultiDict[str, str], account: Account, at: datetime, _viewer: Viewer) -> Screen:
    """What the list shows."""
    filters = OrderFilters(args, account.zone, at.astimezone(account.zone).date())
    return screen_of(
        filters,
        chips(filters, ""),
        id_label=gettext("Order ID"),
        no_such_id=gettext("There is no order with exactly this ID in this account."),
    )
