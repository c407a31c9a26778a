"""Health, readiness and metrics: what machines ask, what strangers do not get to know, and what browsers report."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, make_url, select

from tests.browser import Browser
from tests.conftest import make_settings
from tests.provider import provider_of
from webapp import create_app
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox
from webapp.models.base import now
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.models.user import User
from webapp.web.health import views

STRANGER = {"REMOTE_ADDR": "203.0.113.5"}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def run(app: Flask, statement: str) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_a_healthy_desk_is_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    told = dict(answer.json)
    free = told.pop("free_bytes")
    assert set(free) == {"database", "temporary files"}
    assert min(free.values()) > 0
    assert told == {
        "status": "ready",
        "checks": {"database": True, "schema": True, "audit": True},
        "provider": {"demo": True},
        "worker": dict.fromkeys(("intents", "webhooks", "reread", "forward", "jobs"), True),
    }


def test_postgresql_is_ready_for_a_role_that_may_not_touch_every_table(
    sandbox: Sandbox, postgresql_url: str, tmp_path: Path
) -> None:
    owner = create_app(make_settings(sandbox.base_url, postgresql_url, tmp_path))
    run(owner, "CREATE ROLE desk_running LOGIN")
    assert owner.test_cli_runner().invoke(args=["audit", "grant", "desk_running"]).exit_code == 0
    url = make_url(postgresql_url).set(username="desk_running")
    running = create_app(make_settings(sandbox.base_url, url.render_as_string(hide_password=False), tmp_path))
    answer = running.test_client().get("/readyz")
    assert answer.json["checks"] == {"database": True, "schema": True, "audit": True}
    run(owner, "ALTER ROLE desk_running SET default_transaction_read_only = on")
    with running.app_context():
        db.engine.dispose()
    assert running.test_client().get("/readyz").json["checks"]["database"] is False
    run(owner, "DROP OWNED BY desk_running; DROP ROLE desk_running")


def test_asking_for_readiness_asks_no_provider(client: FlaskClient, sandbox: Sandbox) -> None:
    client.get("/readyz")
    client.get("/healthz")
    assert provider_of(sandbox).seen() == []


def test_a_schema_of_another_version_is_not_ready_but_healthy(app: Flask, client: FlaskClient) -> None:
    run(app, "UPDATE alembic_version SET version_num = '0001'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["checks"]["schema"]) == (503, False)
    assert client.get("/healthz").status_code == 200


@pytest.mark.requirement("R62")
def test_a_database_that_cannot_be_written_is_not_ready_but_healthy(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only=ON"))
        db.engine.dispose()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["checks"]["database"]) == (503, False)
    assert client.get("/healthz").status_code == 200


def test_an_audit_log_that_cannot_be_read_is_not_ready(settings: Settings, client: FlaskClient) -> None:
    with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))) as connection:
        connection.execute("ALTER TABLE audit_entry RENAME TO gone")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["checks"]["audit"]) == (503, False)


@pytest.mark.requirement("R62")
def test_a_provider_that_does_not_answer_is_told_and_not_fatal(
    app: Flask, client: FlaskClient, settings: Settings, sandbox: Sandbox, alice: Browser
) -> None:
    sandbox.stop()
    for _ in range(12):
        alice.client.get("/demo/orders")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["provider"]) == (200, {"demo": False})


@pytest.mark.parametrize("path", ["/readyz", "/healthz"])
@pytest.mark.requirement("R62")
def test_strangers_learn_nothing_but_yes_or_no(client: FlaskClient, path: str) -> None:
    answer = client.get(path, environ_overrides=STRANGER)
    assert answer.status_code == 200
    assert answer.data in (b'{"status":"ready"}\n', b"ok\n")


@pytest.mark.parametrize(
    ("environ", "headers"),
    [
        (STRANGER, {}),
        ({}, {"X-Forwarded-For": "203.0.113.5"}),
        ({}, {"Forwarded": "for=203.0.113.5"}),
        ({}, {"X-Real-Ip": "203.0.113.5"}),
        (STRANGER, {"Authorization": "Bearer "}),
    ],
)
def test_metrics_are_for_this_machine_only(client: FlaskClient, environ: dict, headers: dict) -> None:
    assert client.get("/metrics", environ_overrides=environ, headers=headers).status_code == 404


@pytest.mark.requirement("R62")
def test_behind_a_proxy_nobody_is_of_this_machine(settings: Settings) -> None:
    """A proxy on this machine asks from it for everybody, and not each names whom it asks for."""
    client = create_app(settings.model_copy(update={"proxy_hops": 1})).test_client()
    assert client.get("/metrics").status_code == 404
    assert client.get("/readyz").json == {"status": "ready"}


def test_with_a_token_metrics_are_for_who_has_it(settings: Settings) -> None:
    url, folder = settings.accounts[0].api_root, settings.anchor_file.parent
    client = create_app(make_settings(url, settings.database_url, folder, metrics_token="scrape-me-4711")).test_client()

    def status(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return client.get("/metrics", environ_overrides=STRANGER, headers=headers).status_code

    assert [status("scrape-me-4711"), status("scrape-me-4712"), status("")] == [200, 404, 404]
    assert client.get("/metrics").status_code == 404


def metrics(client: FlaskClient) -> dict[str, float]:
    lines = client.get("/metrics").get_data(as_text=True).splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}


def test_requests_are_counted_by_route_and_status(alice: Browser, client: FlaskClient) -> None:
    name = 'desk_request_seconds_count{method="GET",route="/<account:account>/orders",status="200"}'
    before = metrics(client).get(name, 0)
    alice.client.get("/demo/orders?page=1")
    assert metrics(client)[name] == before + 1


def test_an_invented_method_makes_no_series_of_its_own(client: FlaskClient) -> None:
    client.open("/healthz", method="INVENTED")
    assert not [name for name in metrics(client) if "INVENTED" in name]


def test_calls_to_the_provider_are_timed_and_their_errors_counted(
    alice: Browser, client: FlaskClient, sandbox: Sandbox
) -> None:
    timed = 'desk_provider_seconds_count{account="demo",endpoint="list_orders"}'
    before = metrics(client)
    alice.client.get("/demo/orders")
    sandbox.stop()
    alice.client.get("/demo/orders")
    after = metrics(client)
    assert after[timed] == before.get(timed, 0) + 2
    errors = 'desk_provider_errors_total{account="demo",endpoint="list_orders",error="NotSent"}'
    assert after[errors] == before.get(errors, 0) + 1


def test_open_intents_are_read_from_the_database(app: Flask, client: FlaskClient) -> None:
    name = 'desk_open_intents{account="demo",kind="capture",state="unknown"}'
    assert name not in metrics(client)
    with app.app_context(), writing() as session:
        person = session.scalars(select(User.id)).first()
        session.add(
            Intent(
                kind=IntentKind.CAPTURE,
                account="demo",
                submit_token_hash="x",
                order_id="order-1",
                currency="AED",
                amount_minor=100,
                seen_remaining=100,
                order_version=0,
                requested_by=person,
                state=IntentState.UNKNOWN,
                lease_until=now(),
                next_check=now(),
            )
        )
    assert metrics(client)[name] == 1


@pytest.fixture
def violations(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[tuple[str, str]]]:
    views._reported.clear()

    def read() -> list[tuple[str, str]]:
        found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return [(one["directive"], one["blocked"]) for one in found if one["event"] == "csp-violation"]

    return read


OLD = {"csp-report": {"document-uri": "http://localhost/demo/orders/canary", "effective-directive": "img-src",
       "blocked-uri": "https://canary:canary@evil.example:8443/x?canary"}}  # fmt: skip
NEW = [{"type": "csp-violation", "body": {"effectiveDirective": "script-src-elem", "blockedURL": "inline"}}]


@pytest.mark.parametrize(
    ("report", "kind", "told"),
    [
        (OLD, "application/csp-report", [("img-src", "https://evil.example:8443")]),
        (NEW, "application/reports+json", [("script-src-elem", "inline")]),
        ([], "application/reports+json", []),
        ("text", "application/json", []),
        ({"csp-report": []}, "application/json", []),
        ([{"body": {"blockedURL": "http://[bad"}}], "application/json", [("-", "-")]),
    ],
)
def test_what_a_browser_blocked_is_logged_without_addresses(
    client: FlaskClient, violations: Callable[[], list], report: object, kind: str, told: list
) -> None:
    assert client.post("/csp-report", data=json.dumps(report), content_type=kind).status_code == 204
    assert violations() == told


def test_a_report_that_cannot_be_read_is_no_error(client: FlaskClient) -> None:
    assert client.post("/csp-report", data=b"\xff{", content_type="application/json").status_code == 204


def test_a_large_report_is_refused(client: FlaskClient) -> None:
    assert client.post("/csp-report", data=b"x" * 20_000).status_code == 413


def test_a_flood_of_reports_does_not_fill_the_log(client: FlaskClient, violations: Callable[[], list]) -> None:
    for _ in range(views.REPORTS_A_MINUTE + 5):
        client.post("/csp-report", data=json.dumps(OLD))
    assert len(violations()) == views.REPORTS_A_MINUTE
    assert views._reported[0] <= time.monotonic()
