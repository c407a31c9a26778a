"""The table of outcomes, row by row: what each answer proves, on the first sending and on a later one."""

from __future__ import annotations

from itertools import product

import pytest

from webapp.models.intent import IntentKind
from webapp.models.operation import State
from webapp.operations.classify import READINGS, Table, answer_of, by_answer, classify
from webapp.payments.intents import ANSWERS
from webapp.providers.contract import Answer, Proof
from webapp.providers.http import errors

SUCCEEDED, REFUSED, UNKNOWN, ATTENTION = State.SUCCEEDED, State.REFUSED, State.UNKNOWN, State.ATTENTION
REFUND, CAPTURE = ANSWERS[IntentKind.REFUND], ANSWERS[IntentKind.CAPTURE]
READ = (Proof.DONE, Proof.OTHER, Proof.MISSING, Proof.FAILED)

REFUND_ROWS = {
    # answer: (first without reading or None, then first and later by what the read-back found)
    Answer.UNREADABLE: ((SUCCEEDED, ATTENTION, UNKNOWN, UNKNOWN), (SUCCEEDED, ATTENTION, UNKNOWN, UNKNOWN)),
    Answer.CONFLICT: ((SUCCEEDED, ATTENTION, UNKNOWN, UNKNOWN), (SUCCEEDED, ATTENTION, UNKNOWN, UNKNOWN)),
    Answer.LIMIT_EXCEEDED: ((SUCCEEDED, ATTENTION, REFUSED, UNKNOWN), (SUCCEEDED, ATTENTION, UNKNOWN, UNKNOWN)),
    Answer.INVALID_STATUS: ((SUCCEEDED, ATTENTION, REFUSED, UNKNOWN), (SUCCEEDED, ATTENTION, UNKNOWN, UNKNOWN)),
    Answer.LOST: ((SUCCEEDED, ATTENTION, UNKNOWN, UNKNOWN), (SUCCEEDED, ATTENTION, UNKNOWN, UNKNOWN)),
}


@pytest.mark.parametrize("answer", REFUND_ROWS)
def test_a_doubtful_refund_is_decided_by_reading_back(answer: Answer) -> None:
    first, later = REFUND_ROWS[answer]
    assert by_answer(REFUND, answer, first=True) is None
    assert tuple(classify(REFUND, answer, proof, first=True).outcome for proof in READ) == first
    assert tuple(classify(REFUND, answer, proof, first=False).outcome for proof in READ) == later


@pytest.mark.parametrize("answer", [Answer.NOT_SENT, Answer.REFUSED, Answer.UNAUTHORIZED, Answer.FORBIDDEN])
def test_a_first_plain_refusal_is_final_and_a_later_one_proves_nothing(answer: Answer) -> None:
    assert by_answer(REFUND, answer, first=True) is not None
    assert classify(REFUND, answer, Proof.NOT_ASKED, first=True).outcome is REFUSED
    assert by_answer(REFUND, answer, first=False) is None
    found = tuple(classify(REFUND, answer, proof, first=False).outcome for proof in READ)
    assert found == (SUCCEEDED, ATTENTION, UNKNOWN, UNKNOWN)


@pytest.mark.parametrize("first", [True, False])
def test_being_told_to_wait_is_not_a_refusal(first: bool) -> None:
    assert by_answer(REFUND, Answer.THROTTLED, first=first) is not None
    assert classify(REFUND, Answer.THROTTLED, Proof.NOT_ASKED, first=first).outcome is UNKNOWN
    assert classify(CAPTURE, Answer.THROTTLED, Proof.NOT_ASKED, first=first).outcome is UNKNOWN


@pytest.mark.parametrize("table", [REFUND, CAPTURE])
@pytest.mark.parametrize("first", [True, False])
def test_a_right_answer_is_success(table: Table, first: bool) -> None:
    assert classify(table, Answer.DONE, Proof.NOT_ASKED, first=first).outcome is SUCCEEDED


@pytest.mark.parametrize(("answer", "code"), [(Answer.DECLINED, "declined"), (Answer.EXPIRED, "expired")])
def test_a_declined_or_expired_capture_is_refused_after_a_reading_if_it_was_sent_before(
    answer: Answer, code: str
) -> None:
    assert classify(CAPTURE, answer, Proof.NOT_ASKED, first=True).outcome is REFUSED
    assert by_answer(REFUND, answer, first=False) is None
    verdict = classify(CAPTURE, answer, Proof.MISSING, first=False)
    assert (verdict.outcome, verdict.code) == (REFUSED, code)
    assert classify(CAPTURE, answer, Proof.DONE, first=False).outcome is SUCCEEDED
    assert classify(CAPTURE, answer, Proof.FAILED, first=False).outcome is UNKNOWN


def test_a_capture_in_the_wrong_state_is_decided_by_the_order() -> None:
    by_proof = {
        proof: classify(CAPTURE, Answer.INVALID_STATUS, proof, first=True)
        for proof in (Proof.DONE, Proof.NOT_OURS, Proof.IMPOSSIBLE, Proof.MISSING, Proof.FAILED)
    }
    assert [verdict.outcome for verdict in by_proof.values()] == [REFUSED, REFUSED, REFUSED, UNKNOWN, UNKNOWN]
    assert by_proof[Proof.DONE].code == "already_captured", "what turned our only sending away, somebody else has done"
    assert by_proof[Proof.NOT_OURS].code == "already_captured"
    assert classify(CAPTURE, Answer.INVALID_STATUS, Proof.DONE, first=False).outcome is SUCCEEDED


def test_one_missing_read_back_never_refuses_a_refund_that_may_have_been_sent() -> None:
    for answer, first in product(Answer, (True, False)):
        if answer in (Answer.DONE, Answer.LIMIT_EXCEEDED, Answer.INVALID_STATUS) and first:
            continue
        if first and by_answer(REFUND, answer, first=True):
            continue
        if answer is Answer.DONE:
            continue
        assert classify(REFUND, answer, Proof.MISSING, first=first).outcome is not REFUSED, answer


def test_reading_alone_proves_presence_but_never_absence() -> None:
    assert READINGS[Proof.DONE].outcome is SUCCEEDED
    assert READINGS[Proof.OTHER].outcome is ATTENTION
    assert READINGS[Proof.MISSING].outcome is UNKNOWN
    assert READINGS[Proof.FAILED].outcome is UNKNOWN


def _refused(kind: type[errors.Refused], status: int, code: str = "x") -> errors.Refused:
    return kind("create_refund", "POST", status=status, code=code)


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (errors.NotSent("e", "POST", "x"), Answer.NOT_SENT),
        (errors.BreakerOpen("e", "POST", "x"), Answer.NOT_SENT),
        (errors.AnswerLost("e", "POST", "x"), Answer.LOST),
        (errors.ProviderFailed("e", "POST", status=500), Answer.LOST),
        (errors.ProviderFailed("e", "POST", status=302), Answer.LOST),
        (errors.ProviderFailed("e", "POST", status=408), Answer.LOST),
        (errors.UnreadableAnswer("e", "POST", "x", status=200), Answer.UNREADABLE),
        (_refused(errors.Conflict, 409), Answer.CONFLICT),
        (_refused(errors.LimitExceeded, 409), Answer.LIMIT_EXCEEDED),
        (_refused(errors.InvalidStatus, 409), Answer.INVALID_STATUS),
        (_refused(errors.CaptureDeclined, 402), Answer.DECLINED),
        (_refused(errors.CaptureExpired, 410), Answer.EXPIRED),
        (_refused(errors.Unauthorized, 401), Answer.UNAUTHORIZED),
        (_refused(errors.Throttled, 429), Answer.THROTTLED),
        (_refused(errors.Invalid, 400), Answer.REFUSED),
        (_refused(errors.NotFound, 404), Answer.REFUSED),
        (_refused(errors.Forbidden, 403), Answer.FORBIDDEN),
        (_refused(errors.Refused, 415), Answer.REFUSED),
        (_refused(errors.Refused, 409, "something_new"), Answer.LOST),
        (_refused(errors.Refused, 418), Answer.LOST),
    ],
)
def test_each_failed_sending_is_of_a_known_kind(error: errors.GatewayError, answer: Answer) -> None:
    assert answer_of(error) is answer
