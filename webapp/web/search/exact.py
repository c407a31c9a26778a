"""A whole order ID opens the order at once: where the index does not know it, Postpay is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import current_app
from werkzeug.datastructures import MultiDict

from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.core.provider_id import is_provider_id, spellings, without_marks
from webapp.lists.filters.orders import OrderFilters
from webapp.payments.search_index import spelling, store
from webapp.payments.search_index.question import Expression
from webapp.providers.http.errors import NotFound, UnreadableAnswer
from webapp.providers.registry import postpay

_SIGN_OF_ID, _BLANK = re.compile(r"[-_#./:]"), re.compile(r"\s")


def known_order(account: Account, typed: str, ids: Sequence[int], question: Expression) -> str | None:
    """Of what was found, the one order whose ID was typed whole, in small letters or capital ones."""
    settings = current_app.extensions["settings"]
    if len(ids) > store.FEW:
        return None  # words that so many orders share are not looked through: Postpay knows an ID at once
    wanted = [each.casefold() for each in (*spellings(typed), without_marks(typed).lstrip("#"))]
    entries = store.open_rows(db.session, settings, account.slug, ids, question)
    same = [entry.order_id for entry in entries if entry.order_id.casefold() in wanted]
    exactly = [order_id for order_id in same if order_id in spellings(typed)]
    return (exactly or same)[0] if len(exactly or same) == 1 else None


def may_be_unknown(typed: str, *, has_hits: bool) -> bool:
    """Whether it may be the ID of an order that the index does not know: worth a call.

    The ID stands in that call's address, which a proxy may write down, so what looks like a person's is not asked for:
    an e-mail address, a phone number, words without a digit or a sign such as stand in IDs.
    """
    if not is_provider_id(typed):
        return False
    if spelling.email(typed) or spelling.LIKE_A_PHONE.fullmatch(spelling.plain_digits(typed.strip())):
        return False
    has_digit = any(map(str.isdigit, typed))
    return has_digit or (not has_hits and _SIGN_OF_ID.search(typed) is not None and not _BLANK.search(typed.strip()))


def order_at_provider(account: Account, typed: str) -> str | None:
    """The order with exactly this ID, in the likeliest spelling that Postpay has. Raises GatewayError."""
    filters = OrderFilters(MultiDict({"q": typed}), account.zone)
    client = postpay(account)
    page = client.list_orders(query=filters.to_query(), tolerant=True)
    ids = {*(order.order_id for order in page.results), *(row.id for row in page.bad)}
    for each in filters.asked_spellings:
        if each in ids:
            return each
    return next((each for each in filters.other_spellings if _is_there(account, each)), None)


def _is_there(account: Account, order_id: str) -> bool:
    try:
        postpay(account).get_order(order_id=order_id)
    except NotFound:
        return False
    except UnreadableAnswer:
        return True
    return True
