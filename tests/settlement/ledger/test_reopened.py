"""A payout that was compared with the bank and comes to something else now is open again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.models.bank_receipt import BankReceipt
from webapp.models.user import User
from webapp.money import LARGEST_MINOR, Money
from webapp.settlement.ledger.bank_receipts import SeenReceipt, enter_amount
from webapp.settlement.ledger.payout_id import PayoutsBy

from .conftest import Shop, at
from .test_changed_past import BEFORE, CURRENT, LAST, last_evening, on, shown


@pytest.fixture
def farah(shop: Shop) -> int:
    with writing() as session:
        person = User(email="farah@example.test", name="Farah", password_hash="none")
        session.add(person)
        session.flush()
        return person.id


def receive(shop: Shop, person: int, name: str, by: PayoutsBy = PayoutsBy.MOMENT, *, less: int = 0) -> None:
    payout = shown(shop, by)[name]
    enter_amount(SeenReceipt(shop.account, payout, 0), payout.figures.net - Money(less, "AED"), person)


def receipt() -> BankReceipt:
    [found] = db.session.scalars(select(BankReceipt).execution_options(populate_existing=True)).all()
    release()
    return found


def newest_entry() -> AuditEntry:
    found = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    release()
    return found


@pytest.mark.parametrize("how", ["changes", "moves", "is gone"])
def test_a_receipt_that_was_equal_is_open_when_its_payout_changes(shop: Shop, farah: int, how: str) -> None:
    row = shop.row(on(LAST, 3))["id"]
    shop.row(on(LAST, 3))
    shop.read(LAST)
    receive(shop, farah, f"{LAST}-03T080000.000000Z")
    if how == "changes":
        shop.provider.change_transaction(row, total_amount=77525 - 500)
    elif how == "moves":
        shop.provider.change_transaction(row, paid=on(BEFORE, 9))
    else:
        shop.provider.remove_transaction(row)
    shop.read(LAST)
    after, entry = receipt(), newest_entry()
    assert (after.state, after.expected_minor) == ("open", 2 * 77525 - 500 if how == "changes" else 77525)
    assert (entry.event, entry.object_id) == ("settlements.exception_opened", f"AED {after.payout}")
    assert json.loads(entry.after)["expected_minor"] == after.expected_minor


def test_a_difference_that_the_provider_mends_is_none_any_more(shop: Shop, farah: int) -> None:
    row = shop.row(on(LAST, 3))["id"]
    shop.read(LAST)
    receive(shop, farah, f"{LAST}-03T080000.000000Z", less=500)
    assert receipt().state == "open"
    shop.provider.change_transaction(row, total_amount=77525 - 500)
    shop.read(LAST)
    assert receipt().state == "equal"


@pytest.mark.parametrize("month", [LAST, CURRENT])
def test_a_day_that_lies_in_two_months_is_compared_when_either_changes(shop: Shop, farah: int, month: str) -> None:
    rows = {LAST: shop.row(last_evening(LAST))["id"], CURRENT: shop.row(f"{CURRENT}-01T00:00:00Z")["id"]}
    shop.read(LAST, CURRENT)
    receive(shop, farah, f"{CURRENT}-01", PayoutsBy.DAY)
    shop.provider.change_transaction(rows[month], total_amount=77525 - 500)
    shop.read(month)
    assert (receipt().state, receipt().expected_minor) == ("open", 2 * 77525 - 500)


def test_a_payout_of_the_future_is_compared_too(shop: Shop, farah: int) -> None:
    later = at(f"{CURRENT}-01T00:00:00+00:00") + timedelta(days=40)
    row = shop.row(later.isoformat())["id"]
    shop.read(CURRENT)
    receive(shop, farah, f"{later:%Y-%m-%dT%H%M%S.%fZ}")
    shop.provider.change_transaction(row, total_amount=77525 - 500)
    shop.read(CURRENT)
    assert (receipt().state, receipt().expected_minor) == ("open", 77525 - 500)


def test_a_payout_beyond_what_a_receipt_holds_does_not_end_the_reading(shop: Shop, farah: int) -> None:
    row = shop.row(on(LAST, 3))["id"]
    shop.read(LAST)
    receive(shop, farah, f"{LAST}-03T080000.000000Z")
    shop.row(on(LAST, 3), type="regularization", amount=LARGEST_MINOR, total_amount=LARGEST_MINOR)
    assert shop.read(LAST) == {}
    assert row in shop.rows()
    assert (receipt().state, receipt().expected_minor) == ("open", LARGEST_MINOR)
