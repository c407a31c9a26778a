"""The desk's own refunds across orders: today's, one's own, what became of each, and what they come to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.browser import Browser
from tests.conftest import make_settings
from tests.provider import Provider
from webapp import create_app
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.intent import Intent
from webapp.models.user import User
from webapp.money import Money
from webapp.payments import refund_search
from webapp.payments.refund_limits import spent_today
from webapp.payments.refund_search import DeskRefundQuery, Outcome, refunds_of_desk, sums

from .conftest import refund

LIST = "/demo/refunds"


def shown(browser: Browser) -> list[str]:
    """The amounts, in the order of the list."""
    return [str(cell.get_text().split()[-1]) for cell in browser.page.select("td.at-end .amt")]


def told_sums(browser: Browser) -> list[str]:
    return [" ".join(line.get_text(" ").split()) for line in browser.page.select(".sums > div")]


def test_the_newest_stand_first_with_who_and_what_became_of_them(
    alice: Browser, farah: Browser, provider: Provider
) -> None:
    refund(alice, "10.00")
    refund(farah, "20.00", reason="goodwill")
    provider.forget()
    alice.open(LIST)
    assert shown(alice) == ["20.00", "10.00"]
    row = " ".join(alice.page.select_one("tbody tr").get_text(" ").split())  # type: ignore[union-attr]
    for words in ("order-01", "Refunded", "Farah Finance", "Goodwill"):
        assert words in row
    assert told_sums(alice) == ["Refunded AED 30.00"]
    assert [call for call in provider.seen() if not call["path"].startswith("/_sandbox")] == []
    alice.open(str(alice.page.select_one("td.at-end a")["href"]))  # type: ignore[index]
    assert "Refunded AED 20.00" in alice.words


def test_mine_are_those_that_i_started(alice: Browser, farah: Browser, provider: Provider) -> None:
    refund(alice, "10.00")
    refund(farah, "20.00")
    alice.open(LIST)
    alice.follow("Mine")
    assert (shown(alice), told_sums(alice)) == (["10.00"], ["Refunded AED 10.00"])
    assert [link.get_text() for link in alice.page.select(".tabs [aria-current]")] == ["Mine"]
    farah.open(f"{LIST}?who=mine")
    assert shown(farah) == ["20.00"]


def test_todays_are_those_of_this_day_in_the_accounts_zone(
    alice: Browser, sign_in: Callable[[str], Browser], provider: Provider
) -> None:
    with time_machine.travel("2026-11-20T19:59:00Z"):
        refund(sign_in("agent"), "10.00")
    with time_machine.travel("2026-11-20T20:01:00Z"):
        browser = sign_in("agent")
        refund(browser, "20.00")
        browser.open(LIST)
        browser.follow("Today’s")
        assert shown(browser) == ["20.00"]
        assert [link.get_text() for link in browser.page.select(".tabs [aria-current]")] == ["Today’s"]


def test_what_is_not_known_yet_is_not_counted_as_refunded(alice: Browser, provider: Provider) -> None:
    provider.fault("drop_before", path="/orders/order-01/refunds", times=3)
    refund(alice, "10.00")
    provider.heal()
    provider.order("other")
    alice.open("/demo/orders/other/refund")
    alice.submit("Continue", part="part", amount="5", reason="returned", note="")
    alice.submit("Refund AED")
    alice.open(LIST)
    assert told_sums(alice) == ["Refunded AED 5.00", "Not settled yet AED 10.00"]
    assert "Not known yet" in alice.page.select("tbody tr")[1].get_text()
    alice.submit("Apply", outcome="open")
    assert shown(alice) == ["10.00"]


def test_a_refused_one_stands_there_and_counts_for_nothing(alice: Browser, provider: Provider) -> None:
    provider.fault("status", path="/orders/order-01/refunds", status=403)
    refund(alice, "10.00")
    alice.open(LIST)
    assert "Not refunded" in alice.page.select_one("tbody tr").get_text()  # type: ignore[union-attr]
    assert told_sums(alice) == []


def test_currencies_are_summed_apart_and_over_all_pages(app: Flask, alice: Browser, provider: Provider) -> None:
    fill(app, 25, currencies=("AED", "KWD"))
    alice.open(LIST)
    assert len(shown(alice)) == 20
    assert told_sums(alice) == ["Refunded AED 13.00 · KWD 1.200"]
    assert "Showing 1–20 of 25" in alice.words
    assert "sums are of all pages" in alice.words
    alice.follow("Next")
    assert len(shown(alice)) == 5
    assert told_sums(alice) == ["Refunded AED 13.00 · KWD 1.200"]


def test_a_sum_that_would_not_be_whole_is_not_told(
    app: Flask, alice: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(app, 25)
    monkeypatch.setattr(refund_search, "MOST_SUMMED", 24)
    monkeypatch.setattr("webapp.web.refunds.listing.MOST_SUMMED", 24)
    alice.open(LIST)
    assert told_sums(alice) == []
    assert "of 24+" in alice.words
    assert "too many for a sum: narrow the filters" in alice.words


@pytest.mark.parametrize("query", ["who=nobody", "outcome=x", "currency=nope", "days=never", "days=range&days_from=1"])
def test_what_cannot_be_asked_is_said_at_its_field(alice: Browser, query: str) -> None:
    alice.open(f"{LIST}?{query}")
    assert alice.status == 422
    assert alice.page.select(".error-summary a")


def test_nothing_yet_nothing_matches_and_past_the_end_are_three_things(
    alice: Browser, app: Flask, provider: Provider
) -> None:
    assert "No refunds yet" in alice.open(LIST).get_text()
    fill(app, 1)
    assert "No refund matches" in alice.open(f"{LIST}?order=nope").get_text()
    assert "There is no page 9" in alice.open(f"{LIST}?page=9").get_text()
    assert alice.status == 404


def test_everybody_who_sees_orders_sees_them(sign_in: Callable[[str], Browser], app: Flask) -> None:
    fill(app, 1)
    for role in ("viewer", "auditor", "admin"):
        assert shown(sign_in_and_open(sign_in, role)) == ["1.00"]


def sign_in_and_open(sign_in: Callable[[str], Browser], role: str) -> Browser:
    browser = sign_in(role)
    browser.open(LIST)
    return browser


# --- The store, on both engines ---


@pytest.fixture
def store(engine_url: str, tmp_path: object) -> Flask:
    app = create_app(make_settings("http://127.0.0.1:1", engine_url, tmp_path))  # type: ignore[arg-type]
    with app.app_context(), writing() as session:
        for number in (1, 2):
            session.add(
                User(id=number, email=f"{number}@example.test", name=f"P{number}", password_hash="x")
            )
    return app


def fill(
    app: Flask,
    count: int,
    *,
    currencies: tuple[str, ...] = ("AED",),
    changes: dict[int, dict[str, object]] | None = None,
    **fields: object,
) -> None:
    """Refunds of 100 minor units each, one a minute, the last one now; `changes` by the number of one."""
    with app.app_context(), writing() as session:
        person = session.scalars(select(User.id).order_by(User.id)).first()
        for number in range(count):
            moment = now() - timedelta(minutes=count - number)
            values = {
                "kind": "refund", "account": "demo", "refund_id": f"bo-{number:032}", "order_id": f"o-{number}",
                "submit_token_hash": f"{number}", "currency": currencies[number % len(currencies)],
                "amount_minor": 100, "seen_remaining": 100, "order_version": 0, "requested_by": person,
                "state": "succeeded", "lease_until": moment, "next_check": moment, "created": moment,
            }  # fmt: skip
            session.add(Intent(**{**values, **fields, **(changes or {}).get(number, {})}))


def test_the_store_finds_and_sums(store: Flask) -> None:
    changes: dict[int, dict[str, object]] = {
        0: {"state": "unknown"}, 1: {"state": "refused"}, 2: {"state": "closed", "outcome_code": "made_otherwise"},
        3: {"state": "attention"}, 4: {"state": "closed", "outcome_code": "not_done"}, 29: {"requested_by": 2},
    }  # fmt: skip
    fill(store, 30, currencies=("AED", "JPY"), changes=changes)
    account = store.extensions["settings"].accounts[0]
    with store.app_context():
        found = sums(account, DeskRefundQuery())
        assert (found.count, found.is_whole) == (30, True)
        assert found.amounts == {
            Outcome.DONE: [Money(1200, "AED"), Money(1300, "JPY")],
            Outcome.OPEN: [Money(100, "AED"), Money(100, "JPY")],
            Outcome.NOT_DONE: [Money(100, "AED"), Money(100, "JPY")],
            Outcome.OTHERWISE: [Money(100, "AED")],
        }
        page = refunds_of_desk(account, DeskRefundQuery(), page=2, size=20)
        assert [intent.order_id for intent in page] == [f"o-{number}" for number in range(9, -1, -1)]
        mine = DeskRefundQuery(requested_by=2)
        assert [one.order_id for one in refunds_of_desk(account, mine, page=1, size=20)] == ["o-29"]
        opened = DeskRefundQuery(outcome=Outcome.OPEN, currency="JPY", since=now() - timedelta(hours=1), until=now())
        assert [one.order_id for one in refunds_of_desk(account, opened, page=1, size=20)] == ["o-3"]
        assert sums(account, DeskRefundQuery(order_id="o-7")).count == 1


def test_what_was_made_otherwise_counts_for_the_limit_of_the_day(store: Flask) -> None:
    changes: dict[int, dict[str, object]] = {
        0: {"state": "closed", "outcome_code": "made_otherwise"}, 1: {"state": "closed", "outcome_code": "not_done"},
        2: {"state": "refused"}, 3: {"state": "attention"},
    }  # fmt: skip
    fill(store, 5, changes=changes)
    with store.app_context():
        [person] = set(db.session.scalars(select(Intent.requested_by)))
        assert spent_today(store.extensions["settings"].accounts[0], person, "AED") == Money(300, "AED")


def test_captures_and_other_accounts_are_not_there(store: Flask) -> None:
    fill(store, 1, account="another")
    fill(store, 1, kind="capture", submit_token_hash="c", refund_id=None)
    with store.app_context():
        assert sums(store.extensions["settings"].accounts[0], DeskRefundQuery()).count == 0
        assert len(db.session.scalars(select(Intent)).all()) == 2
