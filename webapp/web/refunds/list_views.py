"""The desk's own refunds across orders: today's, one's own, those that are not settled; and what became of one."""

from __future__ import annotations

from functools import partial

from flask import Response, abort, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.lists.filters.refunds import RefundFilters
from webapp.models.intent import Intent
from webapp.payments.refund_search import refunds_of_desk, sums
from webapp.web.filtered_list import FilteredList
from webapp.web.intent_page import intent_page
from webapp.web.live_pages import live_page

from . import blueprint, listing
from . import exported as _exported  # noqa: F401 - tells exports what the list shows


@blueprint.get("/<account:account>/refunds")
@requires(Permission.ORDER_READ)
@of("postpay")
def list_refunds(account: Account) -> AnyResponse:
    """The newest first, from the desk's own book: the provider is not asked, and knows no such list."""
    filters = RefundFilters(request.args, account.zone, current_user.id)
    page = _list(account, filters)
    if answer := page.unasked():
        return answer
    query = filters.to_query()
    found = sums(account, query)
    intents = refunds_of_desk(account, query, page=filters.page, size=filters.page_size)
    release()
    if not intents and found.count:
        return page.past_end()
    return page.rows(listing.listing(account, intents, found, filters, page.base))


def _list(account: Account, filters: RefundFilters) -> FilteredList:
    base = url_for(".list_refunds", account=account)
    values = {"active": listing.chips(filters, base), "live": live_page(account)}
    return FilteredList("refunds", filters, base, partial(_bar, filters, base), values)


def _bar(filters: RefundFilters, base: str) -> dict[str, object]:
    return {**listing.choices(filters), "views": listing.views(filters, base)}


@blueprint.get("/<account:account>/refunds/<provider_id:refund_id>")
@requires(Permission.ORDER_READ)
@of("postpay")
def show_refund(account: Account, refund_id: str) -> Response:
    """What became of a refund of the desk: done, refused, or not known yet."""
    statement = select(Intent).where(Intent.account == account.slug, Intent.refund_id == refund_id)
    intent = db.session.scalar(statement)
    release()
    if intent is None:
        abort(404)
    return intent_page(account, intent, "refunds/show.html")
