"""The page of one payout, with whatever form is being filled in on it."""

from __future__ import annotations

from flask import Response, abort, make_response, render_template, request, url_for

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.presentation.formatting import long_day
from webapp.settlement.ledger.bank_receipts import receipt_of
from webapp.settlement.ledger.payout_id import PayoutsBy, naming_of
from webapp.settlement.ledger.payouts import Payout, payout
from webapp.settlement.ledger.periods import covers

from . import bridge, transaction_rows
from .bank import bank
from .forms import BankForm, ExceptionForm

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
    rows, pager = transaction_rows.page_of_rows(account, naming, found, page, base)
    values = {
        "account": account,
        "payout": found,
        "by_day": naming.by is PayoutsBy.DAY,
        "day": long_day(found.paid.astimezone(account.zone).date()),
        "base": base,
        "bridge": bridge.bridge(found.figures),
        "picture": bridge.picture(found.figures),
        "picture_words": bridge.picture_words(found.figures),
        "rows": rows,
        "pager": pager,
        "total": transaction_rows.total_row(found.figures),
        "flagged": transaction_rows.flagged_rows(account, naming, found),
        "is_whole": covers(account, *(naming.range(found.name) or (found.paid, found.paid))),
        "problem": problem,
        **bank(account, found, receipt, bank_form, exception_form),
    }
    release()
    return make_response(render_template("payouts/show.html", **values), status)
