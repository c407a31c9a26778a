"""Every outcome that can be written down has its row of words, and every row says what the engine then does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count, product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import PASSWORD, PEOPLE, make_settings
from tests.people import hire
from tests.provider import Provider, provider_of
from webapp import create_app
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.models.approval import Decision
from webapp.models.base import now
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.models.operation import State
from webapp.operations.approval import give_up
from webapp.operations.classify import (
    TURNED_AWAY,
    AttemptResult,
    Conclusion,
    by_answer,
    classify,
    read_result,
    verdict_on_refusal,
)
from webapp.operations.engine import LEASE_MARGIN, settle
from webapp.operations.resolve_unknown import resolve
from webapp.operations.standing import RESEND_WITHIN, Standing, needs_person, standing
from webapp.payments.intents import (
    ANSWERS,
    INTENTS,
    MADE_OTHERWISE,
    NOT_DONE,
    may_close,
    may_send_again,
    open_intent_of,
    waits_for_finance,
)
from webapp.presentation.intent_words import outcome_row, outcome_sentences, outcome_title
from webapp.presentation.outcomes.payments import PAYMENT_ROWS as ROWS
from webapp.presentation.outcomes.rows import INTERRUPTED, OTHER, Row, Who
from webapp.providers.contract import Answer, Found, Proof
from webapp.providers.registry import mover

REFUND, CAPTURE = IntentKind.REFUND, IntentKind.CAPTURE
PROOFS = {
    REFUND: (Proof.DONE, Proof.OTHER, Proof.MISSING, Proof.FAILED),
    CAPTURE: (Proof.DONE, Proof.NOT_OURS, Proof.MISSING, Proof.IMPOSSIBLE, Proof.FAILED),
}
"""What the mover finds of each kind."""
OF_WEBHOOKS = (Answer.GONE, Answer.WITHHELD)

YOUNG, OLD = timedelta(minutes=1), RESEND_WITHIN + timedelta(minutes=1)
_numbers = count(1)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite, unless a test asks for both engines: words are the same on each."""
    return str(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url"))


both_engines = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def app(database_url: str, sandbox: Sandbox, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(make_settings(sandbox.base_url, database_url, tmp_path))
    with app.app_context():
        hire(app, {"agent": PEOPLE["agent"]}, PASSWORD)
    with app.app_context(), app.test_request_context():
        yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


def put(kind: IntentKind, *, age: timedelta = YOUNG, **values: Any) -> Intent:
    """An intent that was sent so long ago, on an order of its own."""
    number, moment = next(_numbers), now()
    given = {
        "kind": kind,
        "account": "demo",
        "refund_id": f"bo-{number:032}" if kind == REFUND else None,
        "submit_token_hash": f"{number:064}",
        "order_id": f"o-{number}",
        "currency": "AED",
        "amount_minor": 1000,
        "seen_remaining": 81480,
        "order_version": 0,
        "requested_by": 1,
        "state": IntentState.PENDING,
        "attempt": 1,
        "lease_until": moment - age + LEASE_MARGIN,
        "next_check": moment - age,
        "created": moment - age,
        "first_sent": moment - age,
        "body": f'{{"refund_id": "bo-{number:032}", "amount": 1000}}' if kind == REFUND else None,
    }
    with writing() as session:
        intent = Intent(**{**given, **values})
        session.add(intent)
        session.flush()
        session.refresh(intent)
        return intent


def results(kind: IntentKind) -> Iterator[tuple[int, AttemptResult]]:
    """Each thing that sending or looking can give, with the attempt at which it does."""
    for answer, attempt in product(Answer, (1, 2)):
        first = attempt == 1
        if answer in OF_WEBHOOKS:
            continue
        is_doubtful = by_answer(ANSWERS[kind], answer, first=first) is None
        for proof in PROOFS[kind] if is_doubtful else (Proof.NOT_ASKED,):
            yield attempt, AttemptResult(classify(ANSWERS[kind], answer, proof, first=first), answer, Found(proof))
    yield from ((attempt, read_result(Found(proof))) for attempt in (1, 2) for proof in PROOFS[kind])
    for refusal, misses in product(TURNED_AWAY, range(5)):
        if verdict := verdict_on_refusal(refusal, misses):
            yield 2, AttemptResult(verdict, None, Found(Proof.MISSING))


def written(kind: IntentKind) -> Iterator[Intent]:
    """Each intent as the engine leaves it: settled with each of these, interrupted, and closed by finance."""
    for attempt, result in results(kind):
        for age in (YOUNG, OLD):
            yield settle(INTENTS, put(kind, attempt=attempt, age=age), result)
    for age in (YOUNG, OLD):
        yield put(kind, age=age)
        yield put(kind, age=age, state=IntentState.UNKNOWN, refusal=Answer.CONFLICT, outcome_code="no_answer")
    yield put(kind, lease_until=now() + timedelta(minutes=1))
    if kind == REFUND:
        yield put(kind, state=IntentState.AWAITING_APPROVAL, first_sent=None)
        for decision in (Decision.REJECTED, Decision.RETURNED, Decision.WITHDRAWN, Decision.LAPSED):
            waiting = put(kind, state=IntentState.AWAITING_APPROVAL, first_sent=None)
            with writing() as session:
                over = give_up(session, INTENTS, waiting, decision)
            assert over is not None
            yield over
    for found in (MADE_OTHERWISE, NOT_DONE):
        yield settle(
            INTENTS,
            put(kind, state=IntentState.UNKNOWN),
            AttemptResult(Conclusion(State.CLOSED, found)),
            reason="compared",
        )


@pytest.mark.timeout(120)
def test_every_outcome_that_is_written_down_has_its_own_row_and_every_row_an_outcome(app: Flask) -> None:
    met: dict[int, Any] = {}
    for kind in IntentKind:
        for intent in written(kind):
            told = outcome_row(intent)
            met[id(told)] = told
            assert told.title is not None
            where = (kind, standing(intent, now()), intent.outcome_code, intent.refusal)
            assert told not in _for_others(), f"no words of its own for {where}"
    unmet = [key for key, row in ROWS.items() if id(row) not in met and key[2] != OTHER]
    assert unmet == [], "words for what never happens"


def _for_others() -> list[Row]:
    """The rows for causes that no desk of this version writes down."""
    own = [row for key, row in ROWS.items() if key[2] != OTHER]
    meant = (Standing.BEING_SENT, Standing.SUCCEEDED, Standing.AWAITING_APPROVAL)
    return [row for key, row in ROWS.items() if key[2] == OTHER and key[1] not in meant and row not in own]


def undecided() -> list[tuple[IntentKind, dict[str, Any]]]:
    """Every way in which an intent can be open: of each cause, young and old."""
    found: list[tuple[IntentKind, dict[str, Any]]] = []
    for kind, where, cause in ROWS:
        age = OLD if where is Standing.FOR_PERSON else YOUNG
        if where not in (Standing.SENT_AGAIN, Standing.COMPARED, Standing.FOR_PERSON):
            continue
        state = IntentState.PENDING if cause == INTERRUPTED else IntentState.UNKNOWN
        refusal = cause if where is Standing.COMPARED else None
        found.append((kind, {"age": age, "state": state, "outcome_code": cause or None, "refusal": refusal or None}))
    return [one for one in found if one[1]["outcome_code"] or one[1]["refusal"]]


@both_engines
@pytest.mark.timeout(120)
def test_an_open_one_is_sent_again_exactly_when_its_words_say_so(app: Flask, provider: Provider) -> None:
    account = app.extensions["settings"].accounts[0]
    for kind, values in undecided():
        intent = put(kind, **values)
        provider.order(intent.order_id, status="approved" if kind == CAPTURE else "captured")
        told, sentences = outcome_row(intent), " ".join(outcome_sentences(intent))
        provider.forget()
        after = resolve(INTENTS, mover(account), intent, deadline=5.0)
        sent = [call for call in provider.seen("POST") if intent.order_id in call["path"]]
        case = (kind, values, sentences)
        assert (len(sent) == 1) is ("sends the" in sentences), case
        assert (len(sent) == 1) is (told.who is Who.DESK and values["refusal"] is None), case
        assert (told.who is Who.FINANCE) is needs_person(intent, now()), case
        assert ("Finance must decide" in sentences) is (told.who is Who.FINANCE), case
        assert ("same number" in sentences) <= (kind == REFUND), "a capture has no number"
        assert "Do not" in sentences, case
        if sent:
            assert (after.state, after.attempt) == (IntentState.SUCCEEDED, 2), case


@both_engines
def test_what_is_said_of_a_settled_one_is_what_may_follow(app: Flask) -> None:
    account = app.extensions["settings"].accounts[0]
    for kind in IntentKind:
        for intent in written(kind):
            told, where = outcome_row(intent), standing(intent, now())
            blocks = open_intent_of(account, intent.order_id) is not None
            release()
            if told.who in (Who.PERSON, Who.NOBODY, Who.ADMIN):
                assert not blocks, "who is told to start again can"
            if where is Standing.ATTENTION:
                assert told.who is Who.FINANCE
                assert may_close(intent, now())
                assert not may_send_again(intent)
            if where is Standing.FOR_PERSON and intent.state == IntentState.UNKNOWN:
                assert may_send_again(intent), "finance is told to send it again, and can"
            assert blocks is (where not in (Standing.SUCCEEDED, Standing.REFUSED, Standing.CLOSED))
            is_known = where in (Standing.ATTENTION, Standing.AWAITING_APPROVAL)
            assert ("Not known yet" in outcome_title(intent)) is (blocks and not is_known)


@pytest.mark.requirement("R06")
def test_no_word_is_said_of_what_is_not_known(app: Flask) -> None:
    """An answer that proves nothing is told as one that proves nothing."""
    for kind in IntentKind:
        for attempt, result in results(kind):
            intent = settle(INTENTS, put(kind, attempt=attempt), result)
            if result.verdict.outcome is not State.UNKNOWN:
                continue
            words = " ".join([outcome_title(intent), *outcome_sentences(intent)])
            for claim in (
                "has not taken",
                "Not refunded",
                "Not captured",
                "Not done",
                "failed",
                "Refunded",
                "Captured",
            ):
                assert claim not in words, (kind, result, words)


@both_engines
def test_the_database_finds_the_same_ones_for_finance(app: Flask) -> None:
    for kind in IntentKind:
        intents = list(written(kind))
        moment = now()
        chosen = select(Intent.id).where(waits_for_finance(moment - RESEND_WITHIN), Intent.kind == kind)
        assert set(db.session.scalars(chosen)) == {one.id for one in intents if needs_person(one, moment)}
        release()


def test_a_refusal_that_could_not_be_read_back_is_still_a_refusal(app: Flask) -> None:
    """The only sending of a capture was turned away, and nothing could be read: what is then captured is not ours."""
    answer = AttemptResult(
        classify(ANSWERS[CAPTURE], Answer.INVALID_STATUS, Proof.FAILED, first=True),
        Answer.INVALID_STATUS,
        Found(Proof.FAILED),
    )
    intent = settle(INTENTS, put(CAPTURE), answer)
    assert (intent.state, intent.refusal) == (IntentState.UNKNOWN, "invalid_status")
    account = app.extensions["settings"].accounts[0]
    proof = mover(account).capture_proof(intent, datetime.now(intent.created.tzinfo))  # type: ignore[attr-defined]
    assert proof is Proof.NOT_OURS
