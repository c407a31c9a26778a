"""Captures an approved order: the provider knows no number for it, so the order itself is the proof."""

from __future__ import annotations

from webapp.access.form_tokens import SubmitToken
from webapp.core.accounts import Account
from webapp.models.intent import Intent, IntentKind
from webapp.operations.attempt import perform
from webapp.operations.write import order_version, write_intent
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.mover import PostpayMover

from .errors import NotPossible, StaleForm
from .refund_limits import Requester
from .snapshot import OrderSnapshot
from .start import record_stale, start

APPROVED = "approved"


def capture_order(
    *, client: PostpayClient, account: Account, token: SubmitToken, requester: Requester, deadline: float
) -> Intent:
    """Captures the whole order of the token and returns the intent in the state that is known now.

    The same form sent again returns what came of it. Raises NotMoved (its kinds) when nothing was started, and
    GatewayError when the order could not be read; in both cases nothing was sent.
    """
    found = start(
        IntentKind.CAPTURE,
        client=client,
        account=account,
        token=token,
        read=lambda: _fresh(client, token),
        same={"kind": IntentKind.CAPTURE},
    )
    if isinstance(found, Intent):
        return found
    reading = found

    def still_right() -> None:
        if order_version(account, token.order_id) != token.order_version:
            raise StaleForm(reading)

    try:
        intent, is_new = write_intent(
            IntentKind.CAPTURE,
            account=account,
            token=token,
            requested_by=requester.id,
            amount=reading.order.total,
            still_right=still_right,
            deadline=deadline,
        )
    except StaleForm:
        record_stale(account, token, IntentKind.CAPTURE)
        raise
    return perform(PostpayMover(client), intent, is_new=is_new, deadline=deadline)


def _fresh(client: PostpayClient, token: SubmitToken) -> OrderSnapshot:
    """The order as it is now; raises when it cannot be captured or is not what the form showed."""
    order = client.get_order(order_id=token.order_id)
    reading = OrderSnapshot.of_order(order)
    if order.status != APPROVED:
        raise NotPossible(reading)
    if (order.total.minor, order.currency) != (token.seen_remaining, token.currency):
        raise StaleForm(reading)
    return reading
