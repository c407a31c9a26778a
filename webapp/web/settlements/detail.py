"""One transaction as values: its amount, its fee line by line, and whether the provider's arithmetic is ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.fees import FeeLines, fee_lines, is_off
from webapp.models.ledger import LedgerRow
from webapp.money import Money
from webapp.presentation.formatting import money, rate
from webapp.presentation.transaction_words import difference_words, type_label
from webapp.providers.postpay.answered import unreadable_fields
from webapp.providers.postpay.models import FEE_FIELDS, Transaction
from webapp.settlement.ledger.changes import changes_of_transaction
from webapp.settlement.ledger.payout_id import naming_of


class FeeLine(NamedTuple):
    """A line of the account: what is taken off is negative; a sum stands below a rule."""

    label: str
    amount: Money
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class FeeVerdict:
    """Whether the provider's net is what its own rates give: tone of a badge, and a sentence."""

    tone: str
    words: str


def detail(account: Account, told: Transaction) -> dict[str, object]:
    """The values of a transaction's page and of the panel beside the list. One SELECT."""
    is_told = not told.is_fee_unreadable
    lines = fee_lines(told.money, told.fee_amount, told.fee_rate, told.fee_tax_rate) if is_told else None
    off = None if lines is None else told.total_amount - lines.net.minor
    kept = db.session.get(LedgerRow, (account.slug, told.id))
    release()
    return {
        "account": account,
        "transaction": told,
        "title": type_label(told.type),
        "lines": breakdown(told, lines),
        "verdict": verdict(told, lines),
        "difference": difference_words(off, told.currency),
        "is_new_rate": bool(kept and kept.new_rate),
        "fee": told.money - told.total,
        "order_href": _order_address(account, told),
        "unreadable": list(unreadable_fields(told)),
        "payout_href": _payout_address(account, told, is_known=bool(kept and kept.paid)),
        "changes": changes_of_transaction(account, told.id),
        "is_payout_known": bool(kept and kept.paid),
    }


def breakdown(told: Transaction, lines: FeeLines | None) -> list[FeeLine]:
    """From the amount to the net, by the rates the row tells; without any, what was paid out is all there is."""
    first = FeeLine(gettext("Amount"), told.money)
    if lines is None:
        return [
            first,
            FeeLine(gettext("Paid out for it") if told.paid else gettext("To be paid out for it"), told.total, True),
        ]
    percentage = gettext("Fee, %(rate)s of the amount", rate=rate(told.fee_rate or 0))
    tax = gettext("Tax on the fee, %(rate)s", rate=rate(told.fee_tax_rate or 0))
    taken = [
        FeeLine(percentage, -lines.percentage),
        FeeLine(gettext("Fixed fee"), -lines.fixed),
        FeeLine(tax, -lines.tax),
    ]
    net = FeeLine(gettext("Net") if lines.fee.is_zero else gettext("Net by these rates"), lines.net, True)
    return [first, *(line for line in taken if line.amount.minor), net]


def verdict(told: Transaction, lines: FeeLines | None) -> FeeVerdict:
    """The check of the provider's arithmetic in words."""
    if told.is_fee_unreadable:
        odd = ", ".join(sorted(told.unreadable & FEE_FIELDS))
        words = gettext("Its fee cannot be read (%(fields)s), so Postpay's net of %(net)s is not checked.", fields=odd,
                        net=money(told.total))  # fmt: skip
        return FeeVerdict("bad", words)
    if lines is None:
        return _without_fee(told)
    off = told.total - lines.net
    net = money(told.total)
    if off.is_zero and lines.fee.is_zero:
        return FeeVerdict("ok", gettext("Postpay takes no fee for this transaction."))
    if off.is_zero:
        return FeeVerdict("ok", gettext("Postpay's net of %(net)s equals ours.", net=net))
    by = money(Money(abs(off.minor), off.currency))
    if not is_off(off.minor):
        return FeeVerdict(
            "ok", gettext("Postpay's net of %(net)s differs by %(by)s, which is no more than rounding.", net=net, by=by)
        )
    if off.minor > 0:
        words = gettext("Postpay's net of %(net)s differs by %(by)s: it is more than these rates give.", net=net, by=by)
    else:
        words = gettext("Postpay's net of %(net)s differs by %(by)s: it is less than these rates give.", net=net, by=by)
    return FeeVerdict("bad", words)


def _without_fee(told: Transaction) -> FeeVerdict:
    if told.amount == told.total_amount:
        return FeeVerdict("ok", gettext("Postpay takes no fee for this transaction."))
    kept = money(told.money - told.total)
    return FeeVerdict("wait", gettext("Postpay states no fee for this transaction, but keeps %(kept)s.", kept=kept))


def _order_address(account: Account, told: Transaction) -> str | None:
    return url_for("orders.show_order", account=account, order_id=told.order.order_id) if told.order else None


def _payout_address(account: Account, told: Transaction, *, is_known: bool) -> str | None:
    """Where the payout it belongs to is shown, once the ledger has read it; until then, where it can be read."""
    if told.paid is None:
        return None
    if not is_known:
        return url_for("payouts.list_payouts", account=account)
    name = naming_of(account).name(told.paid)
    return url_for("payouts.show_payout", account=account, currency=told.currency, payout=name)
