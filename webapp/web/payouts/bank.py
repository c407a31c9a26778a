"""What the bank received for a payout: what is offered to finance, and what was done so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext
from flask_login import current_user

from webapp.access.permissions import Permission
from webapp.audit import Action
from webapp.audit.recording import facts_of
from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.models.bank_receipt import BankReceipt, ReceiptState
from webapp.models.user import User
from webapp.money import Money, is_known_currency
from webapp.presentation.audit.entries import DescribedEntry, entries_for_object
from webapp.presentation.formatting import money, when
from webapp.presentation.transaction_words import LINE_WORDS, line_label
from webapp.settlement.ledger.bank_receipts import receipt_of, receipts_around
from webapp.settlement.ledger.payouts import Payout
from webapp.settlement.ledger.totals import FEES, TAX, Figures, explanations

from .forms import BankForm, ExceptionForm
from .listing import bank_state, payout_address


def bank(
    account: Account,
    found: Payout,
    bank_form: BankForm | None,
    exception_form: ExceptionForm | None,
) -> dict[str, object]:
    """What the bank received, the forms for those who may settle it, and what was done so far."""
    receipt = receipt_of(account, found)
    may_settle = current_user.can(Permission.SETTLEMENTS_RESOLVE) and is_known_currency(found.currency)
    words, tone = bank_state(receipt)
    return {
        "receipt": receipt,
        "bank_words": words,
        "bank_tone": tone,
        "has_changed": receipt is not None and receipt.expected_minor != found.figures.net.minor,
        "explained": explanation_words(receipt.explained_by.split(",")) if receipt and receipt.explained_by else None,
        "offers": offers(found.figures, receipt),
        "owner": name_of(receipt.owner_id) if receipt else None,
        "entered_by": name_of(receipt.entered_by) if receipt else None,
        "version": receipt.version if receipt else 0,
        "may_settle": may_settle,
        "bank_form": bank_form or (BankForm(found.currency, formdata=None) if may_settle else None),
        "exception_form": exception_form or (ExceptionForm(account, receipt, formdata=None) if may_settle else None),
        "has_form_error": bool(bank_form and bank_form.errors),
        "history": history(account, found),
        "others": receipts_within(account, found),
    }


def receipts_within(account: Account, found: Payout) -> list[tuple[str, str, str]]:
    """Amounts that were entered while payouts were told apart otherwise: words of each, its state, and its address."""
    base = url_for("payouts.list_payouts", account=account)

    def told(one: BankReceipt) -> tuple[str, str, str]:
        words = f"{money(one.received)}, {when(one.entered)}"
        return words, bank_state(one)[0], payout_address(base, one.currency, one.payout)

    return [told(one) for one in receipts_around(account, [found]).get((found.currency, found.name), [])]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whole lines that make up a difference: their codes, and what it says in words."""

    lines: str
    words: str


def offers(figures: Figures, receipt: BankReceipt | None) -> list[Explanation]:
    """Explanations of an open difference that finance may accept."""
    if receipt is None or receipt.state not in (ReceiptState.OPEN, ReceiptState.CLOSED):
        return []
    if receipt.expected_minor != figures.net.minor:
        return []
    return [Explanation(",".join(lines), explanation_words(lines)) for lines in explanations(figures, receipt.received)]


def explanation_words(lines: Sequence[str]) -> str:
    """ "without refunds", "before fees and tax on fees": what the bank's amount is, in words."""
    names = [_inside_a_sentence(line_label(code)) if code in LINE_WORDS else code for code in lines]
    listed = gettext("%(some)s and %(last)s", some=", ".join(names[:-1]), last=names[-1]) if names[1:] else names[0]
    if set(lines) <= {FEES, TAX}:
        return gettext("The bank's amount is the payout before %(lines)s.", lines=listed)
    return gettext("The bank's amount is the payout without %(lines)s.", lines=listed)


def _inside_a_sentence(label: str) -> str:
    return label[:1].lower() + label[1:]


def name_of(person_id: int | None) -> str | None:
    """A person's name, also of one who has left."""
    person = db.session.get(User, person_id) if person_id is not None else None
    return person.name if person else None


class Deed(NamedTuple):
    """What somebody did about the payout at the bank; `text` is the amount or the reason it ended with."""

    label: str
    text: str
    reason: str | None
    actor: str
    moment: datetime


def history(account: Account, payout: Payout) -> list[Deed]:
    """From the audit log, the newest first."""
    told = entries_for_object(account.slug, "payout", f"{payout.currency} {payout.name}")
    return [Deed(one.label, _deed_words(one), one.entry.reason, one.actor, one.moment) for one in told]


def _deed_words(one: DescribedEntry) -> str:
    facts = facts_of(one.entry.after)
    if one.entry.event == Action.BANK_AMOUNT_ENTERED:
        return money(Money(facts["received_minor"], facts["currency"]))
    if one.entry.event == Action.DIFFERENCE_EXPLAINED:
        return ", ".join(line_label(code) for code in str(facts["explained_by"]).split(","))
    return name_of(facts.get("owner_id")) or ""
