"""Signing out: at once, for good, and nothing is left in the browser."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.browser import Browser

from .records import Records


def test_it_ends_the_session_and_says_so(alice: Browser, records: Records) -> None:
    alice.submit("Sign out")
    assert alice.heading == "Sign in"
    assert "You are signed out." in alice.words
    assert records.news() == ["auth.logout ok signed out"]
    assert records.sessions()[0]["ended"]


@pytest.mark.requirement("R32")
def test_a_kept_copy_of_the_cookie_is_worthless(alice: Browser, app: Flask) -> None:
    kept = alice.client.get_cookie("__Host-desk")
    assert kept is not None
    alice.submit("Sign out")
    thief = Browser(app)
    thief.client.set_cookie("__Host-desk", kept.value)
    assert thief.client.get("/you/sessions").headers["Location"] == "/sign-in?next=/you/sessions"
    assert thief.client.get("/you/sessions", headers={"HX-Request": "true"}).status_code == 401


@pytest.mark.requirement("R41")
def test_it_empties_the_browser(alice: Browser) -> None:
    token = alice.form("Sign out").find("input", attrs={"name": "csrf_token"})
    alice.send("/sign-out", {"csrf_token": token["value"]})  # type: ignore[index]
    assert alice.response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert alice.response.headers["Cache-Control"] == "no-store"
    alice.open("/sign-in")
    with alice.client.session_transaction() as cookie:
        assert "_user_id" not in cookie


def test_it_is_never_a_link(alice: Browser) -> None:
    alice.open("/sign-out")
    assert alice.status == 405
    alice.open("/you/sessions")
    assert alice.heading == "Your sessions"
