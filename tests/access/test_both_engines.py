"""Sign-in, throttle and sessions on SQLite and on PostgreSQL, with many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import update

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE, make_settings
from tests.people import hire
from webapp import create_app
from webapp.access import staff
from webapp.access.invitations import LinkIsGone, accept, invite
from webapp.access.permissions import Role
from webapp.access.roles import Roles
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.sealing import unseal
from webapp.models.base import now
from webapp.models.staff_session import StaffSession

from .conftest import NOWHERE
from .records import Records

ALICE, ADAM = PEOPLE["agent"][0], PEOPLE["admin"][0]
PATIENCE = 20
"""How often somebody tries again who found no place."""


@pytest.fixture
def app(engine_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(make_settings(NOWHERE, engine_url, tmp_path))
    with app.app_context():
        hire(app, {"agent": PEOPLE["agent"], "admin": PEOPLE["admin"]}, PASSWORD)
    yield app
    with app.app_context():
        db.engine.dispose()


def attempt(app: Flask, password: str) -> Browser:
    """One at a time has a password verified; whoever waited two seconds in vain is told to try again, and does."""
    browser = Browser(app)
    for _ in range(PATIENCE):
        browser.open("/sign-in?next=/you/sessions")
        browser.submit("Sign in", email=ALICE, password=password)
        if browser.status != 503:
            break
        assert "Try again in a few seconds." in browser.words
    return browser


def test_a_day_of_a_session(app: Flask, records: Records) -> None:
    attempt(app, "wrong\0")
    other, alice = attempt(app, PASSWORD), attempt(app, PASSWORD)
    alice.submit("End all others")
    other.open("/you/sessions")
    assert other.heading == "Sign in"
    alice.submit("Sign out")
    assert [news.split()[0] for news in records.news()] == [
        "auth.login.failed",
        "auth.login.succeeded",
        "auth.login.succeeded",
        "auth.session.ended",
        "auth.logout",
    ]


def test_what_is_typed_outlasts_the_session(app: Flask, records: Records) -> None:
    alice = attempt(app, PASSWORD)
    token = alice.page.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    for note in ("reviewed", "never arrived"):
        alice.send("/demo/orders/order-1/refund", {"csrf_token": token, "part": "whole", "note": note})
        assert alice.status == 303
        with app.app_context(), writing() as session:
            session.execute(update(StaffSession).values(last_seen=now() - timedelta(minutes=20)))
    alice.open(alice.response.headers["Location"])
    alice.submit("Sign in", password=PASSWORD)
    assert alice.heading == "What you had typed"
    assert "never arrived" in alice.words
    [kept] = records.rows("SELECT unsent_form FROM staff_session WHERE unsent_form IS NOT NULL")
    assert "reviewed" in unseal(app.extensions["settings"], kept["unsent_form"]).get_secret_value()


def test_of_many_guesses_at_once_ten_are_tried(app: Flask, records: Records) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: attempt(app, f"guess {number}").status, range(24)))
    tried = [news for news in records.news() if "wrong password" in news]
    assert len(tried) == 10
    assert attempt(app, PASSWORD).status == 422


def test_many_sign_in_at_once(app: Flask, records: Records) -> None:
    with ThreadPoolExecutor(8) as pool:
        headings = list(pool.map(lambda _: attempt(app, PASSWORD).heading, range(16)))
    assert headings == ["Your sessions"] * 16
    assert records.news() == ["auth.login.succeeded ok"] * 16
    assert [row["failures"] for row in records.rows("SELECT failures FROM sign_in_throttle")] == [0]


@pytest.fixture
def eve(app: Flask) -> str:
    """Another admin."""
    email = "eve@example.test"
    words = ["create-user", email, "--name", "Eve", "--role", "admin", "--no-must-change", "--password-stdin"]
    assert app.test_cli_runner().invoke(args=words, input=PASSWORD + "\n").exit_code == 0
    return email


def admins(records: Records) -> list[str]:
    of_all = "SELECT email FROM \"user\" JOIN user_role ON user_id = id WHERE active AND account || role = '*admin'"
    return [row["email"] for row in records.rows(of_all)]


def test_two_who_leave_at_once_leave_one_admin(app: Flask, records: Records, eve: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda email: refused(app, staff.disable, email), (ADAM, eve)))
    assert len(admins(records)) == 1


def test_two_admins_who_demote_each_other_leave_one(app: Flask, records: Records, eve: str) -> None:
    """By the pages' own function: the second finds that it is no admin any more, or would take the last one away."""
    ids = {email: records.user(email)["id"] for email in (ADAM, eve)}
    seen, wanted = Roles({"*": "admin"}), Roles({"*": "viewer"})
    start = Barrier(2)

    def demote(pair: tuple[str, str]) -> bool:
        start.wait(10)
        return refused(app, staff.set_roles, pair[1], seen, wanted, by=ids[pair[0]])

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(demote, ((ADAM, eve), (eve, ADAM))))
    assert sorted(outcomes) == [False, True]
    assert len(admins(records)) == 1
    assert len([news for news in records.news() if news.startswith("user.role_changed")]) == 1


def test_a_link_that_two_use_at_once_is_used_once(app: Flask, records: Records) -> None:
    with app.app_context():
        link = invite(by=records.user(ADAM)["id"], email="n@shop.example", name="N", role=Role.AGENT, account="*")
    start = Barrier(2)

    def use(password: str) -> bool:
        start.wait(10)
        with app.app_context():
            try:
                return accept(link.token, password) is None
            except LinkIsGone:
                return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(use, ("a quiet lamp beside the river", "an old boat under the bridge"))) == [False, True]
    assert [news for news in records.news() if news.startswith("user.joined")] == ["user.joined ok"]


def refused(app: Flask, act: Callable[..., object], *given: object, **named: object) -> bool:
    with app.app_context():
        try:
            act(*given, **named)
        except staff.StaffChangeRefused:
            return True
    return False
