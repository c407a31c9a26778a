"""Refunds: ask, review, send, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from flask import Response, abort, current_app, make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from webapp.access.form_tokens import BadToken, SubmitToken
from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.models.intent import IntentKind
from webapp.money import Money, is_known_currency
from webapp.payments.errors import AboveLimit, AboveRemaining, FormReused, NotMoved, NotPossible, OrderBusy, StaleForm
from webapp.payments.intents import latest_intent_of, open_intent_of
from webapp.payments.open_forms import leave_form, others_at_form
from webapp.payments.refund_limits import check_limits
from webapp.payments.refund_lines import Refundable
from webapp.payments.refunds import issue_refund, refundable_lines
from webapp.payments.resolve_from_reading import resolve_from_reading
from webapp.payments.search_index.readings import notice
from webapp.payments.snapshot import CAPTURED, OrderSnapshot, done_intents, read_order
from webapp.payments.stale_forms import record_stale
from webapp.presentation.masking import customer_initials
from webapp.presentation.provider_errors import words_for_gateway
from webapp.providers.http.errors import GatewayError
from webapp.providers.registry import postpay
from webapp.web.htmx import redirect_after_post
from webapp.web.list_place import current_place
from webapp.web.typed_forms import asks_again, current_form, form_to_offer, never_kept, offered_at

from . import blueprint
from . import line_views as _line_views  # noqa: F401 - adds the view of chosen lines
from . import list_views as _list_views  # noqa: F401 - adds the list, and what became of one
from . import presence_views as _presence_views  # noqa: F401 - adds who else is at the form
from .drafts import keep_form, kept_form
from .forms import RefundForm, refund_form
from .limits import limit_words, requester, room_of
from .line_rows import line_values, reviewed_rows
from .tokens import is_as_seen, token_for, token_of
from .words import amount_in_words, what_changed


@blueprint.get("/<account:account>/orders/<provider_id:order_id>/refund")
@requires(Permission.REFUND_CREATE)
@of("postpay")
def ask_refund(account: Account, order_id: str) -> Response:
    """The form, on fresh figures, with what was typed before and not decided yet; or why there is none."""
    draft = kept_form(account, order_id)
    reading = _read(account, order_id)
    if refusal := _why_not(account, reading):
        return _not_possible(account, reading, refusal, 200)
    lines = refundable_lines(account, reading)
    form = _form(_remaining(reading), lines) if draft else refund_form(_remaining(reading), lines, None)
    form.submit_token.data = token_for(account, reading)
    return _form_page(account, reading, form, kept=draft.kept if draft else None)


@blueprint.post("/<account:account>/orders/<provider_id:order_id>/refund")
@requires(Permission.REFUND_CREATE)
@of("postpay")
@asks_again
def review_refund(account: Account, order_id: str) -> Response:
    """Keeps what was typed, and leads to the review or back to the form: pages that can be reloaded."""
    page = ".ask_refund" if request.form.get("step") == "edit" else ".show_review"
    name = keep_form(account, order_id)
    if name is None:
        return _too_large(account, order_id)
    address = url_for(page, account=account, order_id=order_id, form=name)
    return redirect_after_post(address + current_place().more_of_form)


@blueprint.get("/<account:account>/orders/<provider_id:order_id>/refund/review")
@requires(Permission.REFUND_CREATE)
@of("postpay")
def show_review(account: Account, order_id: str) -> Response:
    """Everything once more before it is done, on fresh figures; or the form, with what is wrong."""
    draft = kept_form(account, order_id)
    if draft is None:
        return redirect_after_post(url_for(".ask_refund", account=account, order_id=order_id) + current_place().of_form)
    token = _token(account, order_id, draft.field("submit_token"))
    reading = _read(account, order_id)
    if refusal := _why_not(account, reading):
        return _not_possible(account, reading, refusal)
    if not is_as_seen(token, account, reading):
        record_stale(account, token, IntentKind.REFUND, reading)
        return _again(account, reading, 412)
    form = _form(_remaining(reading), refundable_lines(account, reading))
    if not form.validate():
        return _form_page(account, reading, form, 422)
    try:
        check_limits(account, requester(token.currency), form.chosen)
    except AboveLimit as error:
        return _not_moved(account, order_id, form, error, reading=reading)
    finally:
        release()
    return _review_page(account, order_id, form, reading=reading)


@blueprint.post("/<account:account>/orders/<provider_id:order_id>/refunds")
@requires(Permission.REFUND_CREATE)
@of("postpay")
@offered_at("refunds.review_refund")
@never_kept
def send_refund(account: Account, order_id: str) -> Response:
    """Does it, once; the answer is a page that can be reloaded."""
    token = _token(account, order_id, request.form.get("submit_token", ""))
    form = _form(Money(token.seen_remaining, token.currency))
    if not form.validate():
        return _form_page(account, _read(account, order_id), form, 422)
    try:
        intent = issue_refund(
            client=postpay(account),
            account=account,
            token=token,
            requester=requester(token.currency),
            decision=form.decision,
            deadline=current_app.extensions["settings"].provider_deadline,
        )
    except NotMoved as error:
        return _not_moved(account, order_id, form, error)
    except GatewayError as error:
        words = words_for_gateway(error)
        return _review_page(account, order_id, form, status=words.status, problem=words)
    leave_form(account, order_id, current_user.id)
    return redirect_after_post(
        url_for(".show_refund", account=account, refund_id=intent.refund_id) + current_place().suffix
    )


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
            values = {"intent": intent, "reused": isinstance(error, FormReused), "unsent": form_to_offer()}
            return _page("in_progress/busy.html", 409, account=account, **values)
        case NotPossible(reading=fresh):
            return _not_possible(account, fresh, _why_not(account, fresh) or {})
    raise error


def _again(account: Account, reading: OrderSnapshot, status: int) -> Response:
    """The form with the figures of now and what was typed, after the order has changed under it."""
    if refusal := _why_not(account, reading):
        return _not_possible(account, reading, refusal)
    form = _form(_remaining(reading), refundable_lines(account, reading))
    form.submit_token.data = token_for(account, reading)
    latest = latest_intent_of(account, reading.order.order_id)
    release()
    return _form_page(account, reading, form, status, changed=True, news=what_changed(reading, latest))


def _too_large(account: Account, order_id: str) -> Response:
    """A form that is not kept, so that no page can be led to: what is wrong with it is said at once."""
    reading = _read(account, order_id)
    if refusal := _why_not(account, reading):
        return _not_possible(account, reading, refusal)
    form = _form(_remaining(reading), refundable_lines(account, reading))
    if form.validate():
        abort(413)
    return _form_page(account, reading, form, 422)


def _not_possible(account: Account, reading: OrderSnapshot, why: dict[str, object], status: int = 409) -> Response:
    """Why there is no form now; who has sent one finds in the page what they typed."""
    unsent = form_to_offer()
    return _page("refunds/not_possible.html", status, account=account, reading=reading, unsent=unsent, **why)


def _form(remaining: Money, lines: Refundable | None = None) -> RefundForm:
    """The form as it was typed, just now or into the one that is kept."""
    return refund_form(remaining, lines, MultiDict(current_form().fields))


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
    notice(account, reading)
    resolve_from_reading(client, account, reading.order, reading.refunds)
    return reading.knowing(done_intents(account, order_id))


def _remaining(reading: OrderSnapshot) -> Money:
    if reading.remaining is None:
        raise TypeError("the refunds were not read")
    return reading.remaining


def _token(account: Account, order_id: str, text: str) -> SubmitToken:
    try:
        return token_of(account, order_id, text)
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
    kept: datetime | None = None,
) -> Response:
    room = room_of(account, reading.order.currency)
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
        kept=kept,
        room=room,
        remaining=_remaining(reading),
        others=others_at_form(account, reading.order.order_id, current_user.id),
        **line_values(lines, form, room),
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
        others=others_at_form(account, order_id, current_user.id),
        problem=problem,
    )


def _page(template: str, status: int, **values: object) -> Response:
    return make_response(render_template(template, **values), status)
