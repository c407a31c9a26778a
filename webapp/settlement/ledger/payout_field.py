"""By which name an account's provider filters the payout moment, found out once and remembered.

The newer document says `payment`, the older `paid`, and a name that is not known is ignored: then everything is shown.
So rows are checked, and before a name is relied on it has to find nothing for a question that has no answer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from sqlalchemy import select

from webapp.core.accounts import Account
from webapp.core.database import put, release, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.ledger import PayoutFilter
from webapp.providers.http.errors import UnreadableAnswer
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.filters import TransactionQuery
from webapp.providers.postpay.models import Page, Transaction
from webapp.providers.registry import postpay

PayoutField = Literal["payment", "paid"]

NEWER: PayoutField = "payment"
OLDER: PayoutField = "paid"

_NO_ANSWER = TransactionQuery(is_paid=False, paid_from=datetime(2000, 1, 1, tzinfo=UTC), page_size=1)
"""Not paid out, and paid out since 2000: whoever knows the name finds nothing."""


class TransactionsPage(NamedTuple):
    """A page of transactions. Unless it `is_trusted`, some filter was not understood and the count means nothing."""

    page: Page[Transaction]
    is_trusted: bool


def known_payout_field(account: Account) -> PayoutField | None:
    """The name that was found out, or None: one SELECT."""
    name = db.session.scalar(select(PayoutFilter.name).where(PayoutFilter.account == account.slug))
    release()
    return OLDER if name == OLDER else NEWER if name == NEWER else None


def payout_field(account: Account) -> PayoutField:
    """The name to ask by: the one that was found out, else the newer document's."""
    return known_payout_field(account) or NEWER


def read_transactions(account: Account, query: TransactionQuery, known: PayoutField | None) -> TransactionsPage:
    """A page of the list, rows that cannot be read among them: one call, but while the name is not known and the query
    is about payouts.

    `known` is the account's name as `known_payout_field` gave it. When rows do not fit, the other name is tried once.
    Raises GatewayError.
    """
    client = postpay(account)
    if not _is_about_payouts(query):
        page = client.list_transactions(query, tolerant=True)
        return TransactionsPage(page, not page.unexpected)
    first: Page[Transaction] | None = None
    for name in _names(known):
        page = client.list_transactions(replace(query, payout_field=name), tolerant=True)
        has_rows = bool(page.results or page.bad)
        if not page.unexpected and (name == known or not has_rows or _is_understood(client, name)):
            if name != known and (has_rows or first):
                _remember(account, name)
            return TransactionsPage(page, True)
        first = first or page
    assert first is not None  # noqa: S101 - there are two names
    return TransactionsPage(first, False)


def prove_payout_field(account: Account) -> PayoutField:
    """The name that the provider surely understands, for whoever is about to read many rows by it.

    No call where it is known; else it is asked for and remembered. Raises GatewayError; UnreadableAnswer when the
    provider understands neither.
    """
    if known := known_payout_field(account):
        return known
    client = postpay(account)
    for name in _names(None):
        if _is_understood(client, name):
            newest = client.list_transactions(TransactionQuery(page_size=1), tolerant=True)
            if newest.count:  # nothing is proved by an empty shop
                _remember(account, name)
            return name
    raise UnreadableAnswer("list_transactions", "GET", "payouts are filtered by neither name", status=200)


def _is_about_payouts(query: TransactionQuery) -> bool:
    return (query.is_paid, query.paid_from, query.paid_before) != (None, None, None)


def _names(known: PayoutField | None) -> tuple[PayoutField, PayoutField]:
    return (OLDER, NEWER) if known == OLDER else (NEWER, OLDER)


def _is_understood(client: PostpayClient, name: PayoutField) -> bool:
    return client.list_transactions(replace(_NO_ANSWER, payout_field=name), tolerant=True).count == 0


def _remember(account: Account, name: PayoutField) -> None:
    with writing() as session:
        put(session, PayoutFilter, account=account.slug, name=name, found=now())
