"""Some minutes before a session ends a page can say so; asking for it keeps nothing alive, pressing "Stay" does."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE

BY_ITSELF = {"X-Background": "1"}
MINUTE = timedelta(minutes=1)


def told(browser: Browser, *, by_itself: bool = True) -> dict[str, object]:
    answer = browser.client.get("/you/time-left", headers=BY_ITSELF if by_itself else {})
    assert answer.status_code == 200
    return dict(answer.get_json())


def test_there_is_no_warning_while_there_is_time(clock: time_machine.Traveller, alice: Browser) -> None:
    assert told(alice) == {"words": "", "can_stay": True, "next": 12 * 60}
    notice = alice.page.find(id="session-end")
    assert notice.has_attr("hidden")
    assert notice["data-first-look"] == "660"


@pytest.mark.parametrize(
    ("minutes", "words"), [(12, "in 3 minutes, because nothing"), (14, "in 1 minute, because nothing")]
)
def test_it_warns_three_minutes_before(clock: time_machine.Traveller, alice: Browser, minutes: int, words: str) -> None:
    clock.shift(minutes * MINUTE)
    assert words in str(told(alice)["words"])
    assert told(alice)["next"] == 60


def test_asking_keeps_nothing_alive(clock: time_machine.Traveller, alice: Browser) -> None:
    for _ in range(3):
        clock.shift(4 * MINUTE)
        told(alice)
    clock.shift(3 * MINUTE)
    assert alice.client.get("/you/time-left", headers=BY_ITSELF).status_code == 302


def test_staying_does(clock: time_machine.Traveller, alice: Browser) -> None:
    clock.shift(13 * MINUTE)
    assert told(alice, by_itself=False)["words"] == ""
    clock.shift(11 * MINUTE)
    assert told(alice)["words"] == ""


def test_after_twelve_hours_nobody_can_stay(clock: time_machine.Traveller, alice: Browser) -> None:
    for _ in range(71):
        clock.shift(10 * MINUTE)
        told(alice, by_itself=False)
    clock.shift(8 * MINUTE)
    warning = told(alice, by_itself=False)
    assert "in 2 minutes, because you signed in long ago" in str(warning["words"])
    assert warning["can_stay"] is False


def test_whose_session_ran_out_need_not_type_the_e_mail_again(clock: time_machine.Traveller, alice: Browser) -> None:
    clock.shift(20 * MINUTE)
    alice.open("/you/password")
    assert alice.page.find(id="email")["value"] == PEOPLE["agent"][0]
    alice.submit("Sign in", password=PASSWORD)
    assert alice.heading == "Change password"


def test_a_sign_in_page_that_stood_open_too_long_keeps_the_e_mail(stranger: Browser) -> None:
    stranger.open("/sign-in?next=/you/sessions")
    stranger.submit("Sign in", csrf_token="of yesterday", email=PEOPLE["agent"][0], password=PASSWORD)
    assert stranger.status == 400
    assert "This page was open for too long, so nothing was checked" in stranger.words
    assert stranger.page.find(id="email")["value"] == PEOPLE["agent"][0]
    stranger.submit("Sign in", password=PASSWORD)
    assert stranger.heading == "Your sessions"


def test_who_has_signed_in_in_another_tab_goes_on_from_the_first(alice: Browser) -> None:
    signed_in = alice.response
    alice.send("/sign-in", {"csrf_token": "of the other tab", "email": "x", "password": "y", "next": "/you/password"})
    assert (alice.status, alice.response.location) == (303, "/you/password")
    assert signed_in.status_code == 200
