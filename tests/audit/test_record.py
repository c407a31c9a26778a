"""One line at the point of action: what is written, what is refused, and when it counts."""

from __future__ import annotations

import json

import pytest
import time_machine
from sqlalchemy import text

from webapp import audit
from webapp.audit import Action
from webapp.audit.actions import ALLOWED_FIELDS
from webapp.core.database import writing

from .log import Log


def test_it_writes_who_did_what_to_which_object(log: Log) -> None:
    audit.bind(audit.Who(7, "Alice Agent", "agent", "0123456789ab", "10.1.2.3", "Firefox", "request-1"))
    with writing():
        audit.record(
            Action.REFUND_SUCCEEDED,
            account="demo",
            object_type="order",
            object_id="order-01",
            after={"amount_minor": 12050, "currency": "AED"},
            reason="returned",
        )
    entry = log.entries()[-1]
    assert (entry.event, entry.family, entry.outcome) == ("refund.succeeded", "refund", "ok")
    assert (entry.actor_id, entry.actor_label, entry.actor_role) == (7, "Alice Agent", "agent")
    assert (entry.session_ref, entry.ip, entry.user_agent) == ("0123456789ab", "10.1.2.3", "Firefox")
    assert (entry.request_id, entry.account, entry.object_id) == ("request-1", "demo", "order-01")
    assert json.loads(entry.after or "") == {"amount_minor": 12050, "currency": "AED"}
    assert (entry.reason, entry.before) == ("returned", None)


def test_the_first_entry_of_a_desk_is_its_genesis(log: Log) -> None:
    log.write()
    first, second = log.entries()
    assert (first.seq, first.event, first.prev_hash) == (1, "audit.opened", "0" * 64)
    assert len(json.loads(first.after or "")["instance_id"]) == 32
    assert (second.seq, second.prev_hash) == (2, first.hash)


def test_nobody_named_is_the_system(log: Log) -> None:
    log.write()
    assert log.entries()[-1].actor_label == "system"


def test_several_entries_of_one_transaction_follow_each_other(log: Log) -> None:
    with writing():
        for _ in range(3):
            audit.record(Action.LOGOUT)
    assert [entry.seq for entry in log.entries()] == [1, 2, 3, 4]
    assert log.verify().ok


def test_what_is_rolled_back_was_never_written(log: Log) -> None:
    log.write()

    def fail() -> None:
        with writing():
            audit.record(Action.LOGOUT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    log.write()
    assert [entry.event for entry in log.entries()] == ["audit.opened", "refund.succeeded", "refund.succeeded"]


def test_it_waits_for_the_outer_commit_of_a_savepoint(log: Log) -> None:
    with writing() as session:
        audit.record(Action.LOGOUT)
        with session.begin_nested():
            session.execute(text("SELECT 1"))
        audit.record(Action.CSRF_FAILED)
    assert [entry.event for entry in log.entries()] == ["audit.opened", "auth.logout", "csrf.failed"]


def test_it_refuses_to_be_called_inside_of_a_savepoint(log: Log) -> None:
    with writing() as session, session.begin_nested(), pytest.raises(RuntimeError, match="savepoint"):
        audit.record(Action.LOGOUT)
    assert log.entries() == []


def test_it_refuses_to_be_called_outside_of_a_transaction(log: Log) -> None:
    with pytest.raises(RuntimeError, match="outside of writing"):
        audit.record(Action.LOGOUT)


@pytest.mark.parametrize(
    ("action", "after"),
    [
        (Action.REFUND_SUCCEEDED, {"email": "somebody@example.test"}),
        (Action.LOGIN_FAILED, {"password": "secret"}),
        (Action.PERSONAL_DATA_OPENED, {"phone": "+971500000000"}),
        (Action.REFUND_SUCCEEDED, {"amount_minor": 10.5}),
        (Action.REFUND_SUCCEEDED, {"status": ["a"]}),
    ],
)
def test_it_refuses_facts_that_are_not_on_the_list(sqlite_log: Log, action: Action, after: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"may not carry|neither text nor"), writing():
        audit.record(action, after=after)  # type: ignore[arg-type]
    assert sqlite_log.entries() == []


def test_it_refuses_an_outcome_that_does_not_exist(sqlite_log: Log) -> None:
    with pytest.raises(ValueError, match="no such outcome"), writing():
        audit.record(Action.LOGOUT, outcome="maybe")  # type: ignore[arg-type]


def test_no_list_of_facts_names_something_private() -> None:
    private = ("email", "phone", "address", "birth", "password", "secret", "token", "cookie", "card")
    named = {fact for facts in ALLOWED_FIELDS.values() for fact in facts}
    tells_nothing = {"must_change_password", "secret_fingerprint"}  # a flag; a keyed digest (R54)
    assert not [fact for fact in named - tells_nothing if any(word in fact for word in private)]


def test_long_and_broken_text_is_stored_so_that_both_engines_agree(log: Log) -> None:
    audit.bind(audit.Who(actor_label="x" * 300, user_agent="agent\0\ud800" + "y" * 300))
    log.write(reason="z" * 900, object_id="طلب\0" + "w" * 300)
    entry = log.entries()[-1]
    assert (len(entry.actor_label), len(entry.user_agent or ""), len(entry.reason or "")) == (120, 256, 500)
    assert (entry.user_agent or "").startswith("agent\ufffd?")
    assert (entry.object_id or "").startswith("طلب\ufffd")
    assert log.verify().ok


def test_a_clock_that_is_a_little_behind_takes_the_moment_of_the_entry_before(log: Log) -> None:
    with time_machine.travel("2026-11-20T10:00:00Z", tick=False):
        log.write()
    with time_machine.travel("2026-11-20T09:59:58Z", tick=False):
        log.write()
    entry = log.entries()[-1]
    assert (entry.ts, entry.clock_set_back) == ("2026-11-20T10:00:00.000000Z", None)


def test_a_clock_that_was_set_back_is_written_down(log: Log) -> None:
    with time_machine.travel("2026-11-20T10:00:00Z", tick=False):
        log.write()
    with time_machine.travel("2026-11-20T09:00:00Z", tick=False):
        log.write()
    entry = log.entries()[-1]
    assert (entry.ts, entry.clock_set_back) == ("2026-11-20T09:00:00.000000Z", 3600)
    assert log.verify().ok
