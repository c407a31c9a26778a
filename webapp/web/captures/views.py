"""Captures: the question, the act, and what became of it."""

from __future__ import annotations

from dataclasses import replace

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from webapp.access.form_tokens import BadToken, SubmitToken, new_token, read_token
from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.operations.classify import ALREADY_CAPTURED
from webapp.payments.awaiting_capture import latest_captures, shortest_expiry
from webapp.payments.captures import can_be_tried, captured_by, expired_capture
from webapp.payments.captures import capture_order as capture
from webapp.payments.errors import FormReused, NotMoved, NotPossible, OrderBusy, StaleForm
from webapp.payments.intents import open_intent_of, order_version
from webapp.payments.refund_limits import Requester
from webapp.payments.snapshot import APPROVED, OrderSnapshot
from webapp.presentation.formatting import age, money
from webapp.presentation.intent_words import captured_words
from webapp.presentation.provider_errors import Words
from webapp.providers.postpay.models import Order
from webapp.providers.registry import postpay
from webapp.web.htmx import redirect_after_post
from webapp.web.intent_page import intent_page
from webapp.web.list_place import current_place
from webapp.web.typed_forms import never_kept

from .words import what_is_known, why_not

blueprint = Blueprint("captures", __name__)


@blueprint.get("/<account:account>/orders/<provider_id:order_id>/capture")
@requires(Permission.CAPTURE)
@of("postpay")
def confirm_capture(account: Account, order_id: str) -> Response:
    """The question; or why it cannot be asked."""
    return _question(account, postpay(account).get_order(order_id=order_id))


@blueprint.post("/<account:account>/orders/<provider_id:order_id>/capture")
@requires(Permission.CAPTURE)
@of("postpay")
@never_kept
def capture_order(account: Account, order_id: str) -> Response:
    """Does it, once; the answer is a page that can be reloaded."""
    try:
        token = _token(account, order_id)
        intent = capture(
            client=postpay(account),
            account=account,
            token=token,
            requester=Requester(current_user.id),
            deadline=current_app.extensions["settings"].provider_deadline,
        )
    except (NotMoved, BadToken) as error:
        return _not_moved(account, order_id, error)
    return redirect_after_post(_after(account, intent))


@blueprint.get("/<account:account>/orders/<provider_id:order_id>/capture/next")
@requires(Permission.CAPTURE)
@of("postpay")
def open_next_capture(account: Account, order_id: str) -> AnyResponse:
    """The question about the next order that waits, past those that cannot be captured: one call to the provider."""
    place = current_place()
    if not place.is_queue:
        return redirect(url_for("orders.list_awaiting_capture", account=account), 303)
    found = place.beside(
        postpay(account), order_id, 1, lambda row: row.status == APPROVED and can_be_tried(account, row.order_id)
    )
    if found is None:
        flash(gettext("No further order in this list is awaiting capture."), "info")
        return redirect(place.back_href, 303)
    there = replace(place, at=found.at, is_straight=True)
    return redirect(url_for(".confirm_capture", account=account, order_id=found.order_id) + there.of_form, 303)


@blueprint.get("/<account:account>/captures/<row_id:intent_id>")
@requires(Permission.ORDER_READ)
@of("postpay")
def show_capture(account: Account, intent_id: int) -> Response:
    """What became of a capture: done, refused, or not known yet."""
    intent = db.session.get(Intent, intent_id)
    release()
    if intent is None or intent.account != account.slug or intent.kind != IntentKind.CAPTURE:
        abort(404)
    is_beaten = intent.outcome_code == ALREADY_CAPTURED
    captured = captured_words(captured_by(account, intent.order_id)) if is_beaten else None
    return intent_page(account, intent, "captures/show.html", captured=captured)


def _after(account: Account, intent: Intent) -> str:
    """What became of it; who goes from one to the next hears it there, unless it is anything but done."""
    place = current_place()
    if request.form.get("then") == "next" and place.is_queue and intent.state == IntentState.SUCCEEDED:
        done = gettext("Captured %(amount)s of order %(order)s.", amount=money(intent.amount), order=intent.order_id)
        flash(done, "success")
        return url_for(".open_next_capture", account=account, order_id=intent.order_id) + place.suffix
    return url_for(".show_capture", account=account, intent_id=intent.id) + place.suffix


def _not_moved(account: Account, order_id: str, error: Exception) -> Response:
    """Speaks why nothing was started, where the person can act."""
    match error:
        case OrderBusy(intent=intent) | FormReused(intent=intent):
            reused = isinstance(error, FormReused)
            return _page("in_progress/busy.html", 409, account=account, intent=intent, reused=reused, unsent=None)
        case NotPossible(reading=OrderSnapshot(order=order)):
            return _question(account, order, status=409)
        case StaleForm(reading=OrderSnapshot(order=order)):
            return _question(account, order, status=412, problem=_changed())
        case BadToken():
            order = postpay(account).get_order(order_id=order_id)
            return _question(account, order, status=412, problem=_changed())
    raise error


def _changed() -> Words:
    return Words(
        412,
        gettext("The order has changed since you opened the page"),
        gettext("Nothing was captured. These are the current figures."),
        gettext("Check them and press the button again."),
    )


def _question(account: Account, order: Order, *, status: int = 200, problem: Words | None = None) -> Response:
    """The confirm page for an approved order that waits; else the sentence that says why not."""
    intent = open_intent_of(account, order.order_id)
    version = order_version(account, order.order_id)
    release()
    capture, expired = captured_by(account, order.order_id), expired_capture(account, order.order_id)
    if intent or capture or expired or order.status != APPROVED:
        why = why_not(order, capture, expired)
        values = {"order": order, "intent": intent, "captured": capture is not None, "why": why}
        return _page("captures/not_possible.html", status, account=account, **values)
    token = new_token(
        IntentKind.CAPTURE,
        user_id=current_user.id,
        account=account.slug,
        order_id=order.order_id,
        order_version=version,
        seen_remaining=order.total.minor,
        currency=order.currency,
    )
    waiting = now() - order.status_changed if order.status_changed else None
    earlier = latest_captures(account, [order.order_id]).get(order.order_id)
    warnings = what_is_known(earlier, waiting, shortest_expiry(account))
    asked = {"token": token, "age": age(waiting) if waiting else None, "problem": problem, "warnings": warnings}
    return _page("captures/confirm.html", status, account=account, order=order, **asked)


def _token(account: Account, order_id: str) -> SubmitToken:
    return read_token(
        request.form.get("submit_token", ""),
        kind=IntentKind.CAPTURE,
        user_id=current_user.id,
        account=account.slug,
        order_id=order_id,
    )


def _page(template: str, status: int, **values: object) -> Response:
    return make_response(render_template(template, **values), status)
