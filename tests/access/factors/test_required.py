"""Where money is real, agents, finance and admins have a second factor before anything else (R26)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask

from tests.access.addresses import address, requests
from tests.access.conftest import NOWHERE
from tests.access.records import Records
from tests.access.test_role_matrix import MAY
from tests.browser import Browser
from tests.conftest import PEOPLE, make_settings
from tests.people import let_in
from webapp.core.accounts import Environment
from webapp.core.settings import Settings
from webapp.core.settings_checks import dangers
from webapp.web.guard import BEFORE_A_SECOND_FACTOR

from .factors import give_password, set_up_app

ALICE = PEOPLE["agent"][0]
OF_EVERYBODY = {endpoint for endpoint, who in MAY.items() if "stranger" in who}


@pytest.fixture
def settings(migrated_database: Path, tmp_path: Path) -> Settings:
    shutil.copy(migrated_database, tmp_path / "desk.sqlite3")
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    return make_settings(NOWHERE, url, tmp_path, second_factor="required")


@pytest.mark.parametrize("person", ["agent", "finance", "admin"])
def test_who_needs_one_is_led_to_set_it_up(app: Flask, person: str) -> None:
    browser = let_in(app, PEOPLE[person][0])
    for page in ("/demo/orders", "/you", "/you/sessions", "/audit", "/people", "/you/second-factor"):
        browser.open(page)
        assert (browser.heading, "Your role needs a second factor." in browser.words) == ("Second factor", True)
    assert browser.client.post("/people/1/disable").headers["Location"] == "/you/second-factor"
    assert browser.client.get("/demo/orders", headers={"HX-Request": "true"}).headers["HX-Redirect"]
    set_up_app(browser)
    assert browser.client.get("/you/sessions").status_code == 200


@pytest.mark.requirement("R26")
def test_no_address_is_reached_before(app: Flask) -> None:
    """Of people who need a factor and have none; and of those who have given the password alone."""
    alice, half_open = let_in(app, ALICE), Browser(app)
    for rule, method in requests(app):
        if rule.endpoint not in OF_EVERYBODY | BEFORE_A_SECOND_FACTOR:
            answer = alice.client.open(address(rule), method=method)
            assert answer.headers.get("Location") == "/you/second-factor", f"{method} {rule.endpoint}"
    set_up_app(alice)
    give_password(half_open, "agent")
    assert half_open.heading == "Second factor"
    for rule, method in requests(app):
        if rule.endpoint not in OF_EVERYBODY:
            answer = half_open.client.open(address(rule), method=method)
            assert answer.headers.get("Location", "").startswith("/sign-in"), f"{method} {rule.endpoint}"


@pytest.mark.parametrize("person", ["viewer", "auditor"])
def test_who_only_looks_may_do_without(app: Flask, person: str) -> None:
    browser = let_in(app, PEOPLE[person][0])
    browser.open("/you/sessions")
    assert browser.heading == "Your sessions"


def test_the_password_leads_there(app: Flask, stranger: Browser) -> None:
    give_password(stranger, "agent")
    assert stranger.heading == "Second factor"
    assert stranger.client.get("/you/sessions").headers["Location"] == "/you/second-factor"
    stranger.open("/you/second-factor")
    stranger.submit("Sign out")
    assert stranger.heading == "Sign in"


def test_who_removes_the_last_one_is_told_and_led_to_another(app: Flask, records: Records) -> None:
    alice = let_in(app, ALICE)
    set_up_app(alice)
    alice.open("/you/second-factor/app/remove")
    assert "you can do nothing else before you have set up another one" in alice.words
    alice.submit("Remove it now")
    alice.open("/you/sessions")
    assert (alice.heading, "Your role needs a second factor." in alice.words) == ("Second factor", True)


@pytest.mark.requirement("R26")
def test_it_is_required_unless_every_account_is_embedded(tmp_path: Path) -> None:
    embedded = make_settings(NOWHERE, "sqlite://", tmp_path, second_factor=None)
    live = embedded.accounts[0].model_copy(update={"environment": Environment.LIVE})
    real = embedded.model_copy(update={"accounts": (live,)})
    assert (embedded.requires_second_factor, real.requires_second_factor) == (False, True)
    optional = real.model_copy(update={"second_factor": "optional"})
    assert any(one.startswith("SECOND_FACTOR=optional") for one in dangers(optional))
    assert not any(one.startswith("SECOND_FACTOR") for one in dangers(real))
