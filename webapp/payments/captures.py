"""Captures an approved order: the provider knows no number for it, so the order itself is the proof."""

from __future__ import annotations

from webapp.access.form_tokens import SubmitToken
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.models.intent import Intent, IntentKind
from webapp.operations.attempt import deliver
from webapp.operations.errors import NotMoved
from webapp.operations.finalize import settle
from webapp.operations.write import earlier_intent, is_still_leased, order_version, write_intent
from webapp.providers.http.errors import BreakerOpen
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.mover import PostpayMover

from .errors import NotPossible, StaleForm
from .refund_limits import Requester
from .refunds import record_stale
from .snapshot import OrderReading

APPROVED = "approved"


def capture_order(
    *, client: PostpayClient, account: Account, token: SubmitToken, requester: Requester, deadline: float
) -> Intent:
    """Captures the whole order of the token and returns the intent in the state that is known now.

    The same form sent again returns what came of it. Raises NotMoved (its kinds) when nothing was started, and
    GatewayError when the order could not be read; in both cases nothing was sent.
    """
    if earlier := earlier_intent(token, kind=IntentKind.CAPTURE):
        return earlier
    if client.breaker_open:
        raise BreakerOpen("capture_order", "POST", "not tried: the provider has not answered for a while")
    try:
        reading = _fresh(client, token)
    except NotMoved as error:
        if sent_meanwhile := earlier_intent(token, kind=IntentKind.CAPTURE):
            return sent_meanwhile
        if isinstance(error, StaleForm):
            record_stale(account, token, IntentKind.CAPTURE)
        raise

    def still_right() -> None:
        if order_version(account, token.order_id) != token.order_version:
            raise StaleForm(reading)

    try:
        intent, new = write_intent(
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
    if not new or not is_still_leased(intent, deadline):
        return intent
    release()
    return settle(intent, deliver(PostpayMover(client), intent, deadline=deadline))


def _fresh(client: PostpayClient, token: SubmitToken) -> OrderReading:
    """The order as it is now; raises when it cannot be captured or is not what the form showed."""
    release()
    order = client.get_order(order_id=token.order_id)
    reading = OrderReading.of_order(order)
    if order.status != APPROVED:
        raise NotPossible(reading)
    if (order.total.minor, order.currency) != (token.seen_remaining, token.currency):
        raise StaleForm(reading)
    return reading
