"""Refunds: ask, review, send, and what became of it."""

from __future__ import annotations

from typing import NoReturn

from flask import Response, abort, current_app, make_response, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select

from webapp.access.form_tokens import BadToken, SubmitToken, new_token, read_token
from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.intent import Intent, IntentKind
from webapp.money import Money, is_known_currency
from webapp.operations.errors import FormReused, NotMoved, OrderBusy
from webapp.operations.write import latest_intent_of, open_intent_of, order_version
from webapp.payments.errors import AboveLimit, AboveRemaining, NotPossible, StaleForm
from webapp.payments.refund_limits import Requester, check_limits, spent_today
from webapp.payments.refund_lines import Refundable
from webapp.payments.refunds import issue_refund, refundable_lines
from webapp.payments.resolve_from_reading import resolve_from_reading
from webapp.payments.snapshot import CAPTURED, OrderSnapshot, done_intents, read_order
from webapp.payments.start import record_stale
from webapp.presentation.masking import customer_initials
from webapp.presentation.provider_errors import words_for_gateway
from webapp.providers.http.errors import GatewayError
from webapp.providers.registry import postpay
from webapp.web.form_drafts import asks_again, sent_just_now
from webapp.web.htmx import redirect_after_post
from webapp.web.intent_page import intent_page

from . import blueprint
from . import line_views as _line_views  # noqa: F401 - adds the view of chosen lines
from .forms import RefundForm, refund_form
from .line_rows import line_values, reviewed_rows
from .words import amount_in_words, limit_hint, limit_words, what_changed, whole_hint


@blueprint.get("/<account:account>/orders/<provider_id:order_id>/refund")
@requires(Permission.REFUND_CREATE)
@of("postpay")
def ask_refund(account: Account, order_id: str) -> Response:
    """The form, on fresh figures; or why there is none."""
    reading = _read(account, order_id)
    if refusal := _why_not(account, reading):
        return _not_possible(account, reading, refusal, 200)
    form = refund_form(_remaining(reading), refundable_lines(account, reading), None)
    form.submit_token.data = _token_for(account, reading)
    return _form_page(account, reading, form)


@blueprint.post("/<account:account>/orders/<provider_id:order_id>/refund")
@requires(Permission.REFUND_CREATE)
@of("postpay")
@asks_again
def review_refund(account: Account, order_id: str) -> Response:
    """Everything once more before it is done; "Back" leads to the form with what was typed."""
    token = _token(account, order_id)
    reading = _read(account, order_id)
    if refusal := _why_not(account, reading):
        return _not_possible(account, reading, refusal)
    if _remaining(reading) != Money(token.seen_remaining, token.currency) or _version(account, order_id) != (
        token.order_version
    ):
        record_stale(account, token, IntentKind.REFUND)
        return _again(account, reading, 412)
    form = _form(_remaining(reading), refundable_lines(account, reading))
    if request.form.get("step") == "edit":
        return _form_page(account, reading, form)
    if not form.validate_on_submit():
        return _form_page(account, reading, form, 422)
    try:
        check_limits(account, _requester(token.currency), form.chosen)
    except AboveLimit as error:
        return _not_moved(account, order_id, form, error, reading=reading)
    finally:
        release()
    return _review_page(account, order_id, form, reading=reading)


@blueprint.post("/<account:account>/orders/<provider_id:order_id>/refunds")
@requires(Permission.REFUND_CREATE)
@of("postpay")
def send_refund(account: Account, order_id: str) -> Response:
    """Does it, once; the answer is a page that can be reloaded."""
    if request.form.get("step") == "edit":
        return review_refund(account, order_id)
    token = _token(account, order_id)
    form = _form(Money(token.seen_remaining, token.currency))
    if not form.validate_on_submit():
        return _form_page(account, _read(account, order_id), form, 422)
    try:
        intent = issue_refund(
            client=postpay(account),
            account=account,
            token=token,
            requester=_requester(token.currency),
            decision=form.decision,
            deadline=current_app.extensions["settings"].provider_deadline,
        )
    except NotMoved as error:
        return _not_moved(account, order_id, form, error)
    except GatewayError as error:
        words = words_for_gateway(error)
        return _review_page(account, order_id, form, status=words.status, problem=words)
    return redirect_after_post(url_for(".show_refund", account=account, refund_id=intent.refund_id))


@blueprint.get("/<account:account>/refunds/<provider_id:refund_id>")
@requires(Permission.ORDER_READ)
@of("postpay")
def show_refund(account: Account, refund_id: str) -> Response:
    """What became of a refund of the desk: done, refused, or not known yet."""
    statement = select(Intent).where(Intent.account == account.slug, Intent.refund_id == refund_id)
    intent = db.session.scalar(statement)
    release()
    if intent is None:
        abort(404)
    return intent_page(account, intent, "refunds/show.html")


def _not_moved(
    account: Account, order_id: str, form: RefundForm, error: NotMoved, *, reading: OrderSnapshot | None = None
) -> Response:
    """Speaks why nothing was started, where the person can act."""
    match error:
        case StaleForm(reading=fresh):
            return _again(account, fresh, 412)
        case AboveRemaining() | AboveLimit():
            form.decided_by.errors = [limit_words(error)]
            return _form_page(account, reading or _read(account, order_id), form, 422)
        case OrderBusy(intent=intent) | FormReused(intent=intent):
            reused = isinstance(error, FormReused)
            unsent = sent_just_now(url_for(".review_refund", account=account, order_id=order_id))
            return _page("in_progress/busy.html", 409, account=account, intent=intent, reused=reused, unsent=unsent)
        case NotPossible(reading=fresh):
            return _not_possible(account, fresh, _why_not(account, fresh) or {})
    raise error


def _again(account: Account, reading: OrderSnapshot, status: int) -> Response:
    """The form with the figures of now and what was typed, after the order has changed under it."""
    if refusal := _why_not(account, reading):
        return _not_possible(account, reading, refusal)
    form = _form(_remaining(reading), refundable_lines(account, reading))
    form.submit_token.data = _token_for(account, reading)
    latest = latest_intent_of(account, reading.order.order_id)
    release()
    return _form_page(account, reading, form, status, changed=True, news=what_changed(reading, latest))


def _not_possible(account: Account, reading: OrderSnapshot, why: dict[str, object], status: int = 409) -> Response:
    """Why there is no form now; who has sent one finds in the page what they typed."""
    again = url_for(".review_refund", account=account, order_id=reading.order.order_id)
    unsent = sent_just_now(again) if request.method == "POST" else None
    return _page("refunds/not_possible.html", status, account=account, reading=reading, unsent=unsent, **why)


def _form(remaining: Money, lines: Refundable | None = None) -> RefundForm:
    """The form as it was typed."""
    return refund_form(remaining, lines, request.form)


def _why_not(account: Account, reading: OrderSnapshot) -> dict[str, object] | None:
    """What stands in the way of any refund, or None."""
    if reading.refunds_error is not None:
        raise reading.refunds_error
    intent = open_intent_of(account, reading.order.order_id)
    release()
    if intent is not None:
        return {"why": "busy", "intent": intent}
    if reading.is_behind:
        return {"why": "behind"}
    if reading.order.status != CAPTURED:
        return {"why": "status"}
    if not is_known_currency(reading.order.currency):
        return {"why": "currency"}
    if not _remaining(reading).minor > 0:
        return {"why": "nothing_left"}
    return None


def _read(account: Account, order_id: str) -> OrderSnapshot:
    client = postpay(account)
    reading = read_order(client, order_id)
    resolve_from_reading(client, account, reading.order, reading.refunds)
    return reading.knowing(done_intents(account, order_id))


def _remaining(reading: OrderSnapshot) -> Money:
    if reading.remaining is None:
        raise TypeError("the refunds were not read")
    return reading.remaining


def _version(account: Account, order_id: str) -> int:
    version = order_version(account, order_id)
    release()
    return version


def _requester(currency: str) -> Requester:
    return Requester(current_user.id, _limits(currency))


def _limits(currency: str) -> tuple[Money, Money] | None:
    limits: tuple[Money, Money] | None = current_app.extensions["settings"].limit(current_user.role, currency)
    return limits


def _token_for(account: Account, reading: OrderSnapshot) -> str:
    return new_token(
        IntentKind.REFUND,
        user_id=current_user.id,
        account=account.slug,
        order_id=reading.order.order_id,
        order_version=_version(account, reading.order.order_id),
        seen_remaining=_remaining(reading).minor,
        currency=reading.order.currency,
    )


def _token(account: Account, order_id: str) -> SubmitToken:
    try:
        return read_token(
            request.form.get("submit_token", ""),
            kind=IntentKind.REFUND,
            user_id=current_user.id,
            account=account.slug,
            order_id=order_id,
        )
    except BadToken:
        _form_is_lost(account, order_id)


def _form_is_lost(account: Account, order_id: str) -> NoReturn:
    """A form that is too old or not of this person: a new one, with what was typed."""
    reading = _read(account, order_id)
    abort(_again(account, reading, 412))


def _form_page(
    account: Account,
    reading: OrderSnapshot,
    form: RefundForm,
    status: int = 200,
    *,
    changed: bool = False,
    news: str | None = None,
) -> Response:
    limits = _limits(reading.order.currency)
    spent = spent_today(account, current_user.id, reading.order.currency) if limits else None
    release()
    lines = form.lines or refundable_lines(account, reading)
    form = form.with_lines(lines)
    return _page(
        "refunds/form.html",
        status,
        account=account,
        reading=reading,
        form=form,
        changed=changed,
        news=news,
        limit_hint=limit_hint(limits, spent),
        whole_hint=whole_hint(_remaining(reading), limits, spent),
        **line_values(lines, form),
    )


def _review_page(
    account: Account,
    order_id: str,
    form: RefundForm,
    *,
    reading: OrderSnapshot | None = None,
    status: int = 200,
    problem: object = None,
) -> Response:
    return _page(
        "refunds/review.html",
        status,
        account=account,
        order_id=order_id,
        reading=reading,
        form=form,
        amount=form.chosen,
        in_words=amount_in_words(form.chosen),
        left=form.remaining - form.chosen,
        lines=reviewed_rows(form),
        customer=customer_initials(reading.order) if reading else "",
        problem=problem,
    )


def _page(template: str, status: int, **values: object) -> Response:
    return make_response(render_template(template, **values), status)
