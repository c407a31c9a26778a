"""Money in motion: what is open, what needs finance, and the buttons that find out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from flask import Blueprint, Response, abort, current_app, flash, make_response, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import Select, func, select

from webapp.access.permissions import Permission, of_any, requires
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.finding import Finding
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.models.operation import UNDECIDED
from webapp.operations.kind import NotYet
from webapp.operations.resolve_unknown import check_now, close
from webapp.operations.resolve_unknown import send_again as send_once_more
from webapp.payments.approval_requests import ask_close as ask_second_person
from webapp.payments.approval_requests import waiting_requests_of
from webapp.payments.intents import INTENTS, may_close, may_send_again
from webapp.payments.unmatched_refunds import resolve_finding
from webapp.presentation.formatting import when_long
from webapp.presentation.intent_words import intent_href
from webapp.presentation.pager import Pager, numbered_pager
from webapp.providers.registry import mover
from webapp.web.guard import fresh_sign_in
from webapp.web.htmx import redirect_after_post
from webapp.web.list_place import current_place
from webapp.web.live_pages import live_page
from webapp.web.typed_forms import form_to_offer

from .forms import CloseForm, ResolveForm

blueprint = Blueprint("in_progress", __name__)

PAGE_SIZE = 50
R = TypeVar("R", Intent, Finding)
_UNSETTLED = (*UNDECIDED, IntentState.ATTENTION)


@blueprint.get("/<account:account>/in-progress")
@requires(Permission.ORDER_READ)
@of_any
def list_unsettled(account: Account) -> str:
    """Open intents and those that need attention, oldest first; then refunds that fit no intent."""
    return _list(account)


def _list(account: Account, wrong: ResolveForm | None = None, finding_id: int = 0) -> str:
    """The page; `wrong` is what was typed about a finding, with what is wrong about it."""
    unsettled = select(Intent).where(Intent.account == account.slug, Intent.state.in_(_UNSETTLED)).order_by(Intent.id)
    strays = select(Finding).where(Finding.account == account.slug, Finding.resolved.is_(None)).order_by(Finding.id)
    intents, pager = _page_of(account, unsettled, "page")
    before = select(func.count()).select_from(strays.where(Finding.id < finding_id).order_by(None).subquery())
    at = (db.session.scalar(before) or 0) // PAGE_SIZE + 1 if finding_id else 1
    findings, findings_pager = _page_of(account, strays, "stray_page", at)
    release()
    values = {"intents": intents, "pager": pager, "findings": findings, "findings_pager": findings_pager}
    values |= {"form": wrong, "finding_id": finding_id, "closing": waiting_requests_of(intents)}
    return render_template("in_progress/list.html", account=account, live=live_page(account), **values)


def _page_of(account: Account, rows: Select[R], parameter: str, at: int = 1) -> tuple[Sequence[R], Pager]:
    """The page of a list that the address names by a parameter of its own; the other list stays where it is."""
    total = db.session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0
    number = min(max(request.args.get(parameter, at, type=int), 1), max(-(-total // PAGE_SIZE), 1))
    found = db.session.scalars(rows.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    others = {name: request.args[name] for name in ("page", "stray_page") if name in request.args}

    def address(to: int) -> str:
        return url_for(".list_unsettled", account=account, **{**others, parameter: str(to)})  # type: ignore[arg-type]

    return found, numbered_pager(number, PAGE_SIZE, total, address)


@blueprint.post("/<account:account>/in-progress/<row_id:intent_id>/check")
@requires(Permission.REFUND_CHECK)
@of_any
def check_intent(account: Account, intent_id: int) -> Response:
    """Asks the provider at once."""
    intent = _intent(account, intent_id)
    if intent.state == IntentState.AWAITING_APPROVAL:
        flash(gettext("Postpay was not asked: nothing is sent before somebody has approved it."), "info")
        return redirect_after_post(intent_href(intent) + current_place().suffix)
    checks = intent.checks
    intent = check_now(INTENTS, mover(account), intent, deadline=_deadline())
    if intent.is_open and intent.checks > checks:
        _say_still_unknown()
    elif intent.is_open:
        until = when_long(intent.lease_until)
        words = gettext("Postpay was not asked: the desk waits until %(moment)s. It is still not known.", moment=until)
        flash(words, "unknown")
    return redirect_after_post(intent_href(intent) + current_place().suffix)


def _say_still_unknown() -> None:
    flash(gettext("Asked Postpay at %(moment)s: still not known.", moment=when_long(now())), "unknown")


@blueprint.post("/<account:account>/in-progress/<row_id:intent_id>/send-again")
@requires(Permission.REFUND_RESOLVE)
@of_any
def send_again(account: Account, intent_id: int) -> Response:
    """Sends the same number and bytes once more."""
    intent = _intent(account, intent_id)
    try:
        intent = send_once_more(INTENTS, mover(account), intent, deadline=_deadline())
    except NotYet:
        flash(_not_sent_again(intent), "warning")
    else:
        if intent.is_open:
            _say_still_unknown()
    return redirect_after_post(intent_href(intent) + current_place().suffix)


def _not_sent_again(intent: Intent) -> str:
    if not intent.is_open:
        return gettext("Nothing was sent: its outcome is known.")
    if not may_send_again(intent):
        return gettext("Nothing was sent: Postpay refused it, and the desk is still comparing.")
    return gettext("Nothing was sent: it is being checked at this moment. Try again in a minute.")


@blueprint.get("/<account:account>/in-progress/<row_id:intent_id>/close")
@requires(Permission.REFUND_RESOLVE)
@of_any
@fresh_sign_in
def ask_close(account: Account, intent_id: int) -> Response:
    """The question before the last word on an intent."""
    return _close_page(account, _intent(account, intent_id), CloseForm())


@blueprint.post("/<account:account>/in-progress/<row_id:intent_id>/close")
@requires(Permission.REFUND_RESOLVE)
@of_any
@fresh_sign_in
def close_intent(account: Account, intent_id: int) -> Response:
    """Closes it with what finance found, and a reason for the audit log; of a refund it asks a second person to."""
    intent = _intent(account, intent_id)
    form = CloseForm()
    if not form.validate_on_submit():
        return _close_page(account, intent, form, 422)
    try:
        return redirect_after_post(_closed(account, intent, form))
    except NotYet:
        return _close_page(account, intent, form, 409)


def _closed(account: Account, intent: Intent, form: CloseForm) -> str:
    """Closes a capture, and asks a second person to close a refund; returns the page that tells what came of it."""
    if intent.kind == IntentKind.CAPTURE:
        return intent_href(close(INTENTS, intent, form.found.data, form.reason.data))
    asked = ask_second_person(account, intent, form.found.data, form.reason.data, by=current_user.id)
    return url_for("approvals.show_approval", account=account, approval_id=asked.id)


@blueprint.post("/<account:account>/findings/<row_id:finding_id>/resolve")
@requires(Permission.REFUND_RESOLVE)
@of_any
def resolve(account: Account, finding_id: int) -> Response:
    """Finance has dealt with a refund that fits no intent."""
    finding = db.session.get(Finding, finding_id)
    release()
    if finding is None or finding.account != account.slug:
        abort(404)
    form = ResolveForm()
    if not form.validate_on_submit():
        return make_response(_list(account, form, finding_id), 422)
    resolve_finding(finding, form.reason.data)
    return redirect_after_post(url_for(".list_unsettled", account=account))


def _close_page(account: Account, intent: Intent, form: CloseForm, status: int = 200) -> Response:
    from_list = request.args.get("from") == "list"
    values = {
        "form": form,
        "may_close": may_close(intent, now()) and status != 409,
        "unsent": form_to_offer(),
        "from_list": from_list,
        "is_refund": intent.kind == IntentKind.REFUND,
        "back": url_for(".list_unsettled", account=account) if from_list else intent_href(intent),
    }
    return make_response(render_template("in_progress/close.html", account=account, intent=intent, **values), status)


def _intent(account: Account, intent_id: int) -> Intent:
    intent = db.session.get(Intent, intent_id)
    release()
    if intent is None or intent.account != account.slug:
        abort(404)
    return intent


def _deadline() -> float:
    return float(current_app.extensions["settings"].provider_deadline)
