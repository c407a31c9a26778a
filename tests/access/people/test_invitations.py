"""Somebody is invited, and chooses a password with a link that is good once and for a day."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from tests.access.records import Records
from tests.alerts.mailbox import Mailbox, mailbox
from tests.browser import Browser
from tests.people import let_in

from .inviting import ADAM, ALICE, GOOD, INVITED, choose, invite, page_of


def test_somebody_is_invited_and_chooses_the_password(adam: Browser, stranger: Browser, records: Records) -> None:
    records.news()
    link = invite(adam)
    assert [news.split()[0] for news in records.news()] == ["user.created", "user.link_made"]
    token = link.rpartition("/")[2]
    assert not records.rows("SELECT 1 FROM invitation WHERE token_hash = :token", token=token), "only its hash is kept"
    assert "Invited" in adam.open(page_of(records, INVITED["email"])).get_text()
    assert token not in adam.response.text
    stranger.open(link)
    assert "Welcome, Nadia New" in stranger.words
    stranger.open(link)
    assert stranger.status == 200, "to look at it does not use it up"
    choose(stranger, link)
    assert (stranger.heading, "Your password is saved" in stranger.words) == ("Sign in", True)
    (joined,) = [entry for entry in records.new_entries() if entry["event"] == "user.joined"]
    assert (joined["actor_label"], token in str(dict(joined))) == ("Nadia New", False)
    stranger.open("/sign-in?next=/you/sessions")
    stranger.submit("Sign in", email=INVITED["email"], password=GOOD)
    assert stranger.heading == "Your sessions"
    stranger.open(link)
    assert (stranger.status, stranger.heading) == (410, "This link cannot be used any more")


def test_a_link_is_good_for_a_day(adam: Browser, app: Flask, records: Records) -> None:
    link = invite(adam)
    stranger = Browser(app)
    tomorrow = records.rows("SELECT expires FROM invitation")[0]["expires"]
    with time_machine.travel(f"{tomorrow}+00:00", tick=False):
        stranger.open(link)
        assert stranger.status == 410
        assert stranger.client.post(link, data={"new": GOOD, "again": GOOD}).status_code in (400, 410)
        adam = let_in(app, ADAM)
        adam.open("/people?state=expired")
        assert "Nadia New" in adam.words


def test_a_new_link_takes_the_place_of_the_one_before(adam: Browser, stranger: Browser, records: Records) -> None:
    first = invite(adam)
    adam.open(page_of(records, INVITED["email"]))
    adam.submit("Make a new link")
    second = re.search(r"http://localhost(/welcome/\S+)", adam.words)[1]  # type: ignore[index]
    stranger.open(first)
    assert stranger.status == 410
    choose(stranger, second)
    assert stranger.heading == "Sign in"


@pytest.mark.parametrize(
    ("new", "again", "told"),
    [
        ("short", "short", "Use at least 12 characters"),
        ("nadia nadia nadia new", "nadia nadia nadia new", "your name"),
        (GOOD, "another quiet lamp", "differs from the new password"),
        ("", "", "Type the new password."),
    ],
)
def test_what_is_no_password_leaves_the_link_good(
    adam: Browser, stranger: Browser, new: str, again: str, told: str
) -> None:
    link = invite(adam)
    stranger.open(link)
    stranger.submit("Save the password", new=new, again=again)
    assert stranger.status == 422
    assert told in stranger.words
    choose(stranger, link)
    assert stranger.heading == "Sign in"


def test_a_link_for_somebody_who_has_a_password(adam: Browser, app: Flask, records: Records) -> None:
    """They keep what they have until they use it; then every session of theirs ends."""
    alice = let_in(app, ALICE)
    adam.open(page_of(records, ALICE))
    adam.submit("Make a link")
    link = re.search(r"http://localhost(/welcome/\S+)", adam.words)[1]  # type: ignore[index]
    alice.open("/you/sessions")
    assert alice.heading == "Your sessions"
    choose(Browser(app), link)
    alice.open("/you/sessions")
    assert alice.heading == "Sign in"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": " "}, "The name needs 1 to 120 characters."),
        ({"name": ""}, "Type the name"),
        ({"email": "x"}, "This is not an e-mail address"),
        ({"email": ALICE.upper()}, "exists already"),
        ({"role": ""}, "Choose a role."),
        ({"accounts": "nowhere"}, "Not a valid choice"),
    ],
)
def test_nobody_is_invited_wrongly(adam: Browser, records: Records, fields: dict[str, str], told: str) -> None:
    adam.open("/people/new")
    records.news()
    adam.submit("Invite and show the link", **{**INVITED, **fields})
    assert adam.status == 422
    assert told in adam.words
    assert records.news() == []


def test_an_invitation_for_one_account(adam: Browser, records: Records) -> None:
    invite(adam, accounts="second")
    rows = records.rows("SELECT account, role FROM user_role JOIN \"user\" ON id = user_id WHERE email = :email",
                        email=INVITED["email"])  # fmt: skip
    assert [tuple(row.values()) for row in rows] == [("second", "agent")]


@pytest.fixture
def box(app: Flask) -> Iterator[Mailbox]:
    """The desk's mail server."""
    with mailbox() as served:
        sending = {"smtp_host": "127.0.0.1", "smtp_port": served.port, "smtp_security": "none"}
        addresses = {"alert_mail_from": "desk@shop.example", "alert_mail_to": ("ops@shop.example",)}
        settings = app.extensions["settings"].model_copy(update={**sending, **addresses})
        app.extensions["settings"] = settings
        yield served


def test_the_link_goes_by_mail_where_the_desk_sends_mail(adam: Browser, stranger: Browser, box: Mailbox) -> None:
    link = invite(adam)
    assert "It was sent to nadia@shop.example as well." in adam.words
    assert box.to == [["nadia@shop.example"]], "and to nobody who gets alerts"
    assert f"http://localhost{link}" in box.text()
    assert "Adam Admin has given you access to Postpay Desk." in box.text()
    choose(stranger, link)
    assert stranger.heading == "Sign in"


def test_a_link_that_cannot_be_mailed_is_on_the_page(adam: Browser, box: Mailbox) -> None:
    box.refused.add("nadia@shop.example")
    invite(adam)
    assert "It could not be sent to nadia@shop.example (SMTPRecipientsRefused)." in adam.words
