"""Who is sent away before anything was looked at: no hash, nothing written, and one entry a minute with the count."""

from __future__ import annotations

import re
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import requests
import time_machine
from flask import Flask

from tests.attacks.sign_in import FORM
from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE
from tests.ops.tree import Tree
from webapp.access import passwords, throttle, turned_away
from webapp.access.slots import Slots
from webapp.access.turned_away import MOST_PAGES
from webapp.core.database import writing

from .records import Records
from .test_cost import statements

ALICE = PEOPLE["agent"][0]


@pytest.fixture
def blocked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's address has failed too often."""
    monkeypatch.setattr(throttle, "MOST_PER_ADDRESS", 1)
    with app.app_context(), writing() as session:
        throttle.count_attempt(session, throttle.of_sign_in("somebody@example.test", None), "127.0.0.1")


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was lately stays so, however slow the machine is."""
    monkeypatch.setattr(turned_away, "LATELY", 3600.0)


def guess(browser: Browser) -> int:
    browser.open("/sign-in?next=/you/sessions")
    browser.submit("Sign in", email=ALICE, password=PASSWORD)
    return browser.status


@pytest.mark.usefixtures("blocked")
def test_429_comes_before_the_hash_and_before_any_writing(
    app: Flask, stranger: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    monkeypatch.setattr(passwords, "verify_password", lambda _stored, typed: bool(verified.append(typed)))
    stranger.open("/sign-in")
    with statements(app) as seen:
        stranger.submit("Sign in", email=ALICE, password=PASSWORD)
    assert stranger.status == 429
    assert verified == []
    assert {statement.split()[0] for statement in seen} == {"BEGIN", "SELECT"}
    assert "BEGIN IMMEDIATE" not in seen


@pytest.mark.usefixtures("blocked")
def test_of_a_minute_there_is_one_entry_with_the_count(
    clock: time_machine.Traveller, stranger: Browser, records: Records
) -> None:
    assert [guess(stranger) for _ in range(3)] == [429] * 3
    assert records.new_entries() == []
    clock.shift(timedelta(seconds=61))
    assert stranger.client.get("/healthz").status_code == 200
    (entry,) = records.new_entries()
    assert (entry["event"], entry["outcome"], entry["ip"]) == ("auth.login.failed", "denied", "127.0.0.1")
    assert records.facts(entry) == {"cause": "too many failures from this address", "count": 3}
    stranger.client.get("/healthz")
    assert records.new_entries() == []
    assert guess(stranger) == 429
    clock.shift(timedelta(seconds=61))
    stranger.open("/sign-in")
    assert [records.facts(entry)["count"] for entry in records.new_entries()] == [1]


@pytest.mark.parametrize(("path", "button"), [("/you/password", "Change password"), ("/you/confirm", "Continue")])
def test_who_is_signed_in_does_not_wait_for_what_others_did_at_the_address(
    alice: Browser, request: pytest.FixtureRequest, path: str, button: str
) -> None:
    request.getfixturevalue("blocked")
    alice.open(f"{path}?next=/you/sessions")
    new = "a quiet lamp beside the river"
    alice.submit(button, current=PASSWORD, password=PASSWORD, new=new, again=new)
    assert (alice.status, alice.heading) == (200, "Your sessions")


def test_where_no_place_is_free_one_is_told_to_come_again(
    stranger: Browser, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "STRANGERS", Slots(1, waiting=1, patience=0.05))
    with passwords.STRANGERS.one():
        assert guess(stranger) == 503
    assert stranger.response.headers["Retry-After"] == "5"
    assert "Try again in a few seconds." in stranger.words
    assert records.rows("SELECT * FROM sign_in_throttle") == []
    assert guess(stranger) == 200
    assert [news.split()[0] for news in records.news()] == ["auth.login.succeeded"]


@pytest.mark.usefixtures("blocked", "patient")
def test_in_a_flood_a_sentence_does_and_nothing_is_looked_up(
    app: Flask,
    clock: time_machine.Traveller,
    stranger: Browser,
    records: Records,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert [guess(stranger) for _ in range(MOST_PAGES)] == [429] * MOST_PAGES
    assert stranger.response.mimetype == "text/html"
    with statements(app) as seen:
        answer = stranger.client.post("/sign-in", data={"email": ALICE, "password": PASSWORD})
    assert (answer.status_code, answer.mimetype, seen) == (429, "text/plain", [])
    assert answer.headers["Retry-After"] == stranger.response.headers["Retry-After"]
    assert answer.text.strip() in stranger.words
    assert stranger.client.get("/sign-in").status_code == 200
    monkeypatch.setattr(turned_away, "LATELY", 0.0)
    assert guess(stranger) == 429
    assert stranger.response.mimetype == "text/html"
    clock.shift(timedelta(seconds=61))
    stranger.client.get("/healthz")
    (entry,) = records.new_entries()
    assert records.facts(entry)["count"] == MOST_PAGES + 2


@pytest.mark.usefixtures("patient")
def test_in_a_flood_only_who_finds_no_place_is_sent_away_at_once(
    stranger: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "STRANGERS", Slots(1, waiting=0, patience=0.05))
    with passwords.STRANGERS.one():
        assert [guess(stranger) for _ in range(MOST_PAGES)] == [503] * MOST_PAGES
        answer = stranger.client.post("/sign-in")
        assert (answer.status_code, answer.mimetype, answer.headers["Retry-After"]) == (503, "text/plain", "5")
    assert guess(stranger) == 200


def test_strangers_take_no_place_of_those_who_are_signed_in(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "STRANGERS", Slots(1, waiting=0, patience=0.05))
    with passwords.STRANGERS.one():
        alice.open("/you/confirm?next=/you/sessions")
        alice.submit("Continue", password=PASSWORD)
    assert alice.heading == "Your sessions"


def test_what_was_counted_is_written_when_the_process_ends(tmp_path: Path) -> None:
    tree = Tree(tmp_path, POSTPAY_BASE_URL="http://127.0.0.1:1")
    with tree.flask("migrate") as process:
        assert process.end() == 0
    database = tmp_path / "var" / "desk.sqlite3"
    with tree.flask("serve", WEB_WORKERS=1) as process:
        process.until(lambda: tree.get("/healthz")[0] == 200)
        post = poster(tree)
        assert post() == 422
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute("UPDATE sign_in_throttle SET locked_until = '2999-01-01 00:00:00.000000'")
        assert [post() for _ in range(3)] == [429] * 3
        process.popen.send_signal(signal.SIGTERM)
        assert process.end() == 0
    with closing(sqlite3.connect(database)) as connection:
        (told,) = connection.execute("SELECT after FROM audit_entry WHERE after LIKE '%\"count\"%'").fetchall()
    assert '"count":3' in told[0]


def poster(tree: Tree) -> Callable[[], int]:
    """Sends the sign-in form, again and again."""
    address = f"http://127.0.0.1:{tree.port}{FORM}"
    page = requests.get(address, timeout=30)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    headers = {"Cookie": page.headers["Set-Cookie"].partition(";")[0], "Referer": address}
    fields = {"csrf_token": token[1], "email": ALICE, "password": "wrong"}
    return lambda: requests.post(address, data=fields, headers=headers, timeout=30).status_code


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("path", ["/you/password", "/you/confirm"])
def test_in_a_flood_of_proofs_a_sentence_does_as_well(
    app: Flask, alice: Browser, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(passwords, "STAFF", Slots(1, waiting=0, patience=0.05))
    typed = {"current": PASSWORD, "password": PASSWORD, "new": "a quiet lamp beside the river"}
    alice.open(path)
    typed["csrf_token"] = str(alice.page.find("input", attrs={"name": "csrf_token"})["value"])  # type: ignore[index]
    with passwords.STAFF.one():
        for _ in range(MOST_PAGES):
            alice.send(path, {**typed, "again": typed["new"]})
            assert (alice.status, alice.response.mimetype) == (503, "text/html")
        with statements(app) as seen:
            alice.send(path, {**typed, "again": typed["new"]})
    assert (alice.status, alice.response.mimetype, seen) == (503, "text/plain", [])
