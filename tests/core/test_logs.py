"""Logs: JSON lines, one per request, with what is needed to find out, and nothing that is nobody's business."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort
from sqlalchemy import select, text

from tests.browser import Browser, form_values
from tests.conftest import PASSWORD, PEOPLE
from tests.provider import provider_of
from tests.web.orders.people import CANARIES, PERSONAL
from webapp.access.permissions import public
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.settings import EMBEDDED_SECRET
from webapp.emulators.postpay.server import Sandbox
from webapp.models.audit_entry import AuditEntry

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """What was written to standard output since the last look; every line must be JSON."""

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return read


def requests_among(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in found if line["event"] == "request"]


@pytest.mark.requirement("R60")
def test_a_request_is_one_line(alice: Browser, lines: Lines) -> None:
    lines()
    answer = alice.client.get("/demo/orders?status=captured")
    (line,) = requests_among(lines())
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert (line["method"], line["route"], line["status"], line["level"]) == (
        "GET",
        "/<account:account>/orders",
        200,
        "info",
    )
    assert isinstance(line["user_id"], int)
    assert 0 < line["ms"] < 60_000
    assert line["time"].endswith("Z")


def test_a_stranger_has_no_user_id(stranger: Browser, lines: Lines) -> None:
    stranger.client.get("/healthz")
    assert [line["user_id"] for line in requests_among(lines())] == [None]


def test_neither_address_nor_search_is_written(
    alice: Browser, lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    lines()
    for address in ("/demo/orders/order-canary-1", "/demo/orders?order_id=canary-2", "/nowhere/canary-3?canary-4"):
        alice.client.get(address, headers={"Referer": "http://localhost/canary-5", "User-Agent": "canary-6"})
    written = capsys.readouterr().out
    assert len(requests_among([json.loads(line) for line in written.splitlines()])) == 3
    assert "canary" not in written


@pytest.mark.parametrize("typed", ['\n{"fake": 1}', "\r\n2026 ERROR", "\u2028{}\x85\x0b\x0c", "\x1b[31m", "\0"])
@pytest.mark.requirement("R60")
def test_what_is_typed_cannot_forge_a_line(stranger: Browser, lines: Lines, typed: str) -> None:
    stranger.open("/sign-in")
    fields = {**form_values(stranger.form("Sign in")), "email": typed, "password": typed}
    assert stranger.client.post("/sign-in", data=fields).status_code == 422
    stranger.client.get(f"/nowhere{typed.encode().hex()}", headers={"X-Request-Id": "forged-id-1"})
    found = lines()
    assert requests_among(found)
    assert not [line for line in found if "fake" in line]
    assert all(line["request_id"] != "forged-id-1" for line in requests_among(found))


@pytest.mark.requirement("R42")
def test_passwords_cookies_and_tokens_are_never_written(stranger: Browser, capsys: pytest.CaptureFixture[str]) -> None:
    email = PEOPLE["agent"][0]
    stranger.open("/sign-in")
    stranger.submit("Sign in", email=email, password="canary password wrong")
    stranger.submit("Sign in", email=email, password=PASSWORD)
    stranger.open("/demo/orders")
    cookies = [cookie.value for cookie in stranger.client._cookies.values()]
    written = capsys.readouterr()
    assert cookies
    for secret in ("canary password", PASSWORD, email, *cookies):
        assert secret not in written.out + written.err


@pytest.mark.requirement("R42")
def test_neither_personal_data_nor_ids_nor_notes_are_written(
    alice: Browser, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    provider = provider_of(sandbox)
    provider.order("order-of-canarina", **PERSONAL)
    provider.order("waiting-canarina", status="approved")
    alice.open("/demo/orders/order-of-canarina")
    alice.submit("Open personal data")
    assert CANARIES[0] in alice.words
    for address in ("/demo/orders?order_id=order-of-canarina", "/demo/orders/waiting-canarina/capture", "/audit"):
        alice.open(address)
    sandbox.stop()
    alice.open("/demo/orders/order-of-canarina")
    assert alice.status == 503
    written = "".join(capsys.readouterr())
    assert len(written.splitlines()) > 10
    assert not [one for one in (*CANARIES, "order-of-canarina", "waiting-canarina", EMBEDDED_SECRET) if one in written]


@pytest.mark.requirement("R61")
def test_one_id_leads_from_the_answer_to_the_log_the_records_and_the_provider(
    alice: Browser, sandbox: Sandbox, lines: Lines
) -> None:
    provider_of(sandbox).order("order-01", **PERSONAL)
    lines()
    alice.open("/demo/orders/order-01")
    alice.submit("Open personal data")
    request_id = alice.response.headers["X-Request-Id"]
    logged = [line["event"] for line in lines() if line["request_id"] == request_id]
    assert {"request", "provider_call"} <= set(logged)
    asked = [call for call in provider_of(sandbox).seen("GET") if request_id in json.dumps(call)]
    assert len(asked) == logged.count("provider_call")
    with alice.app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "personal_data.opened")).one()
        assert entry.request_id == request_id


@pytest.fixture
def crashing(app: Flask) -> Flask:
    """The desk with a page that has a mistake in it."""

    def crash(order_id: str) -> str:
        with writing() as session:
            session.execute(text("SELECT nothing FROM nowhere WHERE id = :id"), {"id": f"canary {order_id}"})
        return ""

    app.add_url_rule("/crash/<provider_id:order_id>", "crash", public(crash))
    return app


@pytest.mark.requirement("R60")
def test_a_crash_is_traced_in_the_log_and_only_there(crashing: Flask, lines: Lines) -> None:
    answer = crashing.test_client().get("/crash/order-7")
    page = answer.get_data(as_text=True)
    crash, request = (line for line in lines() if line["event"] in ("crash", "request"))
    assert answer.status_code == request["status"] == 500
    assert crash["request_id"] == request["request_id"] == answer.headers["X-Request-Id"]
    assert crash["route"] == "/crash/<provider_id:order_id>"
    assert "Traceback" in crash["exception"]
    assert "SELECT nothing FROM nowhere" in crash["exception"]
    assert request["request_id"] in page
    assert "Traceback" not in page
    assert "nowhere" not in page


def test_a_trace_shows_no_value_of_a_statement(crashing: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    crashing.test_client().get("/crash/order-7")
    written = capsys.readouterr().out
    assert "SELECT nothing" in written
    assert "canary order-7" not in written


def test_without_its_database_the_desk_still_answers_with_a_page(alice: Browser, lines: Lines) -> None:
    with alice.app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE staff_session RENAME TO gone")
    answer = alice.client.get("/demo/orders")
    assert answer.status_code == 500
    assert answer.mimetype == "text/html"
    assert "Content-Security-Policy" in answer.headers
    assert answer.headers["X-Request-Id"] in answer.get_data(as_text=True)
    assert [line["event"] for line in lines()][-3:] == [
        "crash",
        "an error page could not be drawn in its frame",
        "request",
    ]


def test_a_refusal_is_no_crash(app: Flask, lines: Lines) -> None:
    app.add_url_rule("/refused", "refused", public(lambda: abort(403)))
    assert app.test_client().get("/refused").status_code == 403
    assert [line["event"] for line in lines()] == ["request"]


def test_a_commands_output_is_not_mixed_with_the_log(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["doctor"])
    assert "settings" in result.stdout
    assert "provider_call" not in result.stdout
    assert json.loads(result.stderr.splitlines()[0])["event"] == "provider_call"
