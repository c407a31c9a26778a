"""What happens to the ledger while a reading, a comparison or the worker's look at the provider is under way."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.months import shifted
from webapp.core.database import writing
from webapp.models.base import now
from webapp.models.user import User
from webapp.money import Money
from webapp.providers.http.errors import GatewayError
from webapp.providers.registry import postpay
from webapp.settlement.ledger.bank_receipts import SeenReceipt, StaleReceipt, enter_amount
from webapp.settlement.ledger.payout_id import Naming, PayoutsBy
from webapp.settlement.ledger.payouts import payout
from webapp.settlement.ledger.periods import COMING, months_to_read, periods_of
from webapp.settlement.ledger.refund_sign import decide_sign
from webapp.settlement.ledger.sync import latest_job
from webapp.settlement.ledger.upkeep import RECENT, keep_current

from .conftest import Shop

MONTH = shifted(datetime.now(UTC).strftime("%Y-%m"), -1)
PAID, NAME = f"{MONTH}-08T00:00:00Z", f"{MONTH}-08T000000.000000Z"


def somebody() -> int:
    with writing() as session:
        person = User(email="farah@example.test", name="Farah", password_hash="x")
        session.add(person)
        session.flush()
        return person.id


def test_a_payout_that_is_read_anew_before_its_amount_is_kept_is_looked_at_again(shop: Shop) -> None:
    row = shop.row(PAID)
    shop.read(MONTH)
    found = payout(shop.account, Naming(PayoutsBy.MOMENT, shop.account.zone), "AED", NAME)
    assert found is not None
    shop.provider.change_transaction(row["id"], total_amount=70000)
    shop.read(MONTH)
    with pytest.raises(StaleReceipt):
        enter_amount(SeenReceipt(shop.account, found, 0), Money(77525, "AED"), somebody())


def test_a_reading_by_an_earlier_decision_on_refunds_does_not_become_current(shop: Shop) -> None:
    shop.row(PAID, amount=5000, type="refund", total_amount=5000)
    shop.read(MONTH)
    person = somebody()

    def decides(rows: int, counted: int | None) -> None:
        if rows:
            decide_sign(shop.account, person, deducted=True)

    shop.read(MONTH, tell=decides)
    assert periods_of(shop.account, [MONTH])[MONTH].failure == "sign_decided"
    shop.read(MONTH)
    assert [row.total_minor for row in shop.rows().values()] == [-5000]


def test_the_workers_look_at_the_provider_does_not_wait_for_it(shop: Shop) -> None:
    moment = now()
    shop.read(COMING, *months_to_read(moment - RECENT, moment))
    shop.provider.forget()
    shop.provider.fault("status", method="GET", path="/transactions*", times=99, status=503)
    with pytest.raises(GatewayError):
        keep_current(shop.account, postpay(shop.account))
    assert len(shop.provider.seen("GET", "/transactions")) <= 3, "no more than one call with its own repetitions"


def test_a_month_that_cannot_be_read_is_not_read_again_every_ten_minutes(shop: Shop) -> None:
    moment = now()
    months = months_to_read(moment - RECENT, moment)
    shop.read(COMING, *months)
    shop.provider.change_transaction(shop.row(moment.isoformat())["id"], amount=814.8)
    assert shop.read(months[-1]) == {months[-1]: "unreadable_row"}
    assert not keep_current(shop.account, postpay(shop.account))
    assert latest_job(shop.account) is None
