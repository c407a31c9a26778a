"""The check: captures and refunds against the provider's transactions; nothing is called missing too early."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.browser import Browser
from tests.provider import Provider
from webapp import jobs
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now
from webapp.models.check import CheckRun, MissingTransaction
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.models.job import Job
from webapp.models.user import User
from webapp.settlement.ledger.periods import DAILY
from webapp.settlement.reconciliation.start import start_daily_check

from .desk import ago, ids_in

Checked = Callable[[], Browser]


def captured_without(provider: Provider, order_id: str, *, created: float = 20, captured: float = 10) -> None:
    """An order that was captured so many days ago, and that no transaction tells of."""
    provider.order(order_id, status="approved", created=ago(created))
    provider.change(order_id, status="captured", status_changed=ago(captured))


def refunded(app: Flask, order_id: str, name: str, *, days: float = 5, amount: int = 10000) -> None:
    """A refund that was made on the desk so many days ago."""
    moment = now() - timedelta(days=days)
    with app.app_context(), writing() as session:
        session.add(
            Intent(
                kind=IntentKind.REFUND, account="demo", submit_token_hash=name, order_id=order_id, refund_id=name,
                currency="AED", amount_minor=amount, seen_remaining=81480, order_version=0,
                state=IntentState.SUCCEEDED, requested_by=session.scalars(select(User.id)).first(),
                created=moment, lease_until=moment, next_check=moment, settled=moment,
            )
        )  # fmt: skip


def test_a_captured_order_without_a_transaction_is_found(provider: Provider, checked: Checked) -> None:
    provider.order("settled", created=ago(20), status_changed=ago(19))
    captured_without(provider, "lost")
    captured_without(provider, "lost longest", captured=15)
    captured_without(provider, "of yesterday", captured=1)
    captured_without(provider, "too long ago", created=200, captured=190)
    farah = checked()
    assert "Captured, no transaction 2 rows" in farah.words
    assert [tag.get_text(" ", strip=True) for tag in farah.page.select(".side .is-here")] == ["Needs review 2 waiting"]
    farah.follow("Captured, no transaction")
    assert ids_in(farah) == ["lost longest", "lost"]
    assert "15 days AED 814.80" in farah.words
    farah.follow("lost longest")
    assert farah.heading == "Order lost longest"


def test_transactions_are_found_whether_paid_out_or_not(provider: Provider, checked: Checked) -> None:
    provider.order("paid", created=ago(40), status_changed=ago(39))
    provider.pay_out()
    provider.order("unpaid", created=ago(40), status_changed=ago(39))
    assert "Captured, no transaction Nothing needs review" in checked().words


def test_an_order_that_is_settled_by_instalments_has_its_transaction(provider: Provider, checked: Checked) -> None:
    captured_without(provider, "in parts")
    provider.transaction(type="instalment", order_id="in parts", amount=27160, currency="AED", created=ago(10))
    captured_without(provider, "only refunded")
    provider.transaction(type="refund", order_id="only refunded", amount=-100, currency="AED", created=ago(9))
    farah = checked()
    farah.follow("Captured, no transaction")
    assert ids_in(farah) == ["only refunded"]


def test_a_refund_of_the_desk_without_a_transaction_is_found(app: Flask, provider: Provider, checked: Checked) -> None:
    provider.order("order-01", created=ago(40))
    provider.refund_outside("order-01", 10000)
    refunded(app, "order-01", "first", days=6)
    refunded(app, "order-01", "second", days=5)
    refunded(app, "order-01", "of another amount", days=5, amount=10001)
    refunded(app, "order-01", "of yesterday", days=1)
    farah = checked()
    assert "Refunded, no transaction 2 rows" in farah.words
    farah.follow("Refunded, no transaction")
    assert [a.get_text() for a in farah.page.select("td.wide a")] == ["second", "of another amount"]
    assert "Refunds made elsewhere are seen on their order's page only" in farah.words


def test_what_was_missed_stays_missed_since_then_until_it_is_there(
    app: Flask, provider: Provider, checked: Checked
) -> None:
    captured_without(provider, "lost")
    checked()
    with app.app_context(), writing() as session:
        missed = session.scalars(select(MissingTransaction)).one()
        missed.found = first = now() - timedelta(days=2)
    captured_without(provider, "lost too")
    assert "2 rows" in checked().words
    with app.app_context():
        found = {one.reference: one.found for one in db.session.scalars(select(MissingTransaction))}
        assert found["lost"] == first < found["lost too"]
    provider.transaction(type="order", currency="AED", amount=81480, order_id="lost")
    provider.transaction(type="order", currency="AED", amount=81480, order_id="lost too")
    assert "Captured, no transaction Nothing needs review" in checked().words


def test_a_check_that_could_not_ask_says_so_and_keeps_what_was_known(provider: Provider, checked: Checked) -> None:
    provider.fault("status", method="GET", status=401, times=9)
    farah = checked()
    assert "The last check failed" in farah.words
    assert "did not accept the desk's own credentials" in farah.words
    farah.open("/demo/to-look-at/captured")
    assert "Postpay could not be asked" in farah.words
    provider.heal()
    captured_without(provider, "lost")
    assert "came to nothing" not in checked().words
    provider.fault("status", method="GET", path="/orders*", status=401, times=9)
    farah = checked()
    assert "The last check failed" in farah.words
    assert "Captured, no transaction 1 row" in farah.words


def miscount(provider: Provider, readings: int) -> None:
    """The provider's first count of the orders is wrong, in so many readings: each of them counts, then reads a page.

    Each fault skips the pages of the readings before its own.
    """
    for number in range(readings):
        body = '{"count": 99, "next": null, "previous": null, "results": []}'
        provider.fault("status", method="GET", path="/orders*", status=200, body=body, times=1, skip=number)


@pytest.mark.parametrize(("wrong", "words"), [(2, "Captured, no transaction 1 row"), (3, "did not equal Postpay's")])
def test_orders_are_read_until_they_are_as_many_as_counted(
    provider: Provider, checked: Checked, wrong: int, words: str
) -> None:
    captured_without(provider, "lost")
    miscount(provider, wrong)
    assert words in checked().words


def test_an_answer_that_fails_now_and_then_is_asked_for_again(provider: Provider, checked: Checked) -> None:
    captured_without(provider, "lost")
    provider.fault("status", method="GET", path="/orders*", status=429, retry_after="0", times=2)
    provider.fault("status", method="GET", path="/transactions*", status=503, times=1, skip=3)
    assert "Captured, no transaction 1 row" in checked().words


def test_a_check_under_way_is_shown_and_not_started_twice(app: Flask, farah: Browser) -> None:
    farah.open("/demo/to-look-at")
    token = farah.form("Check now").find("input", attrs={"name": "csrf_token"})["value"]
    farah.submit("Check now")
    assert "Checking Postpay is being asked." in farah.words
    assert farah.page.find("progress") is not None
    assert '<meta http-equiv="refresh" content="2">' in farah.response.get_data(as_text=True)
    farah.send("/demo/to-look-at/check", {"csrf_token": token})
    with app.app_context():
        assert db.session.scalar(select(func.count(Job.id))) == 1
    assert jobs.work_once(app)
    assert not jobs.work_once(app)
    farah.open("/demo/to-look-at", headers={"HX-Request": "true"})
    assert farah.page.find("h1") is None
    assert "Checking" not in farah.words
    assert farah.form("Check now")


def test_who_looked_and_who_had_it_read_is_on_record_once(app: Flask, checked: Checked) -> None:
    farah = checked()
    farah.open("/demo/to-look-at/unpaid")
    with app.app_context():
        entries = select(AuditEntry.event, AuditEntry.account).where(AuditEntry.event.like("settlements.%"))
        assert db.session.execute(entries.order_by(AuditEntry.seq)).all() == [
            ("settlements.viewed", "demo"),
            ("settlements.read", "demo"),
        ]


def test_the_worker_checks_once_a_day(app: Flask) -> None:
    with app.app_context():
        account = app.extensions["settings"].accounts[0]
        start_daily_check(account)
        start_daily_check(account)
    assert jobs.work_once(app)
    assert not jobs.work_once(app)
    for age, is_due in ((DAILY - timedelta(minutes=1), False), (DAILY + timedelta(minutes=1), True)):
        with app.app_context():
            with writing() as session:
                session.get_one(CheckRun, "demo").checked = now() - age
            start_daily_check(account)
        assert jobs.work_once(app) is is_due
