"""Two people at one order, and limits: of a role, at once and in a day."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.browser import Browser
from tests.conftest import make_settings
from tests.people import let_in
from tests.provider import Provider
from webapp import create_app
from webapp.core.extensions import db
from webapp.core.refund_limits_setting import DEFAULT_LIMITS, RefundLimit
from webapp.core.settings import Settings
from webapp.models.audit_entry import AuditEntry
from webapp.models.intent import Intent

from .conftest import FORM, fill_in, refund

AT_ONCE = 10


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """One person may have an eighth of the threads: here so many that all ten at once are one person's."""
    return settings.model_copy(update={"web_threads": 8 * AT_ONCE})


def test_the_second_person_sees_whose_refund_is_open(
    alice: Browser, sign_in: Callable[[str], Browser], provider: Provider
) -> None:
    aziz = sign_in("second agent")
    fill_in(alice)
    fill_in(aziz, "50")
    provider.fault("drop_before", path="/orders/order-01/refunds")
    alice.submit("Refund AED")
    aziz.submit("Refund AED")
    assert aziz.status == 409
    assert "Refund of AED 120.50 by Alice Agent" in aziz.words.replace("\u00a0", " ")


def test_after_it_is_settled_the_second_form_is_stale_and_shows_it(
    alice: Browser, sign_in: Callable[[str], Browser], provider: Provider
) -> None:
    aziz = sign_in("second agent")
    fill_in(alice)
    fill_in(aziz, "50")
    alice.submit("Refund AED")
    aziz.submit("Refund AED")
    assert aziz.status == 412
    assert "694.30" in aziz.words
    assert "Alice Agent" in aziz.words
    assert "Refunded AED 120.50." in aziz.words.replace("\u00a0", " ")
    assert len(provider.refunds("order-01")) == 1


def test_a_refused_refund_also_makes_other_forms_stale(
    alice: Browser, sign_in: Callable[[str], Browser], provider: Provider
) -> None:
    aziz = sign_in("second agent")
    fill_in(alice)
    fill_in(aziz, "50")
    provider.fault("status", path="/orders/order-01/refunds", status=400, code="invalid")
    alice.submit("Refund AED")
    aziz.submit("Refund AED")
    assert aziz.status == 412


@pytest.mark.timeout(60)
@pytest.mark.requirement("R03")
def test_fifty_people_at_once_make_one_refund(
    app: Flask, sign_in: Callable[[str], Browser], provider: Provider
) -> None:
    browsers = [sign_in("agent") for _ in range(5)] + [sign_in("second agent") for _ in range(5)]
    for browser in browsers:
        fill_in(browser)
    pages = [(browser, browser.page) for browser in browsers]

    def press(number: int) -> int:
        browser, page = pages[number % len(pages)]
        form = next(form for form in page.find_all("form") if "refunds" in str(form.get("action")))
        fields = {str(field["name"]): str(field.get("value", "")) for field in form.find_all("input")}
        own = app.test_client()
        own._cookies = browser.client._cookies
        answer = own.post(str(form["action"]), data=fields, headers={"Referer": "http://localhost/"})
        return answer.status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = list(pool.map(press, range(50)))
    assert len(provider.refunds("order-01")) == 1
    assert set(statuses) <= {303, 409, 412}
    with app.app_context():
        assert db.session.scalar(select(func.count(Intent.id))) == 1


def test_above_the_limit_at_once_there_is_approval_to_ask_for(alice: Browser, provider: Provider) -> None:
    provider.order("order-02", total=500000)
    alice.open("/demo/orders/order-02/refund")
    assert "Your limits: AED 1,000.00 for one refund, AED 5,000.00 a day" in alice.words.replace("\u00a0", " ")
    alice.submit("Continue", part="part", amount="1000.01", reason="returned")
    assert "It is above the limit for one refund." in alice.words, "said on the review, before anything is done"
    assert alice.form("Ask for approval of")
    assert provider.refunds("order-02") == []


@pytest.mark.requirement("R21")
def test_the_limit_is_checked_again_when_it_is_sent(alice: Browser, provider: Provider, app: Flask) -> None:
    provider.order("order-02", total=500000)
    alice.open("/demo/orders/order-02/refund")
    alice.submit("Continue", part="part", amount="1", reason="returned")
    alice.submit("Refund AED", amount="1000.01")
    assert alice.status == 422
    assert "This refund needs approval Nothing was sent." in alice.words
    assert provider.refunds("order-02") == []
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "refund.limit")).one()
    assert entry.outcome == "denied"


@pytest.mark.requirement("R21")
def test_the_day_limit_counts_what_is_unknown_too(alice: Browser, provider: Provider) -> None:
    for number in range(5):
        provider.order(f"big-{number}", total=200000)
        alice.open(f"/demo/orders/big-{number}/refund")
        alice.submit("Continue", part="part", amount="999.99", reason="returned")
        provider.fault("drop_before", path=f"/orders/big-{number}/refunds")
        alice.submit("Refund AED")
        assert "Not known yet" in alice.words
    alice.open(FORM)
    assert "AED 5,000.00 a day (AED 0.05 left today)" in alice.words.replace("\u00a0", " ")
    fill_in(alice, "1.00")
    assert "It is above what one person can refund in a day." in alice.words


@pytest.mark.requirement("R21")
def test_twenty_at_once_on_different_orders_stay_under_the_day_limit(
    app: Flask, alice: Browser, provider: Provider
) -> None:
    fields = []
    for number in range(20):
        order = provider.order(f"par-{number}", total=200000)
        alice.open(f"/demo/orders/{order}/refund")
        alice.submit("Continue", part="part", amount="500", reason="returned")
        form = alice.form("Refund AED")
        fields.append((str(form["action"]), {str(f["name"]): str(f.get("value", "")) for f in form.find_all("input")}))

    def press(one: tuple[str, dict[str, str]]) -> int:
        own = app.test_client()
        own._cookies = alice.client._cookies
        return own.post(one[0], data=one[1], headers={"Referer": "http://localhost/"}).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = list(pool.map(press, fields))
    done = sum(len(provider.refunds(f"par-{number}")) for number in range(20))
    assert done == 10
    assert sorted(set(statuses)) == [303, 422]


def test_a_currency_without_a_limit_cannot_be_refunded(
    tmp_path: object, settings: Settings, provider: Provider
) -> None:
    limits = {role: dict(by_currency) for role, by_currency in DEFAULT_LIMITS.items()}
    limits["agent"] = {"AED": RefundLimit(single=1, day=1)}
    narrow = make_settings(provider.root.removesuffix("/_sandbox"), settings.database_url, settings.anchor_file.parent)
    app = create_app(narrow.model_copy(update={"refund_limits": limits}))
    alice = let_in(app, "alice@example.test")
    provider.order("kwd", total=5000, currency="KWD")
    alice.open("/demo/orders/kwd/refund")
    alice.submit("Continue", part="part", amount="1", reason="returned")
    assert alice.status == 422
    assert "no refund limit in this currency" in alice.words


def test_finance_has_ten_times_the_limit(farah: Browser, provider: Provider) -> None:
    provider.order("order-02", total=2000000)
    farah.open("/demo/orders/order-02/refund")
    farah.submit("Continue", part="part", amount="9000", reason="returned")
    farah.submit("Refund AED")
    assert "Refunded" in farah.words
    refund(farah, "1")
