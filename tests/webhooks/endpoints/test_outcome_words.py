"""Every outcome of a change of a webhook has its row of words, and an open one is sent again when its words say so."""

from __future__ import annotations

from datetime import timedelta
from itertools import count, product
from typing import Any

import pytest
import time_machine
from flask import Flask
from pydantic import SecretStr

from tests.browser import Browser
from tests.webhooks.acting import change_secret, changes, create, work
from tests.webhooks.at_provider import Hooks
from webapp.core import sealing
from webapp.core.database import writing
from webapp.models.base import now
from webapp.models.hook_change import ChangeState, HookAction, HookChange
from webapp.operations.classify import AttemptResult, Conclusion
from webapp.operations.engine import deliver, settle
from webapp.operations.resolve_unknown import close, resolve
from webapp.operations.standing import RESEND_WITHIN, Standing, standing
from webapp.presentation.hook_words import change_row, change_sentences, change_title
from webapp.presentation.outcomes.rows import OTHER, Who
from webapp.presentation.outcomes.webhooks import WEBHOOK_ROWS
from webapp.providers.registry import postpay
from webapp.webhooks.endpoints.changes import CHANGES, NOT_DONE, hook_mover
from webapp.webhooks.endpoints.twins import TWIN

YOUNG, OLD = timedelta(minutes=1), RESEND_WITHIN + timedelta(minutes=1)
SECRET = SecretStr("s" * 64)
SENDS = {HookAction.CREATE: "POST", HookAction.DELETE: "DELETE"}
FAULTS: tuple[dict[str, Any] | None, ...] = (
    None, {"kind": "drop_before"}, {"kind": "drop_after"}, {"kind": "truncated"},
    *({"kind": "status", "status": status} for status in (400, 401, 403, 404, 409, 418, 429, 500)),
    {"kind": "status", "status": 429, "applied": "after"},
)  # fmt: skip
_numbers = count(1)


def put(app: Flask, hooks: Hooks, action: HookAction, *, age: timedelta = YOUNG, **values: Any) -> HookChange:
    """A change that was sent so long ago; of a webhook of its own, which the provider has as it was before."""
    number, moment = next(_numbers), now()
    url = f"https://shop-{number}.example.com/in"
    is_new, wished = action == HookAction.CREATE, action != HookAction.PAUSE
    hook_id = None if is_new else hooks.make(url, events=("order",), active=action != HookAction.ACTIVATE)
    given = {
        "account": "demo", "action": action, "hook_id": hook_id, "url": url, "events": "order,transaction",
        "active": wished, "submit_token_hash": f"{number:064}", "requested_by": 1, "state": ChangeState.PENDING,
        "attempt": 1, "created": moment - age, "last_sent": moment - age, "lease_until": moment - age,
        "next_check": moment - age, "secret_fingerprint": f"{number:016}",
        "secret_sealed": sealing.seal(app.extensions["settings"], SECRET),
    }  # fmt: skip
    with writing() as session:
        change = HookChange(**{**given, **values})
        session.add(change)
        session.flush()
        session.refresh(change)
        return change


@pytest.fixture
def desk(app: Flask) -> Any:
    with app.test_request_context():
        yield app


@pytest.mark.timeout(180)
def test_every_outcome_has_its_own_row_and_nothing_is_claimed_of_what_is_not_known(desk: Flask, hooks: Hooks) -> None:
    settings = desk.extensions["settings"]
    mover = hook_mover(postpay(settings.accounts[0]), settings)
    met = set()
    for action, attempt, fault in product(HookAction, (1, 2), FAULTS):
        if action == HookAction.DELETE and fault and fault.get("status") == 404:
            continue  # nobody answers so about what is there
        change = put(desk, hooks, action, attempt=attempt)
        if fault:
            hooks.fault(method=SENDS.get(action, "PATCH"), path="/hooks", **fault)
        change = settle(CHANGES, change, deliver(CHANGES, mover, change, deadline=5.0))
        hooks.heal()
        _check_words(change, hooks)
        met.add((action, standing(change, now()), change.outcome_code))
        if change.is_open:
            looked = resolve(CHANGES, mover, change, deadline=5.0)
            _check_words(looked, hooks)
            met.add((action, standing(looked, now()), looked.outcome_code))
    for action in HookAction:
        change = put(desk, hooks, action, state=ChangeState.UNKNOWN, outcome_code="not_seen")
        assert "was given up" in change_title(_closed(change) if action != HookAction.SECRET else _given_up(change))
    assert len(met) > 40


def _closed(change: HookChange) -> HookChange:
    return close(CHANGES, change, NOT_DONE, "looked")


def _given_up(change: HookChange) -> HookChange:
    return settle(CHANGES, change, AttemptResult(Conclusion(ChangeState.CLOSED, NOT_DONE)))


def _check_words(change: HookChange, hooks: Hooks) -> None:
    told, words = change_row(change), " ".join([change_title(change), *change_sentences(change)])
    where = (change.action, standing(change, now()), change.outcome_code)
    if change.state == ChangeState.UNKNOWN and change.outcome_code in ("refused", "conflict"):
        assert "did not settle it" in words
    elif change.state not in (ChangeState.REFUSED, ChangeState.SUCCEEDED):
        assert told is not WEBHOOK_ROWS[where[0], where[1], OTHER], f"no words of its own for {where}"
    if change.state == ChangeState.UNKNOWN:
        assert "Not known yet" in words, where
        for claim in ("did not happen", "has not taken", "did not take", "was refused", "Nothing was changed"):
            assert claim not in words, (where, words)
    if change.state == ChangeState.REFUSED:
        assert "did not happen" in words, where
        assert _is_done(change, hooks) is not True, where
    if change.state == ChangeState.SUCCEEDED:
        assert _is_done(change, hooks) is not False, where


def _is_done(change: HookChange, hooks: Hooks) -> bool | None:
    """Whether the provider has it so; None where nobody can see."""
    if change.action == HookAction.SECRET:
        return None
    if change.action == HookAction.CREATE:
        return any(hook["url"] == change.url for hook in hooks.all())
    hook = hooks.one(change.hook_id or "")
    if hook is None or change.action == HookAction.DELETE:
        return hook is None and change.action == HookAction.DELETE
    if change.action == HookAction.EDIT:
        return set(hook["events"]) == {"order", "transaction"}
    return bool(hook["active"]) is change.active


@pytest.mark.timeout(180)
def test_an_open_one_is_sent_again_exactly_when_its_words_say_so(desk: Flask, hooks: Hooks) -> None:
    settings = desk.extensions["settings"]
    mover = hook_mover(postpay(settings.accounts[0]), settings)
    for (action, where, cause), row in WEBHOOK_ROWS.items():
        if where not in (Standing.SENT_AGAIN, Standing.FOR_PERSON) or cause in (OTHER, "interrupted"):
            continue
        age = OLD if where is Standing.FOR_PERSON else YOUNG
        kind = HookAction(action)
        change = put(desk, hooks, kind, age=age, state=ChangeState.UNKNOWN, outcome_code=cause)
        assert change_row(change) is row
        words = " ".join(change_sentences(change))
        hooks.forget()
        resolve(CHANGES, mover, change, deadline=5.0)
        sent = hooks.sent(SENDS.get(kind, "PATCH"))
        case = (action, where, cause, words)
        assert bool(sent) is (where is Standing.SENT_AGAIN) is (row.who is Who.DESK), case
        assert bool(sent) is ("by itself until" in words), case
        assert ("dmin" in words) is (row.who is Who.ADMIN), case


def test_a_secret_is_for_an_admin_after_a_quarter_of_an_hour(adam: Browser, app: Flask, hooks: Hooks) -> None:
    create(adam)
    hooks.fault("drop_before", method="PATCH", path="/hooks")
    change_secret(adam, hooks.all()[0]["id"])
    assert "The desk sends the same new secret again by itself until" in adam.words
    with time_machine.travel(now() + OLD):
        hooks.fault("drop_before", method="PATCH", path="/hooks")
        work(app)
        with app.test_request_context():
            words = " ".join(change_sentences(changes(app)[-1]))
    assert "An admin must send it again, always the same one" in words
    assert "by itself until" not in words


def test_a_process_that_was_killed_is_not_said_to_be_sending(desk: Flask, hooks: Hooks) -> None:
    change = put(desk, hooks, HookAction.PAUSE, lease_until=now() + timedelta(minutes=1))
    assert "It is being sent to Postpay at this moment." in change_sentences(change)
    change = put(desk, hooks, HookAction.PAUSE)
    assert "at this moment" not in " ".join(change_sentences(change))
    assert "The desk was interrupted while sending it" in " ".join(change_sentences(change))


def test_a_twin_and_what_was_gone_have_words_of_their_own(desk: Flask, hooks: Hooks) -> None:
    for code in (TWIN, "already_gone", "adopted"):
        change = put(desk, hooks, HookAction.CREATE, state=ChangeState.SUCCEEDED, outcome_code=code)
        assert change_row(change) is WEBHOOK_ROWS[HookAction.CREATE, Standing.SUCCEEDED, code]
