"""Refunds and captures at Postpay: sent once with an id of ours, and proved by reading back.

A refund carries our refund_id, so the refund itself is the proof. A capture has no id: the order's state is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from webapp.models.intent import Intent, IntentKind
from webapp.providers.contract import Answer, Found, Promise, Proof, Sent
from webapp.providers.http.errors import GatewayError, NotFound

from .client import PostpayClient

CLOCK_DOUBT = timedelta(seconds=2)
"""The Date header has whole seconds, and half a round trip is lost in measuring the skew by it."""


class PostpayMover:
    """Moves money for one merchant account. Keeps nothing: make one wherever it is needed."""

    promise = Promise.NAMED

    def __init__(self, client: PostpayClient) -> None:
        self._client = client

    @property
    def breaker_open(self) -> bool:
        """Whether calls are being stopped because Postpay has not been answering."""
        return self._client.breaker_open

    def send(self, intent: Intent, *, deadline: float) -> Sent:
        """Sends the intent's fixed bytes once. DONE only for an answer about the same refund or order."""
        if intent.kind == IntentKind.REFUND:
            body = (intent.body or "").encode()
            refund = self._client.create_refund(order_id=intent.order_id, body=body, deadline=deadline)
            same = refund.refund_id == intent.refund_id and refund.amount == intent.amount_minor
        else:
            order = self._client.capture_order(order_id=intent.order_id, deadline=deadline)
            same = order.order_id == intent.order_id and order.status == "captured"
        return Sent(Answer.DONE if same else Answer.UNREADABLE)

    def look(self, intent: Intent, *, deadline: float, in_lists: bool = False) -> Found:
        """Reads back whether it was done, or only whether the order's list of refunds has it: a capture is in none."""
        try:
            if intent.kind == IntentKind.REFUND:
                find = self._look_in_list if in_lists else self._look_for_refund
                return Found(find(intent, deadline))
            return Found(Proof.MISSING if in_lists else self._look_at_order(intent, deadline))
        except GatewayError:
            return Found(Proof.FAILED)

    def capture_proof(self, intent: Intent, changed: datetime | None) -> Proof:
        """Whether a captured order was captured by us.

        Not if our only sending was turned away, nor if it was captured, by Postpay's clock, before we first asked.
        """
        if intent.attempt == 1 and intent.refusal is not None:
            return Proof.NOT_OURS
        if intent.first_sent is None or changed is None:
            return Proof.DONE
        first_sent = intent.first_sent + (self._client.clock_skew or timedelta())
        return Proof.NOT_OURS if changed < first_sent - CLOCK_DOUBT else Proof.DONE

    def _look_for_refund(self, intent: Intent, deadline: float) -> Proof:
        refund_id = intent.refund_id or ""
        try:
            refund = self._client.get_refund(order_id=intent.order_id, refund_id=refund_id, deadline=deadline)
        except NotFound:
            return Proof.MISSING
        return Proof.DONE if refund.amount == intent.amount_minor else Proof.OTHER

    def _look_in_list(self, intent: Intent, deadline: float) -> Proof:
        refunds = self._client.list_all_refunds(order_id=intent.order_id, deadline=deadline)
        amounts = [refund.amount for refund in refunds if refund.refund_id == intent.refund_id]
        return (Proof.DONE if intent.amount_minor in amounts else Proof.OTHER) if amounts else Proof.MISSING

    def _look_at_order(self, intent: Intent, deadline: float) -> Proof:
        order = self._client.get_order(order_id=intent.order_id, deadline=deadline)
        if order.status == "captured":
            return self.capture_proof(intent, order.status_changed)
        if order.status == "approved":
            return Proof.MISSING
        return Proof.IMPOSSIBLE if order.status in ("pending", "denied") else Proof.FAILED
