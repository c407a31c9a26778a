"""The worker: does what is due, survives whatever goes wrong, stops when told."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.provider import provider_of
from webapp import audit
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.models.audit_entry import AuditEntry
from webapp.models.awaiting_capture import AwaitingCapture
from webapp.models.base import now
from webapp.models.check import ToLookAt
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.models.sign_in_throttle import SignInThrottle
from webapp.models.staff_session import StaffSession
from webapp.models.user import User
from webapp.ops import worker
from webapp.ops.worker import Task


class Running:
    """The worker in a thread, until it has done what the test waits for."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.stop = threading.Event()
        self.thread = threading.Thread(target=worker.run, args=(app, self.stop))

    def __enter__(self) -> Running:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(15)
        assert not self.thread.is_alive()

    def until(self, reached) -> None:  # type: ignore[no-untyped-def]
        """Waits until the condition, asked in an application context of its own, holds."""
        for _ in range(300):
            with self.app.app_context():
                if reached():
                    return
            time.sleep(0.05)
        raise AssertionError("the worker did not do it")


def open_capture(app: Flask, order_id: str) -> None:
    """An intent to capture that was sent, and of which nobody knows what became."""
    with app.app_context(), writing() as session:
        session.add(
            Intent(
                kind=IntentKind.CAPTURE, account="demo", submit_token_hash=order_id, order_id=order_id, currency="AED",
                amount_minor=81480, seen_remaining=81480, order_version=0, state=IntentState.UNKNOWN,
                requested_by=session.scalars(select(User.id)).first(), attempt=1,
                first_sent=now() - timedelta(minutes=1), created=now() - timedelta(minutes=1),
                lease_until=now() - timedelta(seconds=1), next_check=now() - timedelta(seconds=1),
            )
        )  # fmt: skip


def test_it_finds_out_what_became_of_an_open_intent(app: Flask, sandbox: Sandbox) -> None:
    order_id = provider_of(sandbox).order()
    open_capture(app, order_id)
    with Running(app) as running:
        running.until(lambda: db.session.scalars(select(Intent.state)).one() == IntentState.SUCCEEDED)
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "capture.succeeded")).one()
        assert (entry.actor_label, entry.actor_id) == ("worker", None)


def test_several_workers_settle_an_intent_once(app: Flask, sandbox: Sandbox) -> None:
    order_id = provider_of(sandbox).order()
    open_capture(app, order_id)
    with Running(app) as one, Running(app), Running(app):
        one.until(lambda: db.session.scalars(select(Intent.state)).one() == IntentState.SUCCEEDED)
    with app.app_context():
        settled = select(func.count()).where(AuditEntry.event == "capture.succeeded")
        assert db.session.scalar(settled) == 1


def test_it_counts_the_orders_that_wait_for_capture(app: Flask, sandbox: Sandbox) -> None:
    provider_of(sandbox).order("waiting-1", status="approved")
    provider_of(sandbox).order("waiting-2", status="approved")
    with Running(app) as running:
        running.until(lambda: db.session.scalars(select(AwaitingCapture.count)).all() == [2])


def test_it_counts_what_finance_is_to_look_at(app: Flask) -> None:
    with Running(app) as running:
        running.until(lambda: db.session.scalars(select(ToLookAt.count)).all() == [0])


def test_without_the_provider_it_goes_on_and_says_so(
    app: Flask, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox.stop()
    with Running(app) as running:
        time.sleep(1)
        assert running.thread.is_alive()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "count demo" in [line.get("task") for line in lines if line["event"] == "no use of the provider"]


def failing(_stop: threading.Event) -> None:
    raise LookupError("a mistake")


def test_a_mistake_in_one_task_is_traced_and_put_off(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    task = Task("planted", 2.0, failing)
    worker._do(app, task, threading.Event())
    (line,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (line["event"], line["task"], line["failures"]) == ("task failed", "planted", 1)
    assert "a mistake" in line["exception"]
    assert task.due - time.monotonic() == pytest.approx(4.0, abs=0.6)


def test_failures_in_a_row_come_ever_less_often_but_not_never() -> None:
    task = Task("planted", 3.0, failing)
    pauses = []
    for _ in range(12):
        task.plan(failed=True)
        pauses.append(task.due - time.monotonic())
    assert pauses[0] < 10
    assert pauses[3] > 30
    assert max(pauses) < 1.2 * worker.LONGEST_BACKOFF
    task.plan(failed=False)
    assert task.due - time.monotonic() < 4


def test_years_of_failures_in_a_row_neither_end_the_worker_nor_keep_it_waiting_longer(app: Flask) -> None:
    task = Task("planted", 3.0, failing, failures=1023)
    for _ in range(3):
        worker._do(app, task, threading.Event())
    assert task.failures == 1026
    assert task.due - time.monotonic() < 1.2 * worker.LONGEST_BACKOFF
    task.failures = 10**9
    task.plan(failed=True)
    assert task.due - time.monotonic() < 1.2 * worker.LONGEST_BACKOFF


def test_what_goes_wrong_after_a_task_is_a_failure_of_the_task(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    @app.teardown_appcontext
    def leave(_error: BaseException | None) -> None:
        raise ConnectionError("the database has gone away")

    task = Task("planted", 3.0, lambda _stop: None)
    worker._do(app, task, threading.Event())
    (line,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (line["event"], line["task"], task.failures) == ("task failed", "planted", 1)


def test_a_thread_that_dies_is_told_and_begun_again(
    app: Flask, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the thread is for, and however it ends."""
    order_id = provider_of(sandbox).order()
    open_capture(app, order_id)
    died = {"tasks", "jobs 0", "jobs 1", "reread", *(f"forward {lane}" for lane in range(worker.FORWARD_LANES))}
    left = set(died)

    @app.teardown_appcontext
    def die_once(_error: BaseException | None) -> None:
        name = threading.current_thread().name
        if name in left:
            left.remove(name)
            raise SystemExit

    with Running(app) as running:
        running.until(lambda: not left and db.session.scalars(select(Intent.state)).one() == IntentState.SUCCEEDED)
        running.until(lambda: {thread.name for thread in threading.enumerate()} >= died)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for event in ("thread died", "thread begun again"):
        assert {line["thread"]: line["deaths"] for line in lines if line["event"] == event} == dict.fromkeys(died, 1)
    assert all("SystemExit" in line["exception"] for line in lines if line["event"] == "thread died")


def test_it_stops_before_the_next_intent_when_told_to(app: Flask, sandbox: Sandbox) -> None:
    provider = provider_of(sandbox)
    for number in range(5):
        open_capture(app, provider.order(f"order-{number}"))
    provider.fault("latency", method="GET", times=50, seconds=1.0)
    with Running(app) as running:
        running.until(lambda: provider.seen("GET"))
        running.stop.set()
        running.thread.join(10)
    with app.app_context():
        states = db.session.scalars(select(Intent.state)).all()
    assert IntentState.UNKNOWN in states


def test_it_forgets_what_is_long_over(app: Flask) -> None:
    old = now() - timedelta(days=100)
    with app.app_context():
        with writing() as session:
            person = session.scalars(select(User.id)).first()
            for name, moment in (("old", old), ("new", now())):
                session.add(SignInThrottle(key_digest=name, failures=3, since=moment))
                session.add(StaffSession(token_hash=name, user_id=person, created=moment, expires=moment))
            locked = SignInThrottle(key_digest="locked", failures=9, since=old, locked_until=now() + timedelta(hours=1))
            session.add(locked)
        worker.forget_old()
        assert set(db.session.scalars(select(SignInThrottle.key_digest))) == {"new", "locked"}
        assert db.session.scalars(select(StaffSession.token_hash)).all() == ["new"]


def test_it_anchors_the_audit_log_every_minute_when_there_is_news(app: Flask) -> None:
    task = next(one for one in worker._anchoring(app.extensions["settings"]) if one.name == "anchor")
    assert task.every == 60
    anchors = app.extensions["settings"].anchor_file
    with app.app_context():
        before = len(anchors.read_text(encoding="utf-8").splitlines()) if anchors.exists() else 0
        with writing():
            audit.record(audit.Action.DESK_STARTED)
    for _ in range(2):
        worker._do(app, task, threading.Event())
    lines = anchors.read_text(encoding="utf-8").splitlines()
    assert len(lines) == before + 1
    assert json.loads(lines[-1])["reason"] == "60 seconds"
