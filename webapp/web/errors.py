"""Exception to page or fragment: what happened, what to do, and the request id, in words a person understands."""

from __future__ import annotations

from math import ceil

import structlog
from flask import Flask, Response, current_app, g, make_response, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError

from webapp.access.turned_away import NO_PLACE, TurnedAway
from webapp.core.database import Trouble, trouble
from webapp.core.extensions import db
from webapp.core.logs import route
from webapp.presentation.provider_errors import Words, words_for_gateway, words_for_order
from webapp.providers.http.errors import GatewayError

from . import person_slots
from .guard import record_csrf_failure
from .htmx import wants_fragment
from .person_slots import TooManyAtOnce
from .public_slots import come_later
from .safe_redirect import page_before
from .typed_forms import TypedForm, form_to_offer

RETRY_AFTER = 10
"""Seconds after which it is worth asking again while the database is busy or away."""

NOT_OFFERED = frozenset({400, 403, 405, 413})
"""Statuses of forms that no page of ours has made, that the person may not send, or that could not be read."""

log = structlog.stdlib.get_logger("webapp.web.errors")


def speak(words: Words) -> Response:
    """The page, or for htmx the fragment, that says it, with what was typed."""
    return _spoken(words, None if words.status in NOT_OFFERED else form_to_offer())


def _spoken(words: Words, unsent: TypedForm | None) -> Response:
    template = "_error.html" if wants_fragment() else "error.html"
    actions = _ways_out(words.status, unsent)
    given = {**words._asdict(), "request_id": g.get("request_id", ""), "actions": actions, "unsent": unsent}
    return make_response(render_template(template, **given), words.status)


def _view() -> object:
    return current_app.view_functions.get(request.endpoint or "")


def _ways_out(status: int, unsent: TypedForm | None) -> list[tuple[str, str]]:
    """Where to go from an error page: the same question again where asking is harmless, and the orders."""
    ways = []
    if request.method == "POST" and not unsent and (back := page_before()):
        ways.append((gettext("Back to the page"), back))
    if status in (502, 503) and request.method == "GET" and not unsent:
        ways.append((gettext("Try again"), request.full_path.rstrip("?")))
    if status == 404 and request.blueprint == "audit":
        ways.append((gettext("Go to the audit log"), url_for("audit.list_entries")))
    elif status == 404 and request.blueprint == "settlements":
        ways.append((gettext("Go to the settlements"), url_for("settlements.list_transactions", account=g.account)))
    elif account := g.get("account") or next(iter(current_user.accounts.values()), None):
        ways.append((gettext("Go to the orders"), url_for("orders.list_orders", account=account)))
    return ways


def _http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    response = speak(_words_for_status(error.code or 500))
    if error.code == 405 and (allowed := error.get_headers()):
        response.headers.extend([pair for pair in allowed if pair[0] == "Allow"])
    return response


def _words_for_status(status: int) -> Words:
    spoken = {
        400: (
            gettext("The request could not be read"),
            gettext("What your browser sent is not something the desk understands."),
            gettext("Go back and try again."),
        ),
        403: (
            gettext("You don't have access"),
            gettext("Your role does not include this action. Nothing was changed."),
            gettext("If you need it for your work, ask an admin."),
        ),
        404: (
            gettext("Page not found"),
            gettext("There is nothing at this address."),
            gettext("Check the address, or start from a list."),
        ),
        405: (
            gettext("Not possible at this address"),
            gettext("This address cannot be used in that way."),
            gettext("Go back and use the buttons of the page."),
        ),
        413: (
            gettext("Too large"),
            gettext("What you sent is larger than the desk accepts."),
            gettext("Shorten the text and send it again."),
        ),
    }
    if status in spoken:
        return Words(status, *spoken[status])
    return Words(
        status,
        gettext("Something went wrong here"),
        gettext("The desk made a mistake. It has been logged."),
        gettext("Try again. If it happens again, give an admin the request number below."),
    )


def csrf_error(_error: CSRFError) -> Response:
    """The form of an earlier session: who has typed it may send it again, if a page of ours was the one to send it."""
    record_csrf_failure()
    unsent = form_to_offer()
    title = gettext("This form is out of date")
    if unsent is None:
        message = gettext("The form was opened before you signed in, or your browser keeps no cookies for the desk.")
        advice = gettext("Open the page again and send the form. Nothing was changed.")
    else:
        message = gettext(
            "You have signed in again since you opened it. Nothing was done; what you typed is still here."
        )
        advice = gettext("Check it, then send it again.")
    return _spoken(Words(400, title, message, advice), unsent)


def words_for_turned_away(error: TurnedAway) -> Words:
    """What it means to whoever typed a password that nobody looked at."""
    if error.cause == NO_PLACE:
        return Words(
            503,
            gettext("Too many at once"),
            gettext("Too many people are signing in at this moment. Nothing was checked. Try again in a few seconds."),
            gettext("Go back and send the form again."),
        )
    minutes = ceil(error.wait.total_seconds() / 60)
    return Words(
        429,
        gettext("Too many failed attempts"),
        ngettext(
            "Too many failed attempts from your network. Try again in %(num)s minute.",
            "Too many failed attempts from your network. Try again in %(num)s minutes.",
            minutes,
        ),
        gettext("Nothing was changed."),
    )


def _too_many_at_once(_error: TooManyAtOnce) -> Response:
    words = Words(
        503,
        gettext("Too many of your pages at once"),
        gettext("The desk is still working on other pages that you asked for. This one was not processed."),
        gettext("Wait a moment, then try again."),
    )
    return come_later(_without_frame(words, unsent=form_to_offer()), person_slots.RETRY_AFTER)


def with_retry_after(response: Response, error: TurnedAway) -> Response:
    """Tells a machine when to come again."""
    return come_later(response, ceil(error.wait.total_seconds()))


def _turned_away(error: TurnedAway) -> Response:
    words = words_for_turned_away(error)
    if error.briefly:
        brief = Response(f"{words.message}\n", words.status, content_type="text/plain; charset=utf-8")
        return with_retry_after(brief, error)
    return with_retry_after(speak(words), error)


def _gateway_error(error: GatewayError) -> Response:
    asked = request.view_args or {}
    if "order_id" in asked and "account" in asked:
        return speak(words_for_order(error, asked["account"], asked["order_id"]))
    return speak(words_for_gateway(error))


def _database_error(error: SQLAlchemyError) -> Response:
    """503 where the database is held by another program or away; anything else is a mistake of ours."""
    why = trouble(error)
    if why is None:
        raise error
    kind = type(getattr(error, "orig", None) or error).__name__
    log.error("database unavailable", why=str(why), kind=kind, method=request.method, route=route())
    if getattr(_view(), "takes_raw_body", False):  # a program asks, which reads no page
        response = Response("", 503, content_type="text/plain; charset=utf-8")
    else:
        response = _without_frame(_words_for_trouble(why), unsent=form_to_offer())
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _words_for_trouble(why: Trouble) -> Words:
    if why is Trouble.AWAY:
        title = gettext("The desk cannot use its database")
        message = gettext("The database does not answer, so nothing can be shown or saved.")
    else:
        title = gettext("The desk's database is busy")
        message = gettext("Another program is using the database, or too many requests are waiting for it.")
    if request.method == "GET":
        return Words(503, title, message, gettext("Try again in a moment. If it keeps happening, tell an admin."))
    return Words(503, title, message, _advice_after_sending())


def _advice_after_sending() -> str:
    """A form that only asks, and signing in, have done nothing that one could look for."""
    if getattr(_view(), "asks_again", False) or g.get("account") is None:
        return gettext("Try again in a moment. If it keeps happening, tell an admin.")
    return gettext("Check whether what you sent was done. If it was not, send it again in a moment.")


def _crash(error: InternalServerError) -> Response:
    """What went wrong after the view was done ends here as well, also a database that is away by then."""
    cause = error.original_exception
    if isinstance(cause, SQLAlchemyError) and trouble(cause) is not None:
        return _database_error(cause)
    words = _words_for_status(500)
    try:
        db.session.rollback()
        return speak(words)
    except Exception:
        log.exception("an error page could not be drawn in its frame")
        return _without_frame(words, unsent=form_to_offer())


def _without_frame(words: Words, unsent: TypedForm | None = None) -> Response:
    """Draws no frame and asks nothing: whatever broke may be what the frame is made of."""
    template = current_app.jinja_env.get_template("_error.html" if wants_fragment() else "error.html")
    actions = _ways_without_asking() if words.status == 503 else []
    given = {**words._asdict(), "request_id": g.get("request_id", ""), "actions": actions, "unsent": unsent}
    return make_response(template.render(**given, frameless=True), words.status)


def _ways_without_asking() -> list[tuple[str, str]]:
    """Where to go on from a page that may not ask who it is for; after a form, where what came of it stands."""
    if request.method == "GET":
        return [(gettext("Try again"), request.full_path.rstrip("?"))]
    if request.endpoint == "auth.open_session":
        return [(gettext("Go to the sign-in page"), url_for("auth.sign_in"))]
    account, order_id = g.get("account"), (request.view_args or {}).get("order_id")
    ways = []
    if account and order_id:
        ways.append((gettext("Open the order"), url_for("orders.show_order", account=account, order_id=order_id)))
    if account:
        ways.append((gettext("Go to In progress"), url_for("in_progress.list_unsettled", account=account)))
    return ways


def init_app(app: Flask) -> None:
    """Registers what speaks for each kind of exception."""
    app.register_error_handler(CSRFError, csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(GatewayError, _gateway_error)
    app.register_error_handler(TurnedAway, _turned_away)
    app.register_error_handler(TooManyAtOnce, _too_many_at_once)
    app.register_error_handler(SQLAlchemyError, _database_error)
    app.register_error_handler(500, _crash)
