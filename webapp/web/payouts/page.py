"""The page of one payout, with whatever form is being filled in on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask import Response, abort, make_response, render_template, request, url_for

from webapp.calendar import TICK
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.money import is_known_currency
from webapp.presentation.formatting import long_day
from webapp.settlement.ledger.bank_receipts import receipt_of
from webapp.settlement.ledger.changes import changes_of_payout
from webapp.settlement.ledger.payout_id import PayoutsBy, naming_of
from webapp.settlement.ledger.payouts import Payout, payout
from webapp.settlement.ledger.periods import covers
from webapp.settlement.ledger.refund_sign import decided_sign, is_undecided
from webapp.settlement.ledger.totals import Figures

from . import bridge, transaction_rows
from .bank import bank
from .change_lines import change_lines
from .forms import BankForm, ExceptionForm
from .sync_status import standing

LAST_PAGE = 10**6


def find_payout(account: Account, currency: str, name: str) -> Payout:
    """The payout of an address, else 404.

    One without rows is still a page where its month was not proved yet, where its rows have moved elsewhere, or where
    the bank's amount was entered.
    """
    span = naming_of(account).of(name).range(name)
    if span is None:
        abort(404)
    is_whole = covers(account, *span)  # before the figures: they are never said to be more whole than they are
    found = payout(account, naming_of(account), currency, name)
    if found is not None:
        return replace(found, is_whole=is_whole)
    empty = Payout(name, span[0], Figures.of(currency, []), is_whole=is_whole)
    is_known = receipt_of(account, empty) is not None or changes_of_payout(account, currency, *span)
    if not is_known and (is_whole or not is_known_currency(currency)):
        abort(404)
    return empty


def is_sure(account: Account, found: Payout) -> bool:
    """Whether its net may be compared with anything."""
    return found.is_whole and not is_undecided(account, [found.figures])


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
    naming = naming_of(account).of(found.name)
    span = naming.range(found.name) or (found.paid, found.paid)
    rows, pager = transaction_rows.page_of_rows(account, naming, found, page, base)
    values = {
        "account": account,
        "payout": found,
        "by_day": naming.by is PayoutsBy.DAY,
        "day": long_day(found.paid.astimezone(account.zone).date()),
        "base": base,
        "rows": rows,
        "pager": pager,
        "total": transaction_rows.total_row(found.figures),
        "flagged": transaction_rows.flagged_rows(account, naming, found),
        "changes": change_lines(account, changes_of_payout(account, found.currency, *span)),
        "problem": problem,
        **_certainty(account, found, span),
        **bridge.values(found.figures),
        **bank(account, found, bank_form, exception_form),
    }
    release()
    return make_response(render_template("payouts/show.html", **values), status)


def _certainty(account: Account, found: Payout, span: tuple[datetime, datetime]) -> dict[str, object]:
    """Whether its sums may be called its sums, and what there is to do where they may not."""
    is_unclear = is_undecided(account, [found.figures])
    return {
        "is_whole": found.is_whole,
        "is_sure": found.is_whole and not is_unclear,
        "failed": [one for one in standing(account, *span).months if one.problem],
        "sign": decided_sign(account),
        "sign_unclear": is_unclear,
        "pairs": _days_of(account, span),
    }


def _days_of(account: Account, span: tuple[datetime, datetime]) -> list[tuple[str, str]]:
    """The filters of the list that show the payout's days, for the button that has them read."""
    first, last = (moment.astimezone(account.zone).date().isoformat() for moment in (span[0], span[1] - TICK))
    return [("paid", "range"), ("paid_from", first), ("paid_to", last)]
