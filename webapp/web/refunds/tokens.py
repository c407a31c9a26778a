"""The token of a refund's form: what it has shown, and whether that still holds."""

from __future__ import annotations

from flask_login import current_user

from webapp.access.form_tokens import SubmitToken, new_token, read_token
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.models.intent import IntentKind
from webapp.money import Money
from webapp.payments.intents import order_version
from webapp.payments.snapshot import OrderSnapshot


def token_for(account: Account, reading: OrderSnapshot) -> str:
    """The token of a form about to be shown."""
    if reading.remaining is None:
        raise TypeError("the refunds were not read")
    return new_token(
        IntentKind.REFUND,
        user_id=current_user.id,
        account=account.slug,
        order_id=reading.order.order_id,
        order_version=_version(account, reading.order.order_id),
        seen_remaining=reading.remaining.minor,
        currency=reading.order.currency,
    )


def token_of(account: Account, order_id: str, text: str, *, at_any_age: bool = False) -> SubmitToken:
    """The token of a form that came back. `at_any_age`: only to ask what came of it. Raises BadToken."""
    return read_token(
        text,
        kind=IntentKind.REFUND,
        user_id=current_user.id,
        account=account.slug,
        order_id=order_id,
        at_any_age=at_any_age,
    )


def is_as_seen(token: SubmitToken, account: Account, reading: OrderSnapshot) -> bool:
    """Whether the order is as the form has shown it."""
    if reading.remaining != Money(token.seen_remaining, token.currency):
        return False
    return _version(account, token.order_id) == token.order_version


def _version(account: Account, order_id: str) -> int:
    version = order_version(account, order_id)
    release()
    return version
