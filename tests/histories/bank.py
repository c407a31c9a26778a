"""Finance types what the bank received, and closes some of the differences."""

from __future__ import annotations

from webapp.models.bank_receipt import ReceiptState
from webapp.money import Money
from webapp.settlement.ledger.bank_receipts import SeenReceipt, close_exception, enter_amount, receipt_of
from webapp.settlement.ledger.payout_id import Naming, PayoutsBy
from webapp.settlement.ledger.payouts import payouts

from .desk import Desk
from .shown import FIRST, LAST
from .truth import LARGEST


def enter_some(desk: Desk, person: int, number: int, *, by_day: bool, is_equal: bool) -> None:
    """For one of the payouts, named by its moment or its day."""
    naming = Naming(PayoutsBy.DAY if by_day else PayoutsBy.MOMENT, desk.account.zone)
    found = [one for one in payouts(desk.account, naming, FIRST, LAST) if abs(one.figures.net.minor) < LARGEST]
    if not found:
        return
    payout = found[number % len(found)]
    receipt = receipt_of(desk.account, payout)
    seen = SeenReceipt(desk.account, payout, receipt.version if receipt else 0)
    received = payout.figures.net if is_equal else payout.figures.net - Money(1, payout.currency)
    receipt = enter_amount(seen, received, person)
    if receipt.state == ReceiptState.OPEN and number % 2:
        close_exception(SeenReceipt(desk.account, payout, receipt.version), person, "The bank kept it.")
