"""Captures an approved order: the provider knows no number for it, so the order itself is the proof."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select

from webapp.access.form_tokens import SubmitToken
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.intent import BLOCKING_STATES, Intent, IntentKind, IntentState
from webapp.operations.engine import begin, perform
from webapp.providers.contract import Answer
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.mover import PostpayMover

from .awaiting_capture import learn_expiry
from .errors import NotPossible, StaleForm
from .intents import INTENTS, MADE_OTHERWISE, order_version, write_intent
from .refund_limits import Requester
from .snapshot import APPROVED, OrderSnapshot
from .stale_forms import recorded_when_stale


def capture_order(
    *, client: PostpayClient, account: Account, token: SubmitToken, requester: Requester, deadline: float
) -> Intent:
    """Captures the whole order of the token and returns the intent in the state that is known now.

    The same form sent again returns what came of it. Raises NotMoved (its kinds) when nothing was started, and
    GatewayError when the order could not be read; in both cases nothing was sent.
    """
    with recorded_when_stale(account, token, IntentKind.CAPTURE):
        found = begin(
            INTENTS,
            token.hash,
            client=client,
            is_same=lambda intent: intent.kind == IntentKind.CAPTURE,
            read=lambda: _fresh(client, account, token),
        )
        if isinstance(found, Intent):
            return found
        intent, is_new = _write(account, token, requester, found, deadline)
    intent = perform(INTENTS, PostpayMover(client), intent, is_new=is_new, deadline=deadline)
    if is_new and (intent.state, intent.outcome_code) == (IntentState.REFUSED, Answer.EXPIRED):
        learn_expiry(account, found.order)
    return intent


def _write(
    account: Account, token: SubmitToken, requester: Requester, reading: OrderSnapshot, deadline: float
) -> tuple[Intent, bool]:
    """Writes the capture down if it may still be."""

    def still_right() -> None:
        if order_version(account, token.order_id) != token.order_version:
            raise StaleForm(reading)

    return write_intent(
        IntentKind.CAPTURE,
        account=account,
        token=token,
        requested_by=requester.id,
        amount=reading.order.total,
        still_right=still_right,
        deadline=deadline,
    )


def captured_by(account: Account, order_id: str) -> Intent | None:
    """The desk's capture of a captured order, or None: then somebody captured it outside the desk."""
    return _capture_of(account, order_id, or_(_SUCCEEDED, _MADE_OTHERWISE))


def expired_capture(account: Account, order_id: str) -> Intent | None:
    """The capture that the provider refused because the approval had expired: it never comes back."""
    return _capture_of(account, order_id, _EXPIRED)


_SUCCEEDED = Intent.state == IntentState.SUCCEEDED
_MADE_OTHERWISE = and_(Intent.state == IntentState.CLOSED, Intent.outcome_code == MADE_OTHERWISE)
_EXPIRED = and_(Intent.state == IntentState.REFUSED, Intent.outcome_code == Answer.EXPIRED)


def _capture_of(account: Account, order_id: str, became: ColumnElement[bool]) -> Intent | None:
    """The first capture of an order of which something became."""
    statement = select(Intent).where(
        Intent.account == account.slug, Intent.order_id == order_id, Intent.kind == IntentKind.CAPTURE, became
    )
    found = db.session.scalar(statement.order_by(Intent.id).limit(1))
    release()
    return found


def can_be_tried(account: Account, order_id: str) -> bool:
    """Whether the desk knows nothing against capturing an approved order: nothing open, done, or refused for good."""
    is_over = and_(Intent.kind == IntentKind.CAPTURE, or_(_SUCCEEDED, _MADE_OTHERWISE, _EXPIRED))
    against = select(Intent.id).where(
        Intent.account == account.slug,
        Intent.order_id == order_id,
        or_(Intent.state.in_(BLOCKING_STATES), is_over),
    )
    found = db.session.scalar(against.limit(1))
    release()
    return found is None


def _fresh(client: PostpayClient, account: Account, token: SubmitToken) -> OrderSnapshot:
    """The order as it is now; raises when it cannot be captured or is not what the form showed."""
    order = client.get_order(order_id=token.order_id)
    reading = OrderSnapshot.of_order(order)
    is_over = captured_by(account, token.order_id) or expired_capture(account, token.order_id)
    if order.status != APPROVED or is_over:
        raise NotPossible(reading)
    if (order.total.minor, order.currency) != (token.seen_remaining, token.currency):
        raise StaleForm(reading)
    return reading
