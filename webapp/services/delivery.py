"""Sends an intent once and, when the answer leaves a doubt, reads back once. Touches no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from ..gateways.errors import GatewayError, NotFound, ProviderFailed, Refused, Throttled
from ..gateways.postpay.client import PostpayClient
from ..models.intent import Intent, IntentKind
from .classify import (
    Answer,
    Proof,
    Verdict,
    answer_of,
    classify_capture,
    classify_refund,
    must_read_back,
    verdict_of_proof,
)

CLOCK_DOUBT = timedelta(seconds=2)
"""The Date header has whole seconds, and half a round trip is lost in measuring the skew by it."""

SHORTEST_READ = 1.0
"""What a reading back gets at least, seconds, even when sending used up the deadline."""

LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one look at the provider gave. `answer` is None where nothing was sent, only read."""

    verdict: Verdict
    answer: Answer | None
    proof: Proof
    error_class: str | None = None
    detail: str | None = None
    retry_after: float | None = None


def deliver(client: PostpayClient, intent: Intent, *, deadline: float) -> Delivery:
    """Sends the intent's fixed bytes once, within `deadline` seconds, and classifies what came back."""
    first = intent.attempt == 1
    started = monotonic()
    answer, error = _send(client, intent, deadline)
    proof = Proof.NOT_ASKED
    if must_read_back(answer, first=first):
        left = max(deadline - (monotonic() - started), SHORTEST_READ)
        proof = read_back(client, intent, deadline=left)
    classify = classify_refund if intent.kind == IntentKind.REFUND else classify_capture
    retry_after = error.retry_after if isinstance(error, Throttled | ProviderFailed) else None
    verdict = classify(answer, proof, first=first)
    name = type(error).__name__ if error else None
    return Delivery(verdict, answer, proof, error_class=name, detail=_detail(error), retry_after=retry_after)


def _detail(error: GatewayError | None) -> str | None:
    """What the provider itself said about a refusal, for the person who asked: its message and its fields."""
    if not isinstance(error, Refused):
        return None
    said = [error.message, *(f"{name}: {' '.join(texts)}" for name, texts in error.fields.items())]
    return " ".join(part for part in said if part)[:LONGEST_DETAIL] or None


def look(client: PostpayClient, intent: Intent, *, deadline: float) -> Delivery:
    """Only reads back."""
    proof = read_back(client, intent, deadline=deadline)
    return Delivery(verdict_of_proof(proof), None, proof)


def _send(client: PostpayClient, intent: Intent, deadline: float) -> tuple[Answer, GatewayError | None]:
    send = _send_refund if intent.kind == IntentKind.REFUND else _send_capture
    try:
        return send(client, intent, deadline), None
    except GatewayError as error:
        return answer_of(error), error


def _send_refund(client: PostpayClient, intent: Intent, deadline: float) -> Answer:
    refund = client.create_refund(order_id=intent.order_id, body=(intent.body or "").encode(), deadline=deadline)
    same = refund.refund_id == intent.refund_id and refund.amount == intent.amount_minor
    return Answer.DONE if same else Answer.UNREADABLE


def _send_capture(client: PostpayClient, intent: Intent, deadline: float) -> Answer:
    order = client.capture_order(order_id=intent.order_id, deadline=deadline)
    same = order.order_id == intent.order_id and order.status == "captured"
    return Answer.DONE if same else Answer.UNREADABLE


def read_back(client: PostpayClient, intent: Intent, *, deadline: float) -> Proof:
    """Asks the provider whether it was done."""
    read: Callable[[PostpayClient, Intent, float], Proof]
    read = _read_refund if intent.kind == IntentKind.REFUND else _read_capture
    try:
        return read(client, intent, deadline)
    except GatewayError:
        return Proof.FAILED


def _read_refund(client: PostpayClient, intent: Intent, deadline: float) -> Proof:
    try:
        refund = client.get_refund(order_id=intent.order_id, refund_id=intent.refund_id or "", deadline=deadline)
    except NotFound:
        return Proof.MISSING
    return Proof.DONE if refund.amount == intent.amount_minor else Proof.OTHER


def _read_capture(client: PostpayClient, intent: Intent, deadline: float) -> Proof:
    order = client.get_order(order_id=intent.order_id, deadline=deadline)
    if order.status == "captured":
        return capture_proof(client, intent, order.status_changed)
    if order.status == "approved":
        return Proof.MISSING
    return Proof.IMPOSSIBLE if order.status in ("pending", "denied") else Proof.FAILED


def capture_proof(client: PostpayClient, intent: Intent, changed: datetime | None) -> Proof:
    """Whether a captured order was captured by us: not if it was, by the provider's clock, before we first asked."""
    if intent.first_sent is None or changed is None:
        return Proof.DONE
    first_sent = intent.first_sent + (client.clock_skew or timedelta())
    return Proof.BEFORE if changed < first_sent - CLOCK_DOUBT else Proof.DONE
