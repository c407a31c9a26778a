"""Refunds a part or all of a captured order: exactly once, or says honestly that it does not know yet.

Read again, write the intent, send once, classify, read back when in doubt, settle: each on disk before the next.
"""

from __future__ import annotations

import secrets

from webapp import audit
from webapp.access.form_tokens import SubmitToken
from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.models.intent import Intent, IntentKind
from webapp.money import Money
from webapp.operations.attempt import perform
from webapp.operations.write import order_version, write_intent
from webapp.providers.postpay.bodies import encode_refund
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.mover import PostpayMover

from .errors import AboveLimit, AboveRemaining, NotPossible, StaleForm
from .refund_limits import Requester, check_limits
from .snapshot import CAPTURED, OrderSnapshot, done_intents, read_order
from .start import record_stale, start

REFUND_PREFIX = "bo-"
"""Every refund of the desk starts so: a restored copy of the database can tell its orphans."""


def new_refund_id() -> str:
    """A number for a refund that nobody can guess or make twice."""
    return REFUND_PREFIX + secrets.token_hex(16)


def issue_refund(
    *,
    client: PostpayClient,
    account: Account,
    token: SubmitToken,
    requester: Requester,
    amount: Money,
    reason: str,
    note: str,
    description: str,
    deadline: float,
) -> Intent:
    """Refunds `amount` of the token's order and returns the intent in the state that is known now.

    The same form sent again returns what came of it. Raises NotMoved (its kinds) when nothing was started, and
    GatewayError when the order could not be read; in both cases nothing was sent.
    """
    found = start(
        IntentKind.REFUND,
        client=client,
        account=account,
        token=token,
        read=lambda: _fresh(client, account, token, amount),
        same={"amount_minor": amount.minor, "currency": amount.currency, "reason": reason, "note": note},
    )
    if isinstance(found, Intent):
        return found
    refund_id = new_refund_id()
    body = encode_refund(refund_id=refund_id, amount=amount, description=description).decode()
    fields = {"refund_id": refund_id, "reason": reason, "note": note, "body": body}
    intent, is_new = _write(account, token, requester, amount, found, deadline, fields)
    return perform(PostpayMover(client), intent, is_new=is_new, deadline=deadline)


def _write(
    account: Account,
    token: SubmitToken,
    requester: Requester,
    amount: Money,
    reading: OrderSnapshot,
    deadline: float,
    fields: dict[str, str],
) -> tuple[Intent, bool]:
    """Writes the refund down if it may still be, and what kept it from being so."""

    def still_right() -> None:
        if order_version(account, token.order_id) != token.order_version:
            raise StaleForm(reading)
        check_limits(account, requester, amount)

    try:
        return write_intent(
            IntentKind.REFUND,
            account=account,
            token=token,
            requested_by=requester.id,
            amount=amount,
            still_right=still_right,
            deadline=deadline,
            **fields,
        )
    except StaleForm:
        record_stale(account, token, IntentKind.REFUND)
        raise
    except AboveLimit as error:
        _record_limit(account, token, amount, error)
        raise


def _fresh(client: PostpayClient, account: Account, token: SubmitToken, amount: Money) -> OrderSnapshot:
    """The order as it is now; raises when it is not what the form showed, or the amount is not there."""
    reading = read_order(client, token.order_id).knowing(done_intents(account, token.order_id))
    if reading.refunds_error is not None:
        raise reading.refunds_error
    if reading.order.status != CAPTURED:
        raise NotPossible(reading)
    remaining = reading.remaining
    if remaining != Money(token.seen_remaining, token.currency):
        raise StaleForm(reading)
    if amount > remaining:
        raise AboveRemaining(remaining)
    return reading


def _record_limit(account: Account, token: SubmitToken, amount: Money, error: AboveLimit) -> None:
    with writing():
        audit.record(
            audit.Action.REFUND_LIMIT,
            outcome="denied",
            account=account.slug,
            object_type="order",
            object_id=token.order_id,
            after={
                "amount_minor": amount.minor,
                "currency": amount.currency,
                "limit_minor": error.limit.minor if error.limit else None,
            },
        )
