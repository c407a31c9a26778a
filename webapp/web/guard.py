"""The gate before every view: default deny.

In this order: refuse what another site sent, ask strangers to sign in, refuse what the role does not include, check
the form's token. Only a view marked `@public` is open to strangers. Each refusal is one audit entry;
of strangers, only the first few of a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, cast

import structlog
from flask import Flask, Response, abort, current_app, g, make_response, redirect, request, url_for
from flask_login import current_user
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from webapp import audit
from webapp.access import authentication, passwords, sessions, turned_away
from webapp.access.permissions import Permission, View, is_for
from webapp.access.reauthentication import is_fresh
from webapp.access.rejection_sampler import RejectionSampler
from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.core.extensions import csrf, htmx

from . import form_drafts, person_slots, public_slots
from .doubled_fields import refuse_doubled_fields
from .htmx import redirect_after_post
from .safe_redirect import own_address, page_before
from .typed_forms import FROM_KEPT

log = structlog.stdlib.get_logger("webapp.web.guard")

BEFORE_A_NEW_PASSWORD = frozenset({"auth.show_password", "auth.save_password", "auth.sign_out", "auth.tell_time_left"})
"""All that somebody with an initial password can do."""

BEFORE_A_SECOND_FACTOR = frozenset(
    (
        *("auth.show_factors", "auth.ask_app", "auth.set_up_app", "auth.tell_new_options", "auth.keep_passkey"),
        *("auth.ask_confirm", "auth.confirm_person", "auth.sign_out", "auth.tell_time_left"),
    )
)
"""All that somebody can do who needs a second factor and has none."""

PROOFS = frozenset({"auth.save_password", "auth.confirm_person"})
"""Where somebody who is signed in proves who they are."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Puts the gate before every view; it checks the form's token itself, after the person."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.extensions["strangers_refusals"] = RejectionSampler()
    app.extensions["forged_tokens"] = RejectionSampler()
    turned_away.init_app(app)
    authentication.init_app(app)
    app.before_request(_turn_away_a_flood)
    public_slots.init_app(app)
    person_slots.init_app(app)
    app.before_request(guard)
    app.context_processor(lambda: {"unsent_here": form_drafts.unsent_here})


def _turn_away_a_flood() -> None:
    if request.endpoint in ("auth.open_session", "auth.finish_sign_in", "auth.sign_in_with_passkey"):
        authentication.turn_away_a_flood(passwords.STRANGERS)
    elif request.endpoint in PROOFS:
        authentication.turn_away_a_flood(passwords.STAFF)


def guard() -> AnyResponse | None:
    """Lets the request through (None), or answers it."""
    authentication.bind_stranger()
    _hide_unknown_account()
    view: Any = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return None
    _refuse_other_sites()
    needed: Permission | None = view.required_permission
    if needed is None:
        _refuse_other_providers(view)
    else:
        answer = _admit(view, needed)
        if answer is not None:
            return answer
    csrf.protect(apply_exemptions=True)
    refuse_doubled_fields(view)
    if needed is not None and FROM_KEPT in request.form:
        form_drafts.forget_unsent(current_user.session_id)
    return None


def _hide_unknown_account() -> None:
    """An account on which the person has no role answers as one that does not exist: as if no address had matched."""
    account: Account | None = g.get("account")
    view: Any = current_app.view_functions.get(request.endpoint or "")
    is_public = view is not None and view.required_permission is None
    if account is None or is_public or not current_user.is_authenticated:
        return
    if account.slug not in current_user.accounts:
        request.url_rule = request.view_args = g.account = None
        request.routing_exception = NotFound()


def _refuse_other_sites() -> None:
    """A browser says when another site makes it send something; no page of the desk does that."""
    if request.method not in SAFE and request.headers.get("Sec-Fetch-Site") == "cross-site":
        _record_refusal(audit.Action.CSRF_FAILED, cause="sent by another site")
        abort(403)


def _refuse_other_providers(view: Any) -> None:
    """A page of one provider does not exist for an account at another."""
    account = g.get("account")
    if account is not None and not is_for(view, account.gateway):
        abort(404)


def _admit(view: Any, needed: Permission) -> AnyResponse | None:
    if not current_user.is_authenticated:
        return _ask_to_sign_in(view)
    authentication.bind_person(current_user)
    person_slots.take(current_user.id)
    sessions.note_seen(current_user.session_id)
    if current_user.must_change_password and request.endpoint not in BEFORE_A_NEW_PASSWORD:
        return _send(url_for("auth.show_password"), 303)
    if current_user.lacks_second_factor and request.endpoint not in BEFORE_A_SECOND_FACTOR:
        return _send(url_for("auth.show_factors"), 303)
    _refuse_other_providers(view)
    if not current_user.can(needed):
        refuse(needed)
    return None


def refuse(permission: Permission) -> NoReturn:
    """403 with its audit entry, also for a view that needs a second permission."""
    _record_refusal(audit.Action.ACCESS_DENIED, permission=permission)
    abort(403)


def _record_refusal(action: audit.Action, **why: str) -> None:
    account = g.get("account")
    order_id = (request.view_args or {}).get("order_id")
    facts = {"method": request.method, "endpoint": request.endpoint, **why}
    strangers: RejectionSampler = current_app.extensions["strangers_refusals"]
    if not current_user.is_authenticated and not strangers.is_worth_an_entry(request.remote_addr or ""):
        log.warning("refused", action=str(action), **facts)
        return
    with writing():
        audit.record(
            action,
            outcome="denied",
            account=account.slug if account else None,
            object_type="order" if order_id else None,
            object_id=order_id,
            after=facts,
        )


def record_csrf_failure() -> None:
    """The form's token was missing, wrong, or of an earlier session."""
    _record_refusal(audit.Action.CSRF_FAILED, cause="form token")


class SignInFirst(Exception):
    """Somebody has typed a form, and their browser names no session any more. `carried`: the form, sealed."""

    def __init__(self, carried: str) -> None:
        super().__init__()
        self.carried = carried


def _ask_to_sign_in(view: Any) -> AnyResponse:
    """Leads to the sign-in and from there back; what was typed is kept if the view can show it again.

    Raises SignInFirst where the sign-in page must carry it.
    """
    if not form_drafts.close_lapsed(view) and (carried := form_drafts.carried(view)):
        raise SignInFirst(carried)
    return _send(sign_in_address(), 303 if request.method not in SAFE else 302)


def sign_in_address() -> str:
    """The sign-in page that leads back to the page the person is on."""
    is_page = request.method in ("GET", "HEAD") and not htmx
    back = own_address(request.full_path.rstrip("?")) if is_page else page_before()
    return url_for("auth.sign_in", next=back if back != "/" else None)


def _send(address: str, status: int) -> AnyResponse:
    """A redirect, which htmx would follow into a fragment: it gets 401 and the address to go to."""
    if not htmx:
        return redirect(address, status)
    response: Response = make_response("", 401)
    response.headers["HX-Redirect"] = address
    return response


def fresh_sign_in(view: View) -> View:
    """Marks a view: whoever proved too long ago who they are is asked first, and comes back to the page after it."""
    return fresh_sign_in_for(None)(view)


def fresh_sign_in_for(page: str | None) -> Callable[[View], View]:
    """The same for an act without a page of its own: it leads back to this endpoint, with the act's arguments (R22)."""

    def mark(view: View) -> View:
        @wraps(view)
        def ask_first(*args: Any, **kwargs: Any) -> Any:
            if is_fresh(current_user):
                return view(*args, **kwargs)
            back = url_for(page, **kwargs) if page else request.full_path.rstrip("?")
            if form_drafts.keep_unsent(view, current_user.session_id):
                back = url_for("auth.show_unsent_form")
            return ask_who_it_is(back)

        return cast(View, ask_first)

    return mark


def ask_who_it_is(back: str) -> AnyResponse:
    """To the question, and from there back to a page: for a view that finds out by itself whether it needs a proof."""
    return redirect_after_post(url_for("auth.ask_confirm", next=back))
