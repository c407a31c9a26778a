"""The queue of what waits for a second person, one request, and what is decided about it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, flash, make_response, render_template, request, url_for
from flask_babel import lazy_gettext
from flask_login import current_user
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.approval import Approval, Decision
from webapp.payments import approval_decisions
from webapp.payments.approval_decisions import Cause, NotDecided, hindrance, look_at, record_denied, who_may_not
from webapp.payments.approval_requests import count_waiting, waiting_requests
from webapp.payments.refund_limits import Requester
from webapp.payments.snapshot import OrderSnapshot
from webapp.presentation.approval_words import asked_words, decision_words, need_words
from webapp.presentation.intent_words import intent_href
from webapp.presentation.pager import numbered_pager
from webapp.presentation.provider_errors import words_for_gateway
from webapp.providers.http.errors import GatewayError
from webapp.providers.registry import postpay
from webapp.web.forms import BaseForm
from webapp.web.guard import fresh_sign_in_for
from webapp.web.htmx import redirect_after_post
from webapp.web.live_pages import live_page
from webapp.web.typed_forms import never_kept

from .words import cause_words, done_words, what_changed

blueprint = Blueprint("approvals", __name__)

PAGE = "approvals.show_approval"
PAGE_SIZE = 50
_FORBIDDEN = (Cause.OWN, Cause.PROMOTED, Cause.NO_RIGHT)


class NoteForm(BaseForm):
    """Why something is not approved."""

    note = TextAreaField(
        lazy_gettext("Reason"),
        validators=[
            DataRequired(lazy_gettext("Say why; whoever asked reads it.")),
            Length(max=500, message=lazy_gettext("At most 500 characters.")),
        ],
    )


@blueprint.get("/<account:account>/approvals")
@requires(Permission.REFUND_CHECK)
@of("postpay")
def list_approvals(account: Account) -> str:
    """What waits, the first to lapse first."""
    total = count_waiting(account)
    number = min(max(request.args.get("page", 1, type=int), 1), max(-(-total // PAGE_SIZE), 1))
    found = waiting_requests(account, page=number, size=PAGE_SIZE)
    pager = numbered_pager(number, PAGE_SIZE, total, lambda to: url_for(".list_approvals", account=account, page=to))
    rows = [(one, asked_words(one), need_words(one.why)) for one in found]
    return render_template(
        "approvals/list.html", account=account, rows=rows, pager=pager, live=live_page(account)
    )


@blueprint.get("/<account:account>/approvals/<row_id:approval_id>")
@requires(Permission.REFUND_CHECK)
@of("postpay")
def show_approval(account: Account, approval_id: int) -> Response:
    """What was asked for, the order as it is now, and what has changed since."""
    return _page(account, _request(account, approval_id))


@blueprint.post("/<account:account>/approvals/<row_id:approval_id>/approve")
@requires(Permission.REFUND_APPROVE)
@of("postpay")
@fresh_sign_in_for(PAGE)
@never_kept
def approve(account: Account, approval_id: int) -> Response:
    """Has it sent, or closed, once; the answer is a page that can be reloaded."""
    asked = _request(account, approval_id)
    try:
        intent = approval_decisions.approve(
            postpay(account),
            account,
            look_at(postpay(account), account, asked),
            approver=_approver(),
            seen=request.form.get("seen", ""),
            deadline=current_app.extensions["settings"].provider_deadline,
        )
    except NotDecided as error:
        return _not_decided(account, approval_id, error)
    return redirect_after_post(intent_href(intent))


@blueprint.post("/<account:account>/approvals/<row_id:approval_id>/reject")
@requires(Permission.REFUND_APPROVE)
@of("postpay")
def reject(account: Account, approval_id: int) -> Response:
    """It is not going to be done."""
    return _refuse(account, approval_id, Decision.REJECTED)


@blueprint.post("/<account:account>/approvals/<row_id:approval_id>/return")
@requires(Permission.REFUND_APPROVE)
@of("postpay")
def return_request(account: Account, approval_id: int) -> Response:
    """Whoever asked may change it and ask again."""
    return _refuse(account, approval_id, Decision.RETURNED)


@blueprint.post("/<account:account>/approvals/<row_id:approval_id>/withdraw")
@requires(Permission.REFUND_CHECK)
@of("postpay")
@never_kept
def withdraw(account: Account, approval_id: int) -> Response:
    """Whoever asked does not want it any more."""
    return _decide(account, approval_id, Decision.WITHDRAWN, "")


def _refuse(account: Account, approval_id: int, decision: Decision) -> Response:
    form = NoteForm()
    if not form.validate_on_submit():
        return _page(account, _request(account, approval_id), status=422, form=form)
    return _decide(account, approval_id, decision, form.note.data)


def _decide(account: Account, approval_id: int, decision: Decision, note: str) -> Response:
    asked = _request(account, approval_id)
    try:
        approval_decisions.refuse(account, asked.id, decision, by=current_user.id, note=note)
    except NotDecided as error:
        return _not_decided(account, approval_id, error)
    flash(done_words(decision), "success")
    return redirect_after_post(url_for(PAGE, account=account, approval_id=approval_id))


def _not_decided(account: Account, approval_id: int, error: NotDecided) -> Response:
    """Says why; that somebody tried what is not theirs to decide leaves an entry."""
    asked = _request(account, approval_id)
    if error.cause in _FORBIDDEN:
        record_denied(account, asked, error.cause)
    status = 403 if error.cause in _FORBIDDEN else 412 if error.cause is Cause.STALE else 409
    return _page(account, asked, status=status, problem=cause_words(error, asked), form=_typed())


def _typed() -> NoteForm | None:
    return NoteForm() if request.form.get("note") else None


def _page(
    account: Account,
    asked: Approval,
    *,
    status: int = 200,
    problem: list[str] | None = None,
    form: NoteForm | None = None,
) -> Response:
    looked, unread = None, None
    try:
        looked = look_at(postpay(account), account, asked)
    except GatewayError as error:
        unread = words_for_gateway(error)
    reading = looked.reading if looked else None
    values = {
        "asked": asked,
        "intent": asked.intent,
        "title": asked_words(asked),
        "needs": need_words(asked.why),
        "decision": decision_words(asked),
        "reading": reading,
        "unread": unread,
        "changes": what_changed(asked, asked.intent, reading) if reading else [],
        "against": _against(account, asked, reading) if asked.is_open else [],
        "seen": looked.seen if looked else "",
        "is_own": asked.requested_by == current_user.id,
        "problem": problem,
        "form": form or NoteForm(formdata=None),
    }
    release()
    return make_response(render_template("approvals/show.html", account=account, **values), status)


def _against(account: Account, asked: Approval, reading: OrderSnapshot | None) -> list[str]:
    """Why the person who looks cannot approve it; empty where nothing is known against it."""
    if not current_user.can(Permission.REFUND_APPROVE):
        return cause_words(NotDecided(Cause.NO_RIGHT), asked)
    if cause := who_may_not(account, asked, current_user.id):
        return cause_words(NotDecided(cause), asked)
    if reading is not None and (found := hindrance(account, asked, _approver(), reading)):
        return cause_words(NotDecided(*found), asked)
    return []


def _approver() -> Requester:
    return Requester(current_user.id, current_app.extensions["settings"].refund_limits)


def _request(account: Account, approval_id: int) -> Approval:
    found = db.session.get(Approval, approval_id, populate_existing=True)
    release()
    if found is None or found.account != account.slug:
        abort(404)
    return found
