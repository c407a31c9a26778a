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
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.models.operation import Operation
from webapp.operations import classify, engine, resolve_unknown
from webapp.operations.classify import Conclusion, Table, refused
from webapp.operations.kind import Kind
from webapp.payments import intents, resolve_from_reading
from webapp.providers.contract import Answer, Found, Proof, Sent
from webapp.providers.postpay.mover import PostpayMover

from . import desk as stage

Plant = Callable[[pytest.MonkeyPatch, stage.Desk], None]
MISTAKES: dict[str, Plant] = {}


def mistake(name: str) -> Callable[[Plant], Plant]:
    def keep(plant: Plant) -> Plant:
        MISTAKES[name] = plant
        return plant

    return keep


@contextmanager
def planted(plant: Plant, desk: stage.Desk) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        plant(patch, desk)
        yield


@mistake("one 404 is taken as proof")
def _one_miss(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    patch.setitem(classify.READINGS, Proof.MISSING, Conclusion(IntentState.REFUSED, "not_seen"))
    patch.setattr(resolve_unknown, "NOT_SEEN", ())


@mistake("two 404s are taken as proof")
def _two_misses(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    real = PostpayMover.look

    def look(mover: PostpayMover, intent: Intent, **how: Any) -> Found:
        found = real(mover, intent, **how)
        return Found(Proof.IMPOSSIBLE) if found.proof is Proof.MISSING and intent.misses >= 1 else found

    patch.setattr(PostpayMover, "look", look)


@mistake("a form is offered while an intent is open")
def _form_beside(patch: pytest.MonkeyPatch, desk: stage.Desk) -> None:
    patch.setattr(intents, "open_intent_of", lambda account, order_id: None)
    patch.setattr(stage, "open_intent_of", lambda account, order_id: None)
    desk.without_index("uq_intent_open_order", patch)


@mistake("nobody takes a lease")
def _no_lease(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    def count(kind: Kind[Intent], intent: Intent, **_how: Any) -> Intent:
        with writing() as session:
            session.execute(update(Intent).where(Intent.id == intent.id).values(attempt=Intent.attempt + 1))
            return session.get_one(Intent, intent.id, populate_existing=True)

    patch.setattr(resolve_unknown, "count_attempt", count)
    patch.setattr(resolve_unknown, "take", lambda kind, intent, deadline: intent)
    patch.setattr(engine, "lease", lambda kind, deadline, looks=0: timedelta(seconds=deadline))


@mistake("limit_exceeded is not read back")
def _limit_not_read(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    careless = refused(Answer.LIMIT_EXCEEDED, Answer.INVALID_STATUS)
    patch.setitem(intents.ANSWERS, IntentKind.REFUND, Table(first=intents.PROVED, always=careless))


@mistake("a second number when sent again")
def _second_number(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    real = PostpayMover.send

    def send(mover: PostpayMover, intent: Intent, *, deadline: float) -> Sent:
        if intent.attempt > 1 and intent.body:
            sent = json.loads(intent.body)
            intent.body = json.dumps({**sent, "refund_id": f"{intent.refund_id}-{intent.attempt}"[:40]})
        return real(mover, intent, deadline=deadline)

    patch.setattr(PostpayMover, "send", send)


@mistake("settled without compare-and-set")
def _no_compare(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    def change(session: Any, kind: Kind[Any], row: Operation, *_also: Any, states: Any = (), **values: object) -> bool:
        if "outcome_code" not in values:
            return real(session, kind, row, *_also, **values)
        session.execute(update(kind.table).where(kind.table.id == row.id).values(values))
        return True

    real = engine.compare_and_set
    patch.setattr(engine, "compare_and_set", change)


@mistake("a late refusal holds though it was sent again")
def _late_refusal(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    _compare_less(patch, lambda values: values.get("state") not in (None, IntentState.UNKNOWN))


@mistake("a late doubt cuts short somebody else's lease")
def _late_doubt(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    _compare_less(patch, lambda values: values.get("state") == IntentState.UNKNOWN)


def _compare_less(patch: pytest.MonkeyPatch, careless: Callable[[dict[str, object]], bool]) -> None:
    """Of what must not have changed since only the state is compared, where `careless` says so of what is written."""
    real = engine.compare_and_set

    def change(session: Any, kind: Kind[Any], row: Operation, *also: Any, **values: Any) -> bool:
        return real(session, kind, row, *(() if careless(values) else also), **values)

    patch.setattr(engine, "compare_and_set", change)


@mistake("closed before its time")
def _closed_early(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    patch.setattr(intents, "CLOSE_AFTER", timedelta())
    patch.setattr(intents, "CLOSE_MISSES", 1)


@mistake("what is not listed is taken as not done")
def _unlisted(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    """By the page that reads an order with its refunds."""
    real = resolve_from_reading._proof_in_reading

    def proof(client: Any, intent: Intent, order: Any, refunds: Any) -> Proof | None:
        return real(client, intent, order, refunds) or (Proof.IMPOSSIBLE if refunds is not None else None)

    patch.setattr(resolve_from_reading, "_proof_in_reading", proof)
