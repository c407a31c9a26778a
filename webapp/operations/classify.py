"""What answers and readings prove: tables, and the one way to read them. Pure; tested row by row.

"Refused" is only ever said when it is proved that the provider did not do it and never will for this operation. A
later attempt proves less than the first: an earlier one may still be on its way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from webapp.models.operation import State
from webapp.providers.contract import Answer, Found, Proof
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


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What to write down, and the code that says why (shown in words by the pages)."""

    outcome: State
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What answers prove of a kind of operation.

    `first`: met by the only sending, these need no reading back; `always`: met by any. `absent_first` and `absent`:
    with a reading that does not find it, it is refused. `beaten`: an operation whose only sending met one of these,
    and which is found done all the same, was done by somebody else.
    """

    first: Mapping[Answer, Conclusion]
    always: Mapping[Answer, Conclusion] = field(default_factory=dict)
    absent_first: Collection[Answer] = ()
    absent: Collection[Answer] = ()
    beaten: Collection[Answer] = ()


NOT_ASKED = Found(Proof.NOT_ASKED)


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """What one look at the provider gave. `answer` is None where nothing was sent, only read."""

    verdict: Conclusion
    answer: Answer | None = None
    found: Found = NOT_ASKED
    error: GatewayError | None = None

    @property
    def retry_after(self) -> float:
        """Seconds that the provider asked us to stay away."""
        return getattr(self.error, "retry_after", None) or 0.0


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

TURNED_AWAY = (Answer.CONFLICT, Answer.LIMIT_EXCEEDED, Answer.INVALID_STATUS)
"""The provider's 409s: this sending did nothing, but an earlier one may be the reason for it."""
ALREADY_CAPTURED = "already_captured"
READINGS = {
    Proof.DONE: Conclusion(State.SUCCEEDED, "done"),
    Proof.ADOPTED: Conclusion(State.SUCCEEDED, "adopted"),
    Proof.OTHER: Conclusion(State.ATTENTION, "other_data"),
    Proof.NOT_OURS: Conclusion(State.REFUSED, ALREADY_CAPTURED),
    Proof.IMPOSSIBLE: Conclusion(State.REFUSED, "invalid_status"),
    Proof.GONE: Conclusion(State.REFUSED, "gone"),
    Proof.MISSING: Conclusion(State.UNKNOWN, "not_seen"),
    Proof.UNPROVED: Conclusion(State.UNKNOWN, "unproved"),
    Proof.SEVERAL: Conclusion(State.UNKNOWN, "several"),
    Proof.UNSENDABLE: Conclusion(State.UNKNOWN, "cannot_unseal"),
    Proof.FAILED: Conclusion(State.UNKNOWN, "no_answer"),
}
"""What a reading proves by itself."""
NOT_SEEN = (Proof.MISSING, Proof.UNPROVED)
"""After these it may be sent again."""
_ALWAYS = {
    Answer.DONE: Conclusion(State.SUCCEEDED, "done"),
    Answer.THROTTLED: Conclusion(State.UNKNOWN, Answer.THROTTLED),
    Answer.WITHHELD: Conclusion(State.CLOSED, "no_reason"),
}
_MISSES_BEFORE_REFUSED = 2
_MISSES_BEFORE_FINANCE = 3


def refused(*answers: Answer) -> dict[Answer, Conclusion]:
    """Rows for a table: the provider has done nothing."""
    return {answer: Conclusion(State.REFUSED, answer) for answer in answers}


def by_answer(table: Table, answer: Answer, *, first: bool) -> Conclusion | None:
    """What an answer proves by itself, or None where one reading may clear a doubt.

    `first`: it was the only time that this was ever sent.
    """
    alone = table.first.get(answer) if first else None
    return _ALWAYS.get(answer) or alone or table.always.get(answer)


def classify(table: Table, answer: Answer, proof: Proof, *, first: bool) -> Conclusion:
    """The verdict on what was sent and, where the answer left a doubt, read back."""
    if verdict := by_answer(table, answer, first=first):
        return verdict
    if first and answer in table.beaten and proof is Proof.DONE:
        return READINGS[Proof.NOT_OURS]
    reading = READINGS.get(proof)
    if reading and (reading.outcome is not State.UNKNOWN or proof is Proof.SEVERAL):
        return reading
    if proof is Proof.MISSING and (answer in table.absent or (first and answer in table.absent_first)):
        return Conclusion(State.REFUSED, answer)
    return Conclusion(State.UNKNOWN, answer)


def verdict_on_refusal(refusal: str, misses: int) -> Conclusion | None:
    """The verdict on what met a 409 (`refusal`) and was not seen by so many spaced looks; None while they are too few.

    "Refused" holds only if the provider's list does not have it either.
    """
    if refusal == Answer.CONFLICT:
        return Conclusion(State.ATTENTION, refusal) if misses >= _MISSES_BEFORE_FINANCE else None
    return Conclusion(State.REFUSED, refusal) if misses >= _MISSES_BEFORE_REFUSED else None


def read_result(found: Found) -> AttemptResult:
    """What a reading proves, when nothing was sent."""
    return AttemptResult(READINGS[found.proof], None, found)
