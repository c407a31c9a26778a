"""One's own sessions: seen, and ended one by one or all but this."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE
from webapp.web.auth.browser_words import browser_words

from .records import Records

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def phone(app: Flask) -> Browser:
    """Alice's telephone, signed in as well."""
    browser = Browser(app)
    browser.client.environ_base.update({"HTTP_USER_AGENT": IPHONE, "REMOTE_ADDR": "192.0.2.7"})
    browser.open("/sign-in?next=/you/sessions")
    browser.submit("Sign in", email=PEOPLE["agent"][0], password=PASSWORD)
    return browser


def test_each_says_which_browser_where_and_when(phone: Browser, alice: Browser, farah: Browser) -> None:
    alice.open("/you/sessions")
    rows = [" ".join(row.get_text(" ").split()) for row in alice.page.select("tbody tr")]
    assert len(rows) == 2
    assert "This one" in rows[0]
    (this,) = [row for row in rows if "This one" in row]
    (other,) = [row for row in rows if "This one" not in row]
    assert "127.0.0.1" in this
    assert "End" not in this
    assert "Safari on iPhone" in other
    assert "192.0.2.7" in other


def test_this_one_comes_first_though_another_was_seen_later(
    clock: time_machine.Traveller, app: Flask, alice: Browser
) -> None:
    clock.shift(timedelta(minutes=2))
    later = Browser(app)
    later.open("/sign-in")
    later.submit("Sign in", email=PEOPLE["agent"][0], password=PASSWORD)
    alice.client.get("/you/sessions", headers={"X-Background": "1"})
    response = alice.client.get("/you/sessions", headers={"X-Background": "1"}).get_data(as_text=True)
    assert response.index("This one") < response.index('/end"')


@pytest.mark.requirement("R34")
def test_another_one_is_ended(phone: Browser, alice: Browser, records: Records) -> None:
    records.news()
    alice.open("/you/sessions")
    alice.submit("End Safari on iPhone")
    assert "The session is ended." in alice.words
    assert records.news() == ["auth.session.ended ok ended elsewhere"]
    phone.open("/you/sessions")
    assert phone.heading == "Sign in"
    assert "This session was ended from another one of yours." in phone.words


def test_all_others_are_ended(sign_in: Callable[[str], Browser], alice: Browser, records: Records) -> None:
    others = [sign_in("agent"), sign_in("agent")]
    farah = sign_in("finance")
    records.news()
    alice.open("/you/sessions")
    alice.submit("End all others")
    assert "2 other sessions are ended." in alice.words
    assert records.news() == ["auth.session.ended ok ended elsewhere"] * 2
    assert [browser.client.get("/you/sessions").status_code for browser in (*others, farah)] == [302, 302, 200]


def test_somebody_elses_cannot_be_ended(alice: Browser, farah: Browser, records: Records) -> None:
    token = farah.page.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    (first, own) = (row["id"] for row in records.sessions())
    for session_id in (first, own, 12345):
        farah.send(f"/you/sessions/{session_id}/end", {"csrf_token": token})
        assert farah.status == 404
    assert alice.client.get("/you/sessions").status_code == 200


def test_those_that_are_over_are_not_listed(clock: time_machine.Traveller, phone: Browser, app: Flask) -> None:
    clock.shift(timedelta(minutes=16))
    browser = Browser(app)
    browser.open("/sign-in?next=/you/sessions")
    browser.submit("Sign in", email=PEOPLE["agent"][0], password=PASSWORD)
    assert len(browser.page.select("tbody tr")) == 1
    assert "End all others" not in browser.words


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (IPHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/131.0.0.0 Safari/537.36", "Chrome on macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Linux; Android 14; SM-S918B) SamsungBrowser/23.0 Chrome/115", "Samsung Internet on Android"),
        ("curl/8.5.0", "Unknown browser"),
        (None, "Unknown browser"),
    ],
)
def test_a_browser_is_named_as_people_name_it(app: Flask, user_agent: str | None, words: str) -> None:
    with app.test_request_context():
        assert browser_words(user_agent) == words
