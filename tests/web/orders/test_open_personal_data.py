"""Personal data: masked for everybody, opened with one click by those who may, each opening on record."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import make_url, select

from tests.browser import Browser
from tests.provider import Provider
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.audit_entry import AuditEntry

from .conftest import HTMX, calls
from .people import CANARIES, PERSONAL

SignIn = Callable[[str], Browser]
PAGE = "/demo/orders/order-01"
OPEN = f"{PAGE}/personal-data"
BUTTON = "Open personal data"


@pytest.fixture
def order(provider: Provider) -> str:
    return provider.order("order-01", **PERSONAL)


def openings(app: Flask) -> list[AuditEntry]:
    with app.app_context():
        statement = select(AuditEntry).where(AuditEntry.event == "personal_data.opened").order_by(AuditEntry.seq)
        return list(db.session.scalars(statement))


def leaked(browser: Browser) -> list[str]:
    """The canaries in what was sent, markup, attributes and all."""
    sent = browser.response.get_data(as_text=True)
    return [canary for canary in CANARIES if canary in sent]


@pytest.mark.usefixtures("order")
@pytest.mark.parametrize("role", ["viewer", "agent", "finance", "auditor", "admin"])
@pytest.mark.requirement("R40")
def test_nothing_personal_is_on_any_page_before_it_is_opened(sign_in: SignIn, role: str) -> None:
    browser = sign_in(role)
    for address in ("/demo/orders", PAGE, f"{PAGE}/peek", "/demo/awaiting-capture", "/demo/orders?order_id=order-01,"):
        browser.open(address)
        assert leaked(browser) == [], address
    browser.open(f"{PAGE}/peek", headers=HTMX)
    assert leaked(browser) == []


@pytest.mark.usefixtures("order")
def test_masked_data_still_tells_callers_apart(alice: Browser) -> None:
    alice.open(PAGE)
    for words in ("C. W.", "c•••@b•••.example", "+971 •• ••• ••92", "United Arab Emirates", "customer-01"):
        assert words in alice.words


@pytest.mark.usefixtures("order")
@pytest.mark.parametrize("role", ["agent", "finance"])
@pytest.mark.requirement("R40")
def test_one_click_opens_it_and_is_one_entry(sign_in: SignIn, app: Flask, role: str) -> None:
    browser = sign_in(role)
    browser.open(PAGE)
    browser.submit(BUTTON)
    assert browser.status == 200
    assert len(leaked(browser)) == len(CANARIES)
    assert browser.response.headers["Cache-Control"] == "no-store"
    (entry,) = openings(app)
    assert (entry.account, entry.object_type, entry.object_id) == ("demo", "order", "order-01")
    assert (entry.outcome, entry.actor_role) == ("ok", role)
    assert not any(canary in f"{entry.before}{entry.after}{entry.reason}" for canary in CANARIES)


@pytest.mark.usefixtures("order")
def test_a_reload_masks_it_again_and_another_click_is_another_entry(alice: Browser, app: Flask) -> None:
    alice.open(PAGE)
    alice.submit(BUTTON)
    alice.open(PAGE)
    assert leaked(alice) == []
    assert "Personal data opened · Alice Agent" in alice.words
    alice.submit(BUTTON)
    assert len(openings(app)) == 2


@pytest.mark.usefixtures("order")
def test_htmx_gets_the_cards_alone_with_one_call(alice: Browser, provider: Provider, app: Flask) -> None:
    alice.open(PAGE)
    token = alice.form(BUTTON).find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    provider.forget()
    alice.send(OPEN, {"csrf_token": token}, headers=HTMX)
    assert alice.status == 200
    assert not alice.page.select("h1, nav")
    assert "Canary Street 7" in alice.words
    assert len(calls(provider)) == 1
    assert len(openings(app)) == 1


@pytest.mark.usefixtures("order")
@pytest.mark.parametrize("role", ["viewer", "auditor", "admin"])
def test_a_role_without_the_right_is_told_why_and_refused(
    sign_in: SignIn, app: Flask, provider: Provider, role: str
) -> None:
    browser = sign_in(role)
    browser.open(PAGE)
    assert "Your role cannot open personal data." in browser.words
    token = browser.page.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    provider.forget()
    browser.send(OPEN, {"csrf_token": token})
    assert browser.status == 403
    assert leaked(browser) == []
    assert calls(provider) == []
    assert openings(app) == []


@pytest.mark.usefixtures("order")
def test_a_form_without_its_token_opens_nothing(alice: Browser, app: Flask) -> None:
    alice.send(OPEN, {})
    assert alice.status == 400
    assert leaked(alice) == []
    assert openings(app) == []


@pytest.mark.usefixtures("order")
def test_looking_at_the_address_opens_nothing(alice: Browser, app: Flask) -> None:
    alice.open(OPEN)
    assert alice.status == 405
    assert openings(app) == []


@pytest.mark.usefixtures("order")
def test_what_cannot_be_written_down_is_not_shown(alice: Browser, app: Flask, settings: Settings) -> None:
    alice.open(PAGE)
    with sqlite3.connect(make_url(settings.database_url).database or "") as owner:
        owner.execute("CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'full'); END")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    alice.submit(BUTTON)
    assert alice.status == 500
    assert leaked(alice) == []


@pytest.mark.usefixtures("order")
def test_an_order_that_cannot_be_read_is_no_opening(hasty: Browser, app: Flask, provider: Provider) -> None:
    hasty.open(PAGE)
    provider.fault("status", method="GET", status=500, times=9)
    hasty.submit(BUTTON)
    assert hasty.status == 503
    assert openings(app) == []


@pytest.mark.usefixtures("order")
def test_the_raw_answer_and_the_metadata_come_with_the_opening_only(alice: Browser) -> None:
    alice.open(PAGE)
    assert not alice.page.select("pre")
    alice.submit(BUTTON)
    metadata, raw = (pre.get_text() for pre in alice.page.select("pre"))
    assert '"gift_note": "for Canarina"' in metadata
    assert '"total_amount": 81480' in raw


@pytest.mark.parametrize("fields", [{"customer": None, "billing_address": None, "shipping": None}, {}])
def test_an_order_that_names_nobody_offers_nothing_to_open(
    alice: Browser, provider: Provider, fields: dict[str, object]
) -> None:
    provider.order("order-01", **fields)
    alice.open(PAGE)
    assert "Not given." in alice.words
    assert BUTTON not in alice.words


def test_metadata_alone_can_be_opened(alice: Browser, provider: Provider) -> None:
    provider.order("order-01", metadata={"note": "for Canarina"})
    alice.open(PAGE)
    alice.submit(BUTTON)
    assert "for Canarina" in alice.words


@pytest.mark.usefixtures("order")
def test_codes_and_days_are_told_in_words_once_opened(alice: Browser) -> None:
    alice.open(PAGE)
    alice.submit(BUTTON)
    assert "14 March 1987" in alice.words


def test_personal_data_in_a_field_of_codes_is_masked_too(alice: Browser, provider: Provider) -> None:
    customer = {"id": "canarina@birdhouse.example", "account": "Canarina", "gender": "Wistlehofer"}
    provider.order("order-01", customer=customer, billing_address={"country": "Canaryland"})
    alice.open(PAGE)
    assert leaked(alice) == []
