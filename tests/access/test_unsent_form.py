"""A lost session does not eat a typed form: it comes back to the same person, in the same browser, by a click."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from pydantic import SecretStr

from tests.browser import Browser, form_values
from tests.conftest import PASSWORD, PEOPLE, make_settings
from tests.provider import provider_of
from webapp.core.sealing import seal, unseal
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox

from .records import Records

ALICE, FARAH = PEOPLE["agent"][0], PEOPLE["finance"][0]
NOTE = "The customer sent one shirt back — «too small» & <b>blue</b>"


@pytest.fixture
def settings(sandbox: Sandbox, migrated_database: Path, tmp_path: Path) -> Settings:
    shutil.copy(migrated_database, tmp_path / "desk.sqlite3")
    return make_settings(sandbox.base_url, f"sqlite:///{tmp_path / 'desk.sqlite3'}", tmp_path)


def lose_the_session(browser: Browser, clock: time_machine.Traveller, **headers: str) -> None:
    """Types a refund, has a long lunch, and presses Continue."""
    token = browser.page.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    clock.shift(timedelta(minutes=20))
    fields = {"csrf_token": token, "part": "part", "amount": "12.50", "reason": "returned", "note": NOTE}
    browser.send("/demo/orders/order-1/refund", fields, headers=headers)


def test_what_was_typed_comes_back_after_the_sign_in(
    clock: time_machine.Traveller, alice: Browser, records: Records
) -> None:
    lose_the_session(alice, clock)
    assert alice.status == 303
    alice.open(alice.response.headers["Location"])
    assert "What you had typed was kept: you get it back after you sign in." in alice.words
    assert NOTE not in alice.words
    alice.submit("Sign in", email=ALICE, password=PASSWORD)
    assert alice.heading == "What you had typed"
    assert NOTE in alice.words
    assert "Refund of order order-1" in alice.words
    assert "How much An amount Amount 12.50 Reason Item returned Note" in alice.words
    assert "/demo/orders" not in alice.words
    form = alice.form("Continue with this")
    assert form["action"] == "/demo/orders/order-1/refund"
    sent = form_values(form)
    assert {name: sent[name] for name in ("part", "amount", "reason", "note")} == {
        "part": "part",
        "amount": "12.50",
        "reason": "returned",
        "note": NOTE,
    }
    assert records.news() == ["auth.session.expired ok idle", "auth.login.succeeded ok"]


def test_a_wrong_password_does_not_hide_that_it_is_kept(clock: time_machine.Traveller, alice: Browser) -> None:
    lose_the_session(alice, clock)
    alice.open(alice.response.headers["Location"])
    alice.submit("Sign in", email=ALICE, password="not the password")
    assert "Sign-in failed. Check the e-mail address and the password." in alice.words
    assert "What you had typed was kept: you get it back after you sign in." in alice.words


def test_a_click_goes_on_where_the_session_ended(
    clock: time_machine.Traveller, sandbox: Sandbox, sign_in: Callable[[str], Browser]
) -> None:
    provider = provider_of(sandbox)
    provider.order("order-1")
    alice = sign_in("agent")
    alice.open("/demo/orders/order-1/refund")
    clock.shift(timedelta(minutes=20))
    alice.submit("Continue", part="part", amount="12.50", reason="returned", note=NOTE)
    assert alice.heading == "Sign in"
    alice.submit("Sign in", email=ALICE, password=PASSWORD)
    provider.forget()
    alice.submit("Continue with this")
    assert "Refund AED 12.50 now" in alice.words.replace("\u00a0", " ")
    assert NOTE in alice.words
    assert not provider.seen("POST"), "nothing is done before the last click"


def test_chosen_items_come_back_in_words(
    clock: time_machine.Traveller, sandbox: Sandbox, sign_in: Callable[[str], Browser]
) -> None:
    items = [{"name": "Lamp", "unit_price": 500, "qty": 3}, {"name": "Bulb", "unit_price": 500, "qty": 1}]
    provider_of(sandbox).order("order-1", total=2500, items=items, shipping={"amount": 500})
    alice = sign_in("agent")
    alice.open("/demo/orders/order-1/refund")
    clock.shift(timedelta(minutes=20))
    chosen = {"part": "lines", "line-1": "2", "line-shipping": "1", "reason": "returned"}
    alice.submit("Continue", **chosen)
    alice.submit("Sign in", email=ALICE, password=PASSWORD)
    for said in ("How much Items", "Items 2 × Lamp, shipping", "Reason Item returned"):
        assert said in alice.words
    alice.submit("Continue with this")
    assert "2 × Lamp" in alice.words
    assert "Refund AED 15.00 now" in alice.words.replace("\u00a0", " ")


def test_the_orders_own_form_has_it_too(
    clock: time_machine.Traveller, sandbox: Sandbox, sign_in: Callable[[str], Browser]
) -> None:
    provider_of(sandbox).order("order-1")
    alice = sign_in("agent")
    alice.open("/demo/orders/order-1/refund")
    clock.shift(timedelta(minutes=20))
    alice.submit("Continue", part="part", amount="12.50", reason="returned", note=NOTE)
    alice.submit("Sign in", email=ALICE, password=PASSWORD)
    clock.shift(timedelta(minutes=1))
    alice.open("/demo/orders/order-1/refund")
    assert "This is what you typed on" in alice.words
    assert form_values(alice.form("Continue"))["note"] == NOTE
    alice.submit("Continue", note="Something else")
    alice.open("/you/unsent")
    assert NOTE not in alice.words, "one form is kept of an order, the newest"
    alice.open("/demo/orders/order-1/refund")
    assert form_values(alice.form("Continue"))["note"] == "Something else"


def test_any_page_says_that_what_was_typed_there_is_kept(
    clock: time_machine.Traveller, sign_in: Callable[[str], Browser]
) -> None:
    adam = sign_in("admin")
    adam.open("/demo/hooks/new")
    clock.shift(timedelta(minutes=20))
    adam.submit("Create the webhook", url="https://kept.example.com/a", events=["order"])
    adam.submit("Sign in", email=PEOPLE["admin"][0], password=PASSWORD)
    adam.open("/demo/hooks/new")
    adam.follow("Get it back")
    assert "https://kept.example.com/a" in adam.words


@pytest.mark.requirement("R51")
def test_htmx_is_sent_to_the_sign_in_and_the_form_comes_back_too(clock: time_machine.Traveller, alice: Browser) -> None:
    lose_the_session(alice, clock, **{"HX-Request": "true"})
    assert alice.status == 401
    assert not alice.response.data
    alice.open(alice.response.headers["HX-Redirect"])
    alice.submit("Sign in", email=ALICE, password=PASSWORD)
    assert NOTE in alice.words


def test_nobody_else_gets_it(clock: time_machine.Traveller, alice: Browser, records: Records) -> None:
    lose_the_session(alice, clock)
    alice.open("/sign-in?next=/you/sessions")
    alice.submit("Sign in", email=FARAH, password=PASSWORD)
    assert alice.heading == "Your sessions"
    alice.open("/you/unsent")
    assert NOTE not in alice.words


def test_it_is_forgotten_with_the_next_session(clock: time_machine.Traveller, alice: Browser, records: Records) -> None:
    lose_the_session(alice, clock)
    alice.open("/sign-in")
    alice.submit("Sign in", email=ALICE, password=PASSWORD)
    assert len(records.rows("SELECT id FROM staff_session WHERE unsent_form IS NOT NULL")) == 1
    alice.submit("Sign out")
    assert not records.rows("SELECT id FROM staff_session WHERE unsent_form IS NOT NULL")


def test_it_is_forgotten_after_half_a_day(clock: time_machine.Traveller, alice: Browser, records: Records) -> None:
    lose_the_session(alice, clock)
    clock.shift(timedelta(hours=13))
    stranger = Browser(alice.app)
    stranger.open("/sign-in?next=/you/sessions")
    stranger.submit("Sign in", email=FARAH, password=PASSWORD)
    assert not records.rows("SELECT id FROM staff_session WHERE unsent_form IS NOT NULL")


def test_another_site_cannot_plant_one(clock: time_machine.Traveller, alice: Browser, records: Records) -> None:
    clock.shift(timedelta(minutes=20))
    alice.send("/demo/orders/order-1/refund", {"amount": "99.00", "note": "planted"})
    assert alice.status == 303
    assert not records.rows("SELECT id FROM staff_session WHERE unsent_form IS NOT NULL")


def test_a_form_that_moves_money_is_never_kept(clock: time_machine.Traveller, alice: Browser, records: Records) -> None:
    token = alice.page.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    clock.shift(timedelta(minutes=20))
    for path in ("refunds", "capture"):
        alice.send(f"/demo/orders/order-1/{path}", {"csrf_token": token, "amount": "12.50"})
        assert alice.status == 303
    assert not records.rows("SELECT id FROM staff_session WHERE unsent_form IS NOT NULL")


def test_secrets_are_left_out_and_the_rest_is_sealed(
    clock: time_machine.Traveller, alice: Browser, records: Records
) -> None:
    token = alice.page.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    clock.shift(timedelta(minutes=20))
    fields = {"csrf_token": token, "amount": "12.50", "password": "hidden-word", "hook_secret": "hidden-word"}
    alice.send("/demo/orders/order-1/refund", fields)
    (row,) = records.rows("SELECT unsent_form FROM staff_session WHERE unsent_form IS NOT NULL")
    assert "12.50" not in row["unsent_form"]
    kept = unseal(alice.app.extensions["settings"], row["unsent_form"]).get_secret_value()
    assert "12.50" in kept
    assert "hidden-word" not in kept
    assert token not in kept


def without_cookie(browser: Browser) -> None:
    """The browser has forgotten who is signed in, as when somebody clears its cookies; the page stays open."""
    browser.client.delete_cookie(browser.app.config["SESSION_COOKIE_NAME"])


def test_a_form_outlives_the_cookie(sandbox: Sandbox, sign_in: Callable[[str], Browser], records: Records) -> None:
    """Nothing is kept on the desk for whoever has not signed in: the sign-in page carries it."""
    provider_of(sandbox).order("order-1")
    alice = sign_in("agent")
    alice.open("/demo/orders/order-1/refund")
    without_cookie(alice)
    alice.submit("Continue", part="part", amount="12.50", reason="returned", note=NOTE)
    assert (alice.status, alice.heading) == (401, "Sign in")
    assert "What you typed is still here: sign in as the same person to get it back." in alice.words
    assert NOTE not in str(alice.page)
    assert not records.rows("SELECT id FROM staff_session WHERE unsent_form IS NOT NULL")
    alice.submit("Sign in", email=ALICE, password="not the password")
    assert "What you typed is still here" in alice.words
    alice.submit("Sign in", email=ALICE, password=PASSWORD)
    assert alice.heading == "What you had typed"
    alice.submit("Continue with this")
    assert "Refund AED 12.50 now" in alice.words.replace("\u00a0", " ")
    assert NOTE in alice.words


def test_a_review_outlives_the_cookie(sandbox: Sandbox, sign_in: Callable[[str], Browser]) -> None:
    provider = provider_of(sandbox)
    provider.order("order-1")
    alice = sign_in("agent")
    alice.open("/demo/orders/order-1/refund")
    alice.submit("Continue", part="part", amount="12.50", reason="returned", note=NOTE)
    without_cookie(alice)
    provider.forget()
    alice.submit("Refund AED")
    alice.submit("Sign in", email=ALICE, password=PASSWORD)
    alice.submit("Continue with this")
    assert alice.heading == "Review the refund"
    assert NOTE in alice.words
    assert not provider.seen("POST")


def carried(browser: Browser, note: str = NOTE) -> str | None:
    """What the sign-in page carries of a form that is sent without the cookie; None where it is only asked for."""
    token = browser.page.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    without_cookie(browser)
    fields = {"csrf_token": token, "part": "part", "amount": "12.50", "reason": "returned", "note": note}
    browser.send("/demo/orders/order-1/refund", fields)
    found = browser.page.find("input", attrs={"name": "kept"})
    return str(found["value"]) if found else None


def test_a_carried_form_is_for_its_writer_only(alice: Browser) -> None:
    assert carried(alice)
    alice.submit("Sign in", email=FARAH, password=PASSWORD, next="/you/sessions")
    assert alice.heading == "Your sessions"
    alice.open("/you/unsent")
    assert NOTE not in alice.words


def test_a_carried_form_is_forgotten_after_half_a_day(clock: time_machine.Traveller, alice: Browser) -> None:
    assert carried(alice)
    clock.shift(timedelta(hours=13))
    alice.submit("Sign in", email=ALICE, password=PASSWORD, next="/you/sessions")
    assert alice.heading == "Your sessions"


def test_only_what_the_desk_has_sealed_is_taken_up(alice: Browser, settings: Settings) -> None:
    sealed = carried(alice)
    drafts = seal(settings, SecretStr('[["/demo/orders/order-1/refund", "/", [["note", "x"]], "2026-01-01", true]]'))
    for forged in ("", "x" * 100, str(sealed)[:-9], drafts, "\0" * 9):
        browser = Browser(alice.app)
        browser.open("/sign-in?next=/you/sessions")
        browser.submit("Sign in", email=ALICE, password=PASSWORD, kept=forged)
        assert browser.heading == "Your sessions"


def test_no_more_is_carried_than_is_kept(alice: Browser) -> None:
    assert carried(alice, "x" * 40_000) is None
    assert alice.status == 303


def test_a_stranger_has_nothing_carried(app: Flask) -> None:
    """Whoever never signed in has no token that says whose form it is; nor has another site."""
    stranger = Browser(app)
    stranger.open("/sign-in")
    assert carried(stranger) is None
    assert stranger.status == 303
