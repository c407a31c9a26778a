"""What an answer proves about a refund or a capture: a table, and nothing else. Pure; tested row by row.

"Refused" is only ever said when it is proved that the provider did not do it and never will for this id. A later
attempt proves less than the first: an earlier one may still be on its way.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from webapp.providers.contract import Answer, Proof
from webapp.providers.http.errors import (
    CaptureDeclined,
    CaptureExpired,
    Conflict,
    Forbidden,
    GatewayError,
    InvalidStatus,
    LimitExceeded,
    NotSent,
    Refused,
    Throttled,
    Unauthorized,
    UnreadableAnswer,
)


class Outcome(Enum):
    """What to write down."""

    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class Conclusion:
    """An outcome and the code that says why (shown in words by the pages)."""

    outcome: Outcome
    code: str


def answer_of(error: GatewayError) -> Answer:
    """The kind of a failed sending. Whatever is not known to be harmless is LOST."""
    for kind, answer in _ANSWERS:
        if isinstance(error, kind):
            return answer
    if isinstance(error, Refused) and error.status in _FINAL_STATUSES:
        return Answer.REFUSED
    return Answer.LOST


_FINAL_STATUSES = {400, 402, 403, 404, 405, 406, 410, 415, 422}


_ANSWERS: tuple[tuple[type[GatewayError], Answer], ...] = (
    (NotSent, Answer.NOT_SENT),
    (UnreadableAnswer, Answer.UNREADABLE),
    (Conflict, Answer.CONFLICT),
    (LimitExceeded, Answer.LIMIT_EXCEEDED),
    (InvalidStatus, Answer.INVALID_STATUS),
    (CaptureDeclined, Answer.DECLINED),
    (CaptureExpired, Answer.EXPIRED),
    (Unauthorized, Answer.UNAUTHORIZED),
    (Forbidden, Answer.FORBIDDEN),
    (Throttled, Answer.THROTTLED),
)

PROVED_BY_FIRST_ANSWER = {
    Answer.NOT_SENT,
    Answer.REFUSED,
    Answer.UNAUTHORIZED,
    Answer.FORBIDDEN,
    Answer.DECLINED,
    Answer.EXPIRED,
}
"""Met by the very first sending, these need no reading back: the provider has done nothing."""

_NEVER_READ_BACK = {Answer.DONE, Answer.THROTTLED}
_READ_BACK_SETTLES = {
    Proof.DONE: Outcome.SUCCEEDED,
    Proof.OTHER: Outcome.ATTENTION,
    Proof.NOT_OURS: Outcome.REFUSED,
    Proof.IMPOSSIBLE: Outcome.REFUSED,
}
ALREADY_CAPTURED = "already_captured"
_CODES = {Proof.OTHER: "other_data", Proof.NOT_OURS: ALREADY_CAPTURED, Proof.IMPOSSIBLE: "invalid_status"}

TURNED_AWAY = (Answer.CONFLICT, Answer.LIMIT_EXCEEDED, Answer.INVALID_STATUS)
"""The provider's 409s: this sending did nothing, but an earlier one may be the reason for it."""

_MISSES_BEFORE_REFUSED = 2
_MISSES_BEFORE_FINANCE = 3


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """What one look at the provider gave. `answer` is None where nothing was sent, only read."""

    verdict: Conclusion
    answer: Answer | None
    proof: Proof
    error_class: str | None = None
    detail: str | None = None
    retry_after: float | None = None


def must_read_back(answer: Answer, *, first: bool) -> bool:
    """Whether an answer leaves a doubt that one reading may clear."""
    if answer in _NEVER_READ_BACK:
        return False
    return not (first and answer in PROVED_BY_FIRST_ANSWER)


def classify_refund(answer: Answer, proof: Proof, *, first: bool) -> Conclusion:
    """The verdict on a refund. `first`: it was the only time these bytes were ever sent."""
    refused = first and answer in (Answer.LIMIT_EXCEEDED, Answer.INVALID_STATUS)
    return _classify(answer, proof, first=first, refused_if_missing=refused)


def classify_capture(answer: Answer, proof: Proof, *, first: bool) -> Conclusion:
    """The verdict on a capture. Reading back means reading the order; MISSING means it is still only approved.

    An order that turned our only sending away and is captured was captured by somebody else.
    """
    if first and answer in TURNED_AWAY and proof is Proof.DONE:
        return verdict_of_proof(Proof.NOT_OURS)
    refused = answer in (Answer.DECLINED, Answer.EXPIRED)
    return _classify(answer, proof, first=first, refused_if_missing=refused)


def _classify(answer: Answer, proof: Proof, *, first: bool, refused_if_missing: bool) -> Conclusion:
    if answer is Answer.DONE:
        return Conclusion(Outcome.SUCCEEDED, "done")
    if first and answer in PROVED_BY_FIRST_ANSWER:
        return Conclusion(Outcome.REFUSED, answer.value)
    if proof in _READ_BACK_SETTLES:
        return verdict_of_proof(proof)
    if proof is Proof.MISSING and refused_if_missing:
        return Conclusion(Outcome.REFUSED, answer.value)
    return Conclusion(Outcome.UNKNOWN, answer.value)


def verdict_of_proof(proof: Proof) -> Conclusion:
    """The verdict when nothing was sent and only read."""
    if proof in _READ_BACK_SETTLES:
        return Conclusion(_READ_BACK_SETTLES[proof], _CODES.get(proof, "done"))
    return Conclusion(Outcome.UNKNOWN, "not_seen" if proof is Proof.MISSING else "no_answer")


def verdict_on_refusal(refusal: str, misses: int) -> Conclusion | None:
    """The verdict on what met a 409 (`refusal`) and was not seen by so many spaced looks; None while they are too few.

    "Refused" holds only if the provider's list does not have it either.
    """
    if refusal == Answer.CONFLICT:
        return Conclusion(Outcome.ATTENTION, "conflict") if misses >= _MISSES_BEFORE_FINANCE else None
    return Conclusion(Outcome.REFUSED, refusal) if misses >= _MISSES_BEFORE_REFUSED else None


def read_result(proof: Proof) -> AttemptResult:
    """What a reading proves by itself."""
    return AttemptResult(verdict_of_proof(proof), None, proof)
