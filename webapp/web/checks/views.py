"""What finance is to look at, list by list, and what Postpay's fees come to, month by month."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from webapp.access.permissions import Permission, of, requires
from webapp.audit import Action, record_look
from webapp.core.accounts import Account
from webapp.jobs import ask_to_cancel
from webapp.lists.filters import PAGE_SIZES
from webapp.presentation.pager import numbered_pager
from webapp.settlement.reconciliation.start import last_job, start_check
from webapp.settlement.reconciliation.work_lists import WorkList, rows_of
from webapp.web.htmx import redirect_after_post, wants_fragment

from . import fees
from .overview import last_check, sections, span_of
from .rows import HEADINGS, rows

blueprint = Blueprint("checks", __name__)

LAST_PAGE = 10_000


@blueprint.get("/<account:account>/to-look-at")
@requires(Permission.SETTLEMENTS_READ)
@of("postpay")
def list_to_look_at(account: Account) -> str:
    """Every work list with its count."""
    record_look(Action.SETTLEMENTS_VIEWED, account=account.slug, facts={"page": "to-look-at"})
    check = last_check(account)
    values = {"account": account, "sections": sections(account, span_of(account)), "check": check}
    if wants_fragment():
        return render_template("checks/_overview.html", **values)
    return render_template("checks/overview.html", refreshes=bool(check and check.is_open), **values)


@blueprint.get("/<account:account>/to-look-at/<work_list>")
@requires(Permission.SETTLEMENTS_READ)
@of("postpay")
def show_work_list(account: Account, work_list: str) -> str:
    """One list, a page at a time."""
    if work_list not in list(WorkList):
        abort(404)
    kind, span = WorkList(work_list), span_of(account)
    record_look(Action.SETTLEMENTS_VIEWED, account=account.slug, facts={"page": "to-look-at"})
    every = sections(account, span)
    section = next(one for one in every if one.name == kind)
    size = request.args.get("page_size", PAGE_SIZES[0], type=int)
    size = size if size in PAGE_SIZES else PAGE_SIZES[0]
    number = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    found = rows_of(kind, account.slug, span, page=number, size=size) if section.is_known else []

    def address(to: int, of: int = size) -> str:
        return url_for(".show_work_list", account=account, work_list=kind.value, page=to, page_size=of)

    return render_template(
        "checks/work_list.html",
        account=account,
        sections=every,
        section=section,
        headings=HEADINGS[kind],
        rows=rows(kind, account, found),
        ids=[one.id for one in found] if kind is WorkList.CHANGED else [],
        may_settle=current_user.can(Permission.SETTLEMENTS_RESOLVE),
        pager=numbered_pager(number, size, section.size, address),
        sizes=[(one, None if one == size else address(1, one)) for one in PAGE_SIZES],
        check=last_check(account),
        number=number,
    )


@blueprint.post("/<account:account>/to-look-at/check")
@requires(Permission.SETTLEMENTS_READ)
@of("postpay")
def check_now(account: Account) -> Response:
    """Starts a check, unless one is under way."""
    start_check(account, current_user.id)
    return redirect_after_post(url_for(".list_to_look_at", account=account))


@blueprint.post("/<account:account>/to-look-at/cancel-check")
@requires(Permission.SETTLEMENTS_READ)
@of("postpay")
def cancel_check(account: Account) -> Response:
    """Ends the check under way; what the one before it found stays."""
    job = last_job(account)
    if job is not None and job.is_open:
        ask_to_cancel(job.id)
        flash(gettext("The check is being cancelled. The lists stay as the check before it left them."), "success")
    return redirect_after_post(url_for(".list_to_look_at", account=account))


@blueprint.get("/<account:account>/fees")
@requires(Permission.SETTLEMENTS_READ)
@of("postpay")
def show_fees(account: Account) -> str:
    """The effective rate of twelve months in one currency, and every rate of it that was seen."""
    record_look(Action.SETTLEMENTS_VIEWED, account=account.slug, facts={"page": "fees"})
    shown = fees.values(account, request.args.get("until", ""), request.args.get("currency", ""))
    return render_template("checks/fees.html", account=account, **shown)
