"""What another site makes a browser send, and forms that no page of the desk made."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE
from webapp.access.rejection_sampler import ENTRIES_A_MINUTE

from .records import Records


def token_of(browser: Browser) -> str:
    return str(browser.page.find("input", attrs={"name": "csrf_token"})["value"])  # type: ignore[index]


@pytest.mark.requirement("R36")
def test_a_form_without_its_token_is_refused_and_written_down(alice: Browser, records: Records) -> None:
    alice.send("/you/sessions/end-others", {})
    assert alice.status == 400
    assert alice.heading == "This form is out of date"
    (entry,) = records.new_entries()
    assert (entry["event"], entry["outcome"], entry["actor_label"]) == ("csrf.failed", "denied", "Alice Agent")


def test_a_token_of_another_session_is_refused(alice: Browser, stranger: Browser, records: Records) -> None:
    stranger.open("/sign-in")
    alice.send("/you/sessions/end-others", {"csrf_token": token_of(stranger)})
    assert alice.status == 400


def test_a_token_from_before_the_sign_in_is_refused(stranger: Browser) -> None:
    stranger.open("/sign-in?next=/you/sessions")
    early = token_of(stranger)
    stranger.submit("Sign in", email=PEOPLE["agent"][0], password=PASSWORD)
    stranger.send("/you/sessions/end-others", {"csrf_token": early})
    assert stranger.status == 400


def test_htmx_may_send_the_token_as_a_header(alice: Browser) -> None:
    headers = {"X-CSRFToken": token_of(alice), "HX-Request": "true"}
    alice.send("/you/sessions/end-others", {}, headers=headers)
    assert alice.status == 303


@pytest.mark.requirement("R36")
def test_another_site_is_refused_even_with_the_token(alice: Browser, records: Records) -> None:
    fields = {"csrf_token": token_of(alice)}
    for origin in ("same-origin", "none"):
        alice.send("/you/sessions/end-others", fields, headers={"Sec-Fetch-Site": origin})
        assert alice.status == 303
    records.news()
    alice.send("/you/sessions/end-others", fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert alice.status == 403
    assert records.news() == ["csrf.failed denied sent by another site"]


@pytest.mark.requirement("R37")
def test_another_site_cannot_sign_anybody_in(stranger: Browser, records: Records) -> None:
    stranger.open("/sign-in")
    fields = {"csrf_token": token_of(stranger), "email": PEOPLE["agent"][0], "password": PASSWORD}
    stranger.send("/sign-in", fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert stranger.status == 403
    assert not records.sessions()


def test_a_link_on_another_site_still_opens_a_page(alice: Browser) -> None:
    assert alice.client.get("/you/sessions", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.requirement("R36")
def test_no_get_changes_anything(app: Flask, alice: Browser, records: Records) -> None:
    before = records.sessions()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("auth.") and "GET" in (rule.methods or ()):
            alice.client.get(rule.rule)
    assert records.sessions() == before
    assert records.news() == []


@pytest.mark.requirement("R45")
def test_a_field_given_twice_is_refused(stranger: Browser, records: Records) -> None:
    stranger.open("/sign-in")
    fields = {"csrf_token": token_of(stranger), "email": [PEOPLE["agent"][0], PEOPLE["admin"][0]], "password": PASSWORD}
    stranger.send("/sign-in", fields)
    assert stranger.status == 400
    assert not records.sessions()


@pytest.mark.requirement("R45")
def test_a_field_that_no_form_has_is_ignored(stranger: Browser, records: Records) -> None:
    stranger.open("/sign-in?next=/you/sessions")
    stranger.submit("Sign in", email=PEOPLE["agent"][0], password=PASSWORD, role="admin", is_demo="1", active="0")
    assert stranger.heading == "Your sessions"
    assert records.roles(PEOPLE["agent"][0]) == {"*": "agent"}


def test_a_stranger_cannot_fill_the_audit_log(stranger: Browser, records: Records) -> None:
    for _ in range(20):
        stranger.send("/sign-in", {})
        assert stranger.status == 400
    assert records.news() == ["csrf.failed denied form token"] * ENTRIES_A_MINUTE
    stranger.send("/sign-in", {}, environ_base={"REMOTE_ADDR": "192.0.2.9"})
    assert records.news() == ["csrf.failed denied form token"]


@pytest.mark.requirement("R58")
def test_every_refusal_of_somebody_signed_in_is_written_down(alice: Browser, records: Records) -> None:
    for _ in range(ENTRIES_A_MINUTE + 5):
        alice.send("/you/sessions/end-others", {})
    assert len(records.news()) == ENTRIES_A_MINUTE + 5
