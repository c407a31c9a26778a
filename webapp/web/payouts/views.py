"""Payouts by period, one payout, and the reading of what was never read or has grown old."""

from __future__ import annotations

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from webapp import audit
from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import htmx
from webapp.jobs import ask_to_cancel
from webapp.lists.filters.controls import page_sizes
from webapp.lists.filters.payouts import PayoutFilters
from webapp.models.base import now
from webapp.settlement.ledger.payout_id import naming_of
from webapp.settlement.ledger.payouts import coming, payouts, totals
from webapp.settlement.ledger.periods import months_to_read
from webapp.settlement.ledger.refund_sign import decide_sign, decided_sign, is_undecided
from webapp.settlement.ledger.sync import latest_job, start_reading
from webapp.web.htmx import form_follows, redirect_after_post, wants_fragment

from . import blueprint, listing
from . import payout_views as _payout_views  # noqa: F401 - adds the views of one payout
from .sync_status import standing


@blueprint.get("/<account:account>/payouts")
@requires(Permission.SETTLEMENTS_READ)
@of("postpay")
def list_payouts(account: Account) -> AnyResponse:
    """From the ledger; the provider is not asked. That somebody sees totals is on record."""
    filters = PayoutFilters(request.args, account.zone)
    base = url_for(".list_payouts", account=account)
    if filters.errors:
        return _list(account, filters, base, "invalid", 422)
    if not wants_fragment() and "" in request.args.values():
        return redirect(filters.address(base), 303)
    audit.record_look(
        audit.Action.SETTLEMENTS_VIEWED,
        account=account.slug,
        facts={"page": "payouts", "currency": filters.currency or None, **listing.period_words(filters)},
    )
    return _list(account, filters, base, "rows")


def _list(account: Account, filters: PayoutFilters, base: str, state: str, status: int = 200) -> Response:
    """The whole page; for htmx the results."""
    values: dict[str, object] = {
        "account": account,
        "filters": filters,
        "base": base,
        "state": state,
        "active": listing.chips(filters, base),
        "options": listing.options(filters),
    }
    if state == "rows":
        naming = naming_of(account)
        stands = standing(account, *filters.period)  # before the figures: none is said to be newer, or more whole
        found = payouts(account, naming, *filters.period, filters.currency or None)
        to_come = coming(account)
        transactions = url_for("settlements.list_transactions", account=account)
        here = filters.address(base, page=filters.page if filters.page > 1 else None)
        values |= {
            "listing": listing.listing(account, found, filters, naming, base),
            "sizes": page_sizes(filters, base),
            "standing": stands,
            "coming": listing.coming_rows(to_come.figures, transactions),
            "coming_as_of": to_come.as_of,
            "may_settle": current_user.can(Permission.SETTLEMENTS_RESOLVE),
            "dated_later": listing.dated_later_rows(to_come.dated_later, transactions, filters.today),
            "sign": decided_sign(account),
            "sign_unclear": is_undecided(account, [*totals(found), *to_come.figures]),
            "here": here,
            "reading_href": filters.address(url_for(".show_reading", account=account)),
            "pairs": filters.pairs(),
            "query_string": here.partition("?")[2],
        }
        release()
    if not wants_fragment():
        return make_response(render_template("payouts/list.html", **values), status)
    values["out_of_band"] = form_follows()
    response = make_response(render_template("payouts/_results.html", **values), status)
    response.headers["HX-Push-Url"] = str(values.get("here", base))
    return response


@blueprint.post("/<account:account>/payouts/read")
@requires(Permission.SETTLEMENTS_READ)
@of("postpay")
def read_payouts(account: Account) -> Response:
    """Has the months of the period read by the worker; what is under way goes on and takes them along."""
    filters = _filters_of(account, request.form)
    is_again = request.form.get("again") == "1"
    months = months_to_read(*filters.period)
    start_reading(account, months, current_user.id, since=now() if is_again else None, whole=is_again)
    target = ".list_payouts" if htmx else ".show_reading"
    return redirect_after_post(filters.address(url_for(target, account=account)))


@blueprint.post("/<account:account>/payouts/cancel-reading")
@requires(Permission.SETTLEMENTS_READ)
@of("postpay")
def cancel_reading(account: Account) -> Response:
    """Ends the reading under way; the months that were read whole stay, the others are as they were."""
    filters = _filters_of(account, request.form)
    job = latest_job(account)
    if job is not None and job.is_open:
        ask_to_cancel(job.id)
        flash(gettext("The reading is being cancelled. What was read completely before is kept."), "success")
    return redirect_after_post(filters.address(url_for(".list_payouts", account=account)))


@blueprint.post("/<account:account>/payouts/refund-sign")
@requires(Permission.SETTLEMENTS_RESOLVE)
@of("postpay")
def decide_refund_sign(account: Account) -> Response:
    """Whether positive refunds are deducted; every month is then read again by it."""
    choice = request.form.get("deducted")
    if choice not in ("yes", "no"):
        abort(400)
    months = decide_sign(account, current_user.id, deducted=choice == "yes")
    start_reading(account, months or months_to_read(now(), now()), current_user.id, since=now())
    flash(gettext("Decided. The payouts are being read again accordingly."), "success")
    return redirect_after_post(url_for(".list_payouts", account=account))


@blueprint.get("/<account:account>/payouts/reading")
@requires(Permission.SETTLEMENTS_READ)
@of("postpay")
def show_reading(account: Account) -> AnyResponse:
    """How far a reading has come: a page that asks for itself again, or a panel. Leads back when it is over."""
    filters = _filters_of(account, request.args)
    back = filters.address(url_for(".list_payouts", account=account))
    stands = standing(account, *filters.period)
    release()
    if stands.progress is None:
        return redirect_after_post(back)
    here = filters.address(url_for(".show_reading", account=account))
    values = {"account": account, "standing": stands, "back": back, "reading_href": here, "pairs": filters.pairs()}
    if wants_fragment():
        return make_response(render_template("payouts/_progress.html", **values))
    response = make_response(render_template("payouts/reading.html", **values))
    response.headers["Refresh"] = "2"
    return response


def _filters_of(account: Account, given: MultiDict[str, str]) -> PayoutFilters:
    filters = PayoutFilters(given, account.zone)
    if filters.errors:
        abort(400)
    return filters
