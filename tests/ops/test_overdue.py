"""What health tells of the worker and of the disks: work that nobody does, and how much room is left."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import make_url

from tests.conftest import PASSWORD, PEOPLE, make_settings
from tests.people import hire
from tests.web.test_health import metrics, run
from webapp import create_app
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox
from webapp.models.base import now
from webapp.models.delivery import Delivery, Receiver
from webapp.models.forward import Forward, ForwardTarget
from webapp.models.hook_change import HookChange
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.models.job import Job, JobState
from webapp.webhooks.address import read_address
from webapp.webhooks.forwarding.targets import Wish, add_target

HOUR = timedelta(hours=1)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def desk(sandbox: Sandbox, engine_url: str, tmp_path: Path) -> Flask:
    """On either engine."""
    app = create_app(make_settings(sandbox.base_url, engine_url, tmp_path))
    with app.app_context():
        hire(app, {"admin": PEOPLE["admin"]}, PASSWORD)
    return app


def leave_everything_waiting(app: Flask, since: timedelta) -> None:
    """An intent, a change of a webhook, a delivery to read again and to tell on, and a job; all due since then."""
    due = now() - since
    address = read_address("http://localhost:9/", loopback=True)
    wish = Wish("Shop", address, ("order",), SecretStr("the-shops-own-secret"))
    target = add_target(app.extensions["accounts"]["demo"], wish, 1, app.extensions["settings"])
    with writing() as session:
        session.get_one(ForwardTarget, target.id).served = due
        receiver = Receiver(account="demo", token_hash="t", secret_fingerprint="f", created_by=1)
        session.add(receiver)
        session.flush()
        session.add_all([
            Delivery(
                account="demo", receiver_id=receiver.id, received=due, verdict="timed", digest="d", size=2,
                object_kind="order", object_id="order-01", outcome="waiting", next_try=due, forward_state="waiting",
            ),
            HookChange(
                account="demo", action="pause", hook_id="h", url="u", events="order", active=False,
                submit_token_hash="h", requested_by=1, state="unknown", attempt=1, checks=1, lease_until=due,
                next_check=due, last_sent=due,
            ),
            Intent(
                kind=IntentKind.CAPTURE, account="demo", submit_token_hash="i", order_id="order-01", currency="AED",
                amount_minor=81480, seen_remaining=0, order_version=0, state=IntentState.UNKNOWN, requested_by=1,
                attempt=1, lease_until=due, next_check=due,
            ),
            Job(kind="export", key="j", account="demo", owner_id=1, lease_until=due),
        ])  # fmt: skip
        session.flush()
        session.add(Forward(delivery_id=1, target_id=target.id, next_try=due))


WORK = ("intents", "webhooks", "reread", "forward", "jobs")


def test_work_that_nobody_does_is_told_by_its_age(desk: Flask) -> None:
    client = desk.test_client()
    with desk.app_context():
        leave_everything_waiting(desk, timedelta(minutes=14))
    assert client.get("/readyz").json["worker"] == dict.fromkeys(WORK, True)
    told = metrics(client)
    assert all(839 < told[f'desk_overdue_seconds{{account="demo",work="{work}"}}'] < 899 for work in WORK)
    with time_machine.travel(now() + timedelta(minutes=2)):
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json["worker"]) == (200, dict.fromkeys(WORK, False))
        doctor = desk.test_cli_runner().invoke(args=["doctor"])
    assert "WRONG  worker: is late with intents, webhooks, reread, forward, jobs" in doctor.stdout
    assert doctor.exit_code == 1


def test_a_job_that_waits_for_its_turn_is_not_overdue(desk: Flask) -> None:
    with desk.app_context(), writing() as session:
        for key, state, lease in (("a", JobState.WAITING, -HOUR), ("b", JobState.RUNNING, HOUR)):
            session.add(Job(kind="export", key=key, account="demo", owner_id=1, state=state, lease_until=now() + lease))
    assert desk.test_client().get("/readyz").json["worker"]["jobs"] is True


def test_what_is_not_told_on_is_not_waited_for(desk: Flask) -> None:
    with desk.app_context():
        leave_everything_waiting(desk, timedelta(hours=1))
        run(desk, "UPDATE forward_target SET active = false")
    assert desk.test_client().get("/readyz").json["worker"]["forward"] is True


def test_what_is_left_on_the_disks_is_told(app: Flask, client: FlaskClient, settings: Settings) -> None:
    told = metrics(client)
    assert told['desk_free_bytes{disk="database"}'] > 0
    assert told['desk_free_bytes{disk="temporary files"}'] > 0
    full = create_app(settings.model_copy(update={"least_free_megabytes": 100_000_000}))
    doctor = full.test_cli_runner().invoke(args=["doctor"])
    assert doctor.exit_code == 1
    assert "WRONG  disk of database: " in doctor.stdout
    assert "exports need 100,000,000 MB" in doctor.stdout


def test_postgresql_on_this_machine_tells_where_its_data_is_only_to_whom_it_trusts(
    sandbox: Sandbox, postgresql_url: str, tmp_path: Path
) -> None:
    owner = create_app(make_settings(sandbox.base_url, postgresql_url, tmp_path))
    assert owner.test_client().get("/readyz").json["free_bytes"]["database"] > 0
    run(owner, "CREATE ROLE desk_watching LOGIN")
    assert owner.test_cli_runner().invoke(args=["audit", "grant", "desk_watching"]).exit_code == 0
    url = make_url(postgresql_url).set(username="desk_watching").render_as_string(hide_password=False)
    running = create_app(make_settings(sandbox.base_url, url, tmp_path))
    assert set(running.test_client().get("/readyz").json["free_bytes"]) == {"temporary files"}
    with running.app_context():
        db.engine.dispose()
    run(owner, "DROP OWNED BY desk_watching; DROP ROLE desk_watching")
