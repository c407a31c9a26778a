"""Exception to page or fragment: what happened, what to do, and the request id, in words a person understands."""

from __future__ import annotations

from typing import NamedTuple

from flask import Flask, Response, current_app, g, make_response, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import HTTPException

from .accounts import Account
from .gate import record_csrf_failure
from .gateways.errors import GatewayError, NoAnswer, NotFound, ProviderFailed, Throttled, Unauthorized
from .htmx import wants_fragment


class Words(NamedTuple):
    """What an error page says."""

    status: int
    title: str
    message: str
    advice: str


def speak(words: Words) -> Response:
    """The page, or for htmx the fragment, that says it."""
    template = "_error.html" if wants_fragment() else "error.html"
    body = render_template(
        template, **words._asdict(), request_id=g.get("request_id", ""), actions=_ways_out(words.status)
    )
    return make_response(body, words.status)


def _ways_out(status: int) -> list[tuple[str, str]]:
    """Where to go from an error page: the same question again where asking is harmless, and the orders."""
    ways = []
    if status in (502, 503) and request.method == "GET":
        ways.append((gettext("Try again"), request.full_path.rstrip("?")))
    if status == 404 and request.blueprint == "audit":
        ways.append((gettext("To the audit log"), url_for("audit.list_entries")))
    elif status == 404 and request.blueprint == "settlements":
        ways.append((gettext("To the settlements"), url_for("settlements.list_transactions", account=g.account)))
    elif current_user.is_authenticated:
        account = g.get("account") or next(iter(current_app.extensions["accounts"].values()))
        ways.append((gettext("To the orders"), url_for("orders.list_orders", account=account)))
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
            gettext("You may not do this"),
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
            gettext("Too much at once"),
            gettext("What you sent is larger than the desk takes."),
            gettext("Shorten the text and send it again."),
        ),
    }
    if status in spoken:
        return Words(status, *spoken[status])
    return Words(
        status,
        gettext("Something went wrong here"),
        gettext("The desk made a mistake. It has been written down."),
        gettext("Try again; if it happens again, tell an admin the request number below."),
    )


def _csrf_error(_error: CSRFError) -> Response:
    record_csrf_failure()
    return speak(
        Words(
            400,
            gettext("This form is out of date"),
            gettext("The form was opened before you signed in, or your browser keeps no cookies for the desk."),
            gettext("Go back, reload the page and send the form again. Nothing was changed."),
        )
    )


def words_for_gateway(error: GatewayError) -> Words:
    """What a failed question to the provider means to the person who asked. Nothing was changed by asking."""
    if isinstance(error, NotFound):
        return Words(
            404,
            gettext("Postpay does not know this"),
            gettext("There is nothing with this number in this merchant's account."),
            gettext("Check the number, and whether you are in the right account."),
        )
    if isinstance(error, Throttled):
        return Words(
            503,
            gettext("Postpay is busy"),
            gettext("Postpay has asked us to slow down."),
            gettext("Try again in %(seconds)s seconds.", seconds=int(error.retry_after or 10) + 1),
        )
    if isinstance(error, Unauthorized):
        return Words(
            502,
            gettext("The desk is not authorised at Postpay"),
            gettext("Postpay did not accept the desk's own credentials. Your rights are not the reason."),
            gettext("Tell an admin: the credentials of this account need to be checked."),
        )
    if isinstance(error, NoAnswer | ProviderFailed):
        return Words(
            503,
            gettext("Postpay does not answer"),
            gettext("The desk asked Postpay and got no usable answer in time. Nothing was changed."),
            gettext("Try again in a minute."),
        )
    return Words(
        502,
        gettext("Postpay's answer could not be read"),
        gettext("Postpay answered with something the desk does not understand. Nothing was changed."),
        gettext("Try again; if it stays like this, tell an admin the request number below."),
    )


def _unreadable(_error: ParseException) -> Response:
    """The server reads a body when it is asked for, and finds only then that it is broken."""
    return speak(_words_for_status(400))


def words_for_order(error: GatewayError, account: Account, order_id: str) -> Words:
    """The same where one order was asked for: an unknown one is named, with the account that was searched."""
    if not isinstance(error, NotFound):
        return words_for_gateway(error)
    return Words(
        404,
        gettext("There is no order %(order)s in %(account)s", order=order_id, account=account.title),
        gettext("Postpay knows no order with exactly this ID in this account. Capital and small letters count."),
        gettext("Check the ID, and whether you are in the right account."),
    )


def _gateway_error(error: GatewayError) -> Response:
    asked = request.view_args or {}
    if "order_id" in asked and "account" in asked:
        return speak(words_for_order(error, asked["account"], asked["order_id"]))
    return speak(words_for_gateway(error))


def _crash(_error: Exception) -> Response:
    """Draws no frame and asks nothing: whatever broke may be what the frame is made of."""
    template = current_app.jinja_env.get_template("_error.html" if wants_fragment() else "error.html")
    words = _words_for_status(500)
    body = template.render(**words._asdict(), request_id=g.get("request_id", ""), actions=[], frameless=True)
    return make_response(body, words.status)


def init_app(app: Flask) -> None:
    """Registers what speaks for each kind of exception."""
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(GatewayError, _gateway_error)
    app.register_error_handler(ParseException, _unreadable)
    app.register_error_handler(500, _crash)
