"""The page of one payout, with whatever form is being filled in on it."""

from __future__ import annotations

from flask import Response, abort, make_response, render_template, request, url_for
from flask_login import current_user

from webapp.access.permissions import Permission
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.models.bank_receipt import BankReceipt
from webapp.money import is_known_currency
from webapp.presentation.formatting import long_day
from webapp.settlement.ledger.bank_receipts import receipt_of
from webapp.settlement.ledger.payout_id import PayoutsBy, naming_of
from webapp.settlement.ledger.payouts import Payout, payout
from webapp.settlement.ledger.sync import covers

from . import detail
from .forms import BankForm, ExceptionForm
from .listing import bank_state

LAST_PAGE = 10**6


def find_payout(account: Account, currency: str, name: str) -> Payout:
    """The payout of an address, or 404."""
    found = payout(account, naming_of(account), currency, name)
    if found is None:
        abort(404)
    return found


def payout_page(
    account: Account,
    found: Payout,
    status: int = 200,
    *,
    bank_form: BankForm | None = None,
    exception_form: ExceptionForm | None = None,
    problem: str | None = None,
) -> Response:
    """The whole page. Forms that come back keep what was typed; `problem` says why nothing was changed."""
    base = url_for("payouts.show_payout", account=account, currency=found.currency, payout=found.name)
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    naming = naming_of(account)
    receipt = receipt_of(account, found)
    rows, pager = detail.page_of_rows(account, naming, found, page, base)
    values = {
        "account": account,
        "payout": found,
        "by_day": naming.by is PayoutsBy.DAY,
        "day": long_day(found.paid.astimezone(account.zone).date()),
        "base": base,
        "bridge": detail.bridge(found.figures),
        "picture": detail.picture(found.figures),
        "picture_words": detail.picture_words(found.figures),
        "rows": rows,
        "pager": pager,
        "total": detail.total_row(found.figures),
        "flagged": detail.flagged_rows(account, naming, found),
        "is_whole": covers(account, *(naming.range(found.name) or (found.paid, found.paid))),
        "problem": problem,
        **_bank(account, found, receipt, bank_form, exception_form),
    }
    release()
    return make_response(render_template("payouts/show.html", **values), status)


def _bank(
    account: Account,
    found: Payout,
    receipt: BankReceipt | None,
    bank_form: BankForm | None,
    exception_form: ExceptionForm | None,
) -> dict[str, object]:
    """What the bank received, the forms for those who may settle it, and what was done so far."""
    may_settle = current_user.can(Permission.SETTLEMENTS_RESOLVE) and is_known_currency(found.currency)
    words, tone = bank_state(receipt)
    return {
        "receipt": receipt,
        "bank_words": words,
        "bank_tone": tone,
        "has_changed": receipt is not None and receipt.expected_minor != found.figures.net.minor,
        "explained": detail.explanation_words(receipt.explained_by.split(","))
        if receipt and receipt.explained_by
        else None,
        "offers": detail.offers(found.figures, receipt),
        "owner": detail.name_of(receipt.owner_id) if receipt else None,
        "entered_by": detail.name_of(receipt.entered_by) if receipt else None,
        "version": receipt.version if receipt else 0,
        "may_settle": may_settle,
        "bank_form": bank_form or (BankForm(found.currency, formdata=None) if may_settle else None),
        "exception_form": exception_form or (ExceptionForm(receipt, formdata=None) if may_settle else None),
        "has_form_error": bool(bank_form and bank_form.errors),
        "history": detail.history(account, found),
    }
