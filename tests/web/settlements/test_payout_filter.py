"""Providers that know the payout filter by one name or the other; one that knows neither is not believed."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from tests.browser import Browser
from tests.provider import Provider
from webapp.core.accounts import Account
from webapp.providers.http.errors import UnreadableAnswer
from webapp.settlement.ledger.payout_field import known_payout_field, payout_field, prove_payout_field

from .conftest import Settled

QUESTIONS = {
    "paid=not-yet": ["waiting"],
    "paid=paid-out": ["later", "earlier"],
    "paid=range&paid_from=2026-02-01&paid_to=2026-02-28": ["later"],
}


@pytest.fixture
def mixed(settled: Settled) -> Settled:
    """The unpaid row is the newest: then a question for it looks answered although the filter was ignored."""
    settled.put("earlier", created="2026-01-01T00:00:00Z", paid="2026-01-10T00:00:00Z")
    settled.put("later", created="2026-02-01T00:00:00Z", paid="2026-02-10T00:00:00Z")
    settled.put("waiting", created="2026-03-01T00:00:00Z")
    return settled


@pytest.fixture
def account(app: Flask) -> Account:
    found: Account = app.extensions["accounts"]["demo"]
    return found


@pytest.mark.parametrize("names", [["payment"], ["paid"], ["payment", "paid"]], ids=str)
@pytest.mark.parametrize("question", QUESTIONS)
def test_it_works_whichever_name_the_provider_knows(
    names: list[str], question: str, app: Flask, account: Account, farah: Browser, mixed: Settled
) -> None:
    mixed.provider.set(payout_names=names)
    for calls in (4, 1):
        mixed.provider.forget()
        farah.open(f"/demo/settlements?{question}")
        assert mixed.shown(farah) == QUESTIONS[question]
        assert f"of {len(QUESTIONS[question])} ·" in farah.words
        assert "does not fit the question" not in farah.words
        assert len(mixed.calls()) <= calls
    with app.app_context():
        assert known_payout_field(account) == names[0]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_provider_that_knows_neither_is_told_and_nothing_is_counted(
    question: str, app: Flask, account: Account, farah: Browser, mixed: Settled
) -> None:
    mixed.provider.set(payout_names=[])
    farah.open(f"/demo/settlements?{question}&page_size=50")
    assert mixed.shown(farah) == ["waiting", "later", "earlier"]
    assert "Postpay's answer does not fit the question" in farah.words
    assert "Showing" not in farah.words
    with app.app_context():
        assert known_payout_field(account) is None


def test_rows_that_fit_by_chance_are_not_counted(farah: Browser, settled: Settled) -> None:
    """Twenty unpaid rows first: each fits, though the provider has ignored the filter and counts the paid ones too."""
    settled.provider.set(payout_names=[])
    settled.put("paid", created="2026-01-01T00:00:00Z", paid="2026-01-10T00:00:00Z")
    for number in range(20):
        settled.put(str(number), created=f"2026-02-01T00:{number:02}:00Z")
    farah.open("/demo/settlements?paid=not-yet")
    assert len(settled.shown(farah)) == 20
    assert "does not fit the question" in farah.words
    assert "Showing" not in farah.words


def test_a_name_that_is_not_known_any_more_is_replaced(
    app: Flask, account: Account, farah: Browser, mixed: Settled
) -> None:
    farah.open("/demo/settlements?paid=paid-out")
    mixed.provider.set(payout_names=["paid"])
    farah.open("/demo/settlements?paid=paid-out")
    assert mixed.shown(farah) == ["later", "earlier"]
    with app.app_context():
        assert payout_field(account) == "paid"


def test_the_list_sorts_by_payout_once_the_older_name_is_known_to_work(farah: Browser, mixed: Settled) -> None:
    mixed.provider.set(payout_names=["paid"])
    farah.open("/demo/settlements?paid=paid-out")
    farah.open("/demo/settlements?paid=paid-out")
    sortable = [th.a.get_text(strip=True) for th in farah.page.select("th.sortable")]
    assert sortable == ["Created", "Amount", "Paid out"]
    farah.open("/demo/settlements?paid=paid-out&ordering=paid")
    assert mixed.shown(farah) == ["earlier", "later"]


def test_a_filter_without_payouts_tries_nothing_else(farah: Browser, provider: Provider, mixed: Settled) -> None:
    row = {"id": "x", "type": "refund", "currency": "AED", "amount": -1, "total_amount": -1}
    row["created"] = "2026-01-01T00:00:00Z"
    body = json.dumps({"count": 731, "results": [row]})
    provider.fault("malformed", method="GET", path="/transactions", body=body)
    provider.forget()
    farah.open("/demo/settlements?type=order")
    assert len(mixed.calls()) == 1
    assert "does not fit the question" in farah.words
    assert "731" not in farah.words


def test_whoever_reads_many_rows_gets_a_name_that_was_proved(
    app: Flask, account: Account, mixed: Settled, provider: Provider
) -> None:
    with app.test_request_context():
        provider.set(payout_names=["paid"])
        assert payout_field(account) == "payment"
        assert prove_payout_field(account) == "paid"
        assert payout_field(account) == "paid"
        provider.forget()
        assert prove_payout_field(account) == "paid"
        assert mixed.calls() == []


def test_nothing_is_proved_by_a_shop_without_transactions(app: Flask, account: Account, settled: Settled) -> None:
    with app.test_request_context():
        assert prove_payout_field(account) == "payment"
        assert known_payout_field(account) is None
        settled.provider.set(payout_names=[])
        settled.put("one")
        with pytest.raises(UnreadableAnswer):
            prove_payout_field(account)
