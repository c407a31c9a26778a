"""Sends an intent once and, when the answer leaves a doubt, reads back once. Touches the database only to settle it."""

from __future__ import annotations

from time import monotonic

from webapp.core.database import release
from webapp.models.intent import Intent, IntentKind
from webapp.operations.classify import answer_of
from webapp.providers.contract import Answer, Mover, Proof
from webapp.providers.http.errors import GatewayError, ProviderFailed, Refused, Throttled

from .classify import AttemptResult, classify_capture, classify_refund, must_read_back, read_result
from .finalize import settle
from .write import is_still_leased

SHORTEST_READ = 1.0
"""What a reading back gets at least, seconds, even when sending used up the deadline."""

LONGEST_DETAIL = 300


def perform(mover: Mover, intent: Intent, *, is_new: bool, deadline: float) -> Intent:
    """Sends once and returns the row as it is then; one that somebody else wrote, or may have taken up, is theirs."""
    if not is_new or not is_still_leased(intent, deadline):
        return intent
    release()
    return settle(intent, deliver(mover, intent, deadline=deadline))


def deliver(mover: Mover, intent: Intent, *, deadline: float) -> AttemptResult:
    """Sends the intent's fixed bytes once, within `deadline` seconds, and classifies what came back."""
    first = intent.attempt == 1
    started = monotonic()
    answer, error = _send(mover, intent, deadline)
    proof = Proof.NOT_ASKED
    if must_read_back(answer, first=first):
        left = max(deadline - (monotonic() - started), SHORTEST_READ)
        proof = mover.look(intent, deadline=left)
    classify = classify_refund if intent.kind == IntentKind.REFUND else classify_capture
    retry_after = error.retry_after if isinstance(error, Throttled | ProviderFailed) else None
    verdict = classify(answer, proof, first=first)
    name = type(error).__name__ if error else None
    return AttemptResult(verdict, answer, proof, error_class=name, detail=_detail(error), retry_after=retry_after)


def look(mover: Mover, intent: Intent, *, deadline: float) -> AttemptResult:
    """Only reads back."""
    return read_result(mover.look(intent, deadline=deadline))


def _send(mover: Mover, intent: Intent, deadline: float) -> tuple[Answer, GatewayError | None]:
    try:
        return mover.send(intent, deadline=deadline), None
    except GatewayError as error:
        return answer_of(error), error


def _detail(error: GatewayError | None) -> str | None:
    """What the provider itself said about a refusal, for the person who asked: its message and its fields."""
    if not isinstance(error, Refused):
        return None
    said = [error.message, *(f"{name}: {' '.join(texts)}" for name, texts in error.fields.items())]
    return " ".join(part for part in said if part)[:LONGEST_DETAIL] or None
