"""Mistakes that the protocol was made to keep out, each put into the engine for as long as a context lasts.

A simulator that would not notice them proves nothing: each has to be found within a thousand seeds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from webapp.core.database import writing
from webapp.models.intent import Intent, IntentState
from webapp.operations import attempt, classify, finalize, resolve_unknown, write
from webapp.operations.classify import AttemptResult, Conclusion, Outcome
from webapp.payments import resolve_from_reading
from webapp.providers.contract import Answer, Proof
from webapp.providers.postpay.mover import PostpayMover

from . import desk as stage

MISTAKES: dict[str, Callable[[pytest.MonkeyPatch, stage.Desk], None]] = {}


def mistake(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def keep(plant: Callable[..., None]) -> Callable[..., None]:
        MISTAKES[name] = plant
        return plant

    return keep


@contextmanager
def planted(name: str, desk: stage.Desk) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        MISTAKES[name](patch, desk)
        yield


def _refused(code: str) -> AttemptResult:
    return AttemptResult(Conclusion(Outcome.REFUSED, code), None, Proof.NOT_ASKED)


@mistake("one 404 is taken as proof")
def _one_miss(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    patch.setitem(classify._READ_BACK_SETTLES, Proof.MISSING, Outcome.REFUSED)


@mistake("two 404s are taken as proof")
def _two_misses(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    real = resolve_unknown.look

    def look(mover: Any, intent: Intent, *, deadline: float) -> AttemptResult:
        seen = real(mover, intent, deadline=deadline)
        return _refused("not_seen") if seen.proof is Proof.MISSING and intent.misses >= 1 else seen

    patch.setattr(resolve_unknown, "look", look)


@mistake("a form is offered while an intent is open")
def _form_beside(patch: pytest.MonkeyPatch, desk: stage.Desk) -> None:
    patch.setattr(write, "open_intent_of", lambda account, order_id: None)
    patch.setattr(stage, "open_intent_of", lambda account, order_id: None)
    desk.without_index("uq_intent_open_order", patch)


@mistake("nobody takes a lease")
def _no_lease(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    def count(intent: Intent, _deadline: float, _by_hand: bool) -> Intent:
        with writing() as session:
            session.execute(update(Intent).where(Intent.id == intent.id).values(attempt=Intent.attempt + 1))
            return session.get_one(Intent, intent.id, populate_existing=True)

    patch.setattr(resolve_unknown, "_count_attempt", count)
    patch.setattr(resolve_unknown, "_lease", lambda intent, deadline: intent)
    patch.setattr(attempt, "is_still_leased", lambda intent, deadline: True)


@mistake("limit_exceeded is not read back")
def _limit_not_read(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    real = attempt.classify_refund

    def conclude(answer: Answer, proof: Proof, *, first: bool) -> Conclusion:
        if answer in (Answer.LIMIT_EXCEEDED, Answer.INVALID_STATUS):
            return Conclusion(Outcome.REFUSED, answer.value)
        return real(answer, proof, first=first)

    patch.setattr(attempt, "classify_refund", conclude)
    patch.setattr(attempt, "must_read_back", lambda answer, first: answer not in (Answer.LIMIT_EXCEEDED,))


@mistake("a second number when sent again")
def _second_number(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    real = PostpayMover.send

    def send(mover: PostpayMover, intent: Intent, *, deadline: float) -> Answer:
        if intent.attempt > 1 and intent.body:
            sent = json.loads(intent.body)
            intent.body = json.dumps({**sent, "refund_id": f"{intent.refund_id}-{intent.attempt}"[:40]})
        return real(mover, intent, deadline=deadline)

    patch.setattr(PostpayMover, "send", send)


@mistake("settled without compare-and-set")
def _no_compare(patch: pytest.MonkeyPatch, desk: stage.Desk) -> None:
    def change(session: Any, intent: Intent, _states: Any, *_also: Any, **values: object) -> bool:
        session.execute(update(Intent).where(Intent.id == intent.id).values(**values))
        return True

    patch.setattr(finalize, "_change", change)


@mistake("a late refusal holds though it was sent again")
def _late_refusal(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    _compare_less(patch, lambda state: state != IntentState.UNKNOWN)


@mistake("a late doubt cuts short somebody else's lease")
def _late_doubt(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    _compare_less(patch, lambda state: state == IntentState.UNKNOWN)


def _compare_less(patch: pytest.MonkeyPatch, careless: Callable[[object], bool]) -> None:
    """Of what must not have changed since only the state is compared, where `careless` says so of the new one."""
    real = finalize._change

    def change(session: Any, intent: Intent, states: Any, *also: Any, **values: object) -> bool:
        return real(session, intent, states, *(() if careless(values["state"]) else also), **values)

    patch.setattr(finalize, "_change", change)


@mistake("closed before its time")
def _closed_early(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    patch.setattr(resolve_unknown, "CLOSE_AFTER", timedelta())
    patch.setattr(resolve_unknown, "CLOSE_MISSES", 1)


@mistake("what is not listed is taken as not done")
def _unlisted(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    """By the page that reads an order with its refunds."""
    real = resolve_from_reading._proof_in_reading

    def proof(client: Any, intent: Intent, order: Any, refunds: Any) -> Proof | None:
        return real(client, intent, order, refunds) or (Proof.IMPOSSIBLE if refunds is not None else None)

    patch.setattr(resolve_from_reading, "_proof_in_reading", proof)
