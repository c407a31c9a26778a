"""When a session ends by itself, or because something about the person changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE
from webapp import create_app
from webapp.access import sessions
from webapp.core.settings import Settings
from webapp.web.auth.lapse_words import words_for

from .accounts import give
from .records import Records

ALICE = PEOPLE["agent"][0]
MINUTE = timedelta(minutes=1)


def run(app: Flask, *words: str, given: str = "") -> str:
    result = app.test_cli_runner().invoke(args=list(words), input=given)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.requirement("R33")
def test_fifteen_idle_minutes_end_it(clock: time_machine.Traveller, alice: Browser, records: Records) -> None:
    clock.shift(14 * MINUTE)
    alice.open("/you/sessions")
    assert alice.heading == "Your sessions"
    clock.shift(15 * MINUTE)
    alice.open("/you/password")
    assert alice.address == "/sign-in?next=/you/password"
    assert "because you did nothing on the desk for 15 minutes" in alice.words
    assert records.news() == ["auth.session.expired ok idle"]
    alice.submit("Sign in", email=ALICE, password=PASSWORD)
    assert alice.heading == "Change password"


@pytest.mark.requirement("R33")
def test_twelve_hours_end_it_however_busy(clock: time_machine.Traveller, alice: Browser, records: Records) -> None:
    for _ in range(71):
        clock.shift(10 * MINUTE)
        assert alice.client.get("/you/sessions").status_code == 200
    clock.shift(10 * MINUTE)
    alice.open("/you/sessions")
    assert "because a session lasts 12 hours at most" in alice.words
    assert records.news() == ["auth.session.expired ok too old"]


@pytest.mark.requirement("R33")
def test_what_a_page_asks_by_itself_does_not_keep_it_alive(clock: time_machine.Traveller, alice: Browser) -> None:
    for _ in range(3):
        clock.shift(4 * MINUTE)
        assert alice.client.get("/you/sessions", headers={"X-Background": "1"}).status_code == 200
    clock.shift(4 * MINUTE)
    answer = alice.client.get("/you/sessions", headers={"X-Background": "1", "HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/sign-in")


@pytest.mark.parametrize(
    ("minutes", "hours", "words"),
    [(1, 12, "on the desk for 1 minute."), (15, 1, "lasts 1 hour at most."), (2, 2, "on the desk for 2 minutes.")],
)
def test_one_minute_is_one_minute(settings: Settings, minutes: int, hours: int, words: str) -> None:
    app = create_app(settings.model_copy(update={"session_idle_minutes": minutes, "session_hours": hours}))
    reason = sessions.TOO_OLD if hours == 1 else sessions.IDLE
    with app.test_request_context():
        assert words_for(sessions.Lapse(1, 1, reason, False))[0].endswith(words)


def test_being_seen_is_written_once_a_minute(clock: time_machine.Traveller, alice: Browser, records: Records) -> None:
    first = records.sessions()[0]["last_seen"]
    clock.shift(timedelta(seconds=59))
    alice.open("/you/sessions")
    assert records.sessions()[0]["last_seen"] == first
    clock.shift(timedelta(seconds=1))
    alice.open("/you/sessions")
    assert records.sessions()[0]["last_seen"] > first


def test_an_end_is_written_down_once_however_often_the_cookie_comes(
    clock: time_machine.Traveller, alice: Browser, records: Records
) -> None:
    clock.shift(20 * MINUTE)
    for _ in range(3):
        alice.client.get("/you/sessions")
        alice.client.get("/sign-in")
    assert records.news() == ["auth.session.expired ok idle"]
    (row,) = records.sessions()
    assert row["end_reason"] == "idle"


@pytest.mark.parametrize(
    ("command", "told", "event"),
    [
        (("disable-user", ALICE), "Your access to the desk was ended.", "user.disabled"),
        (("set-role", ALICE, "viewer"), "Your role was changed", "user.role_changed"),
        (("end-sessions", ALICE), "An admin ended this session.", "user.sessions_ended"),
        (("reset-password", ALICE, "--password-stdin"), "Your password was changed", "user.password_reset"),
    ],
)
@pytest.mark.requirement("R32")
def test_what_an_admin_does_ends_it_at_once(
    app: Flask, alice: Browser, records: Records, command: tuple[str, ...], told: str, event: str
) -> None:
    run(app, *command, given="another horse battery staple\n")
    alice.open("/you/sessions")
    assert alice.heading == "Sign in"
    assert told in alice.words
    assert [news.split()[0] for news in records.news()] == ["auth.session.ended", event]


def test_a_role_changed_behind_its_back_counts_from_the_next_request(alice: Browser, records: Records) -> None:
    give(records, "agent", "viewer")
    assert alice.client.get("/demo/orders/order-1/refund").status_code == 403
    give(records, "agent", "ghost")
    assert alice.client.get("/demo/orders").status_code == 404, "a role that there is none of opens no account"
    assert alice.client.get("/you/sessions").status_code == 200


@pytest.mark.requirement("R32")
def test_a_person_disabled_behind_its_back_is_out_from_the_next_request(alice: Browser, records: Records) -> None:
    records.change('UPDATE "user" SET active = false WHERE email = :email', email=ALICE)
    assert alice.client.get("/you/sessions").status_code == 302
