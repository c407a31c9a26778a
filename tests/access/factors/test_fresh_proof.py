"""Acts that need a proof of the last five minutes ask who has a second factor for that, not for the password (R22)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from tests.access.records import Records
from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE
from tests.people import let_in

from .factors import code_of, set_up_app

ADAM, ALICE = PEOPLE["admin"][0], PEOPLE["agent"][0]
INVITED = {"name": "Nadia New", "email": "nadia@shop.example", "role": "agent"}


@pytest.fixture
def adam(clock: time_machine.Traveller, app: Flask) -> Browser:
    adam = let_in(app, ADAM)
    set_up_app(adam)
    clock.shift(timedelta(minutes=6))
    return adam


@pytest.mark.requirement("R22")
def test_a_code_is_asked_for_and_what_was_typed_survives(
    clock: time_machine.Traveller, app: Flask, adam: Browser, records: Records
) -> None:
    adam.open("/people/new")
    assert (adam.heading, "second factor" in adam.words) == ("Confirm that it is you", True)
    adam.submit("Continue", code=code_of(app, records, ADAM))
    clock.shift(timedelta(minutes=6))
    records.news()
    adam.submit("Invite and show the link", **INVITED)
    assert adam.heading == "Confirm that it is you"
    before = adam.client.get_cookie("__Host-desk").value  # type: ignore[union-attr]
    adam.submit("Continue", code=code_of(app, records, ADAM))
    assert (adam.heading, "nadia@shop.example" in adam.words) == ("What you had typed", True)
    assert records.news() == ["auth.confirmed ok"]
    assert adam.client.get_cookie("__Host-desk").value != before  # type: ignore[union-attr]
    adam.submit("Send this now")
    assert adam.heading == "Link for Nadia New"


@pytest.mark.requirement("R22")
def test_the_password_is_no_proof_for_who_has_a_second_factor(adam: Browser, records: Records) -> None:
    adam.open("/people/new")
    assert not adam.page.select("input[name=password]")
    token = adam.form("Continue").find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    adam.send("/you/confirm", {"csrf_token": token, "password": PASSWORD})
    assert (adam.status, "Type the code" in adam.words) == (422, True)


@pytest.mark.requirement("R22")
def test_another_password_is_no_fresh_proof_either(adam: Browser) -> None:
    """A browser that stands open, and the password: not enough to take the factor away, or for anything else."""
    again = "another long password of adam"
    adam.open("/you/password")
    adam.submit("Change password", current=PASSWORD, new=again, again=again)
    assert adam.client.get("/you/sessions").status_code == 200
    for page in ("/people/new", "/you/second-factor/app/remove"):
        assert adam.client.get(page).headers["Location"].startswith("/you/confirm"), page


def test_ten_wrong_codes_lock_this_question_only(
    app: Flask, adam: Browser, records: Records, stranger: Browser
) -> None:
    records.news()
    adam.open("/people/new")
    for _ in range(10):
        adam.submit("Continue", code="1")
    adam.submit("Continue", code=code_of(app, records, ADAM))
    assert "Too many wrong codes." in adam.words
    assert [news.split()[:2] for news in records.news()] == [["auth.confirmed", "denied"]] * 11
    stranger.open("/sign-in?next=/you/sessions")
    stranger.submit("Sign in", email=ADAM, password=PASSWORD)
    stranger.submit("Sign in", code=code_of(app, records, ADAM, steps=1))
    assert stranger.heading == "Your sessions"


def test_pages_of_such_acts_ask_first(adam: Browser) -> None:
    for address in ("/people/new", "/you/second-factor/app", "/you/second-factor/app/remove"):
        adam.open(address)
        assert adam.heading == "Confirm that it is you", address
