"""What a failure of the provider means to the person who asked: status, title, message and advice."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from webapp.core.accounts import Account
from webapp.core.provider_id import visible
from webapp.providers.http.errors import (
    AnswerLost,
    BreakerOpen,
    CaptureDeclined,
    CaptureExpired,
    Conflict,
    Forbidden,
    GatewayError,
    Invalid,
    InvalidStatus,
    LimitExceeded,
    NoAnswer,
    NotFound,
    NotSent,
    ProviderFailed,
    Refused,
    Throttled,
    TooManyCalls,
    Unauthorized,
    UnreadableAnswer,
    UnreadableRow,
    told_as,
)

from .unreadable_words import row_words


class Words(NamedTuple):
    """What an error page says."""

    status: int
    title: str
    message: str
    advice: str


_NOTHING_CHANGED = lazy_gettext("Nothing was changed.")
_IN_A_MINUTE = lazy_gettext("Try again in a minute.")
_LOOK_AGAIN = lazy_gettext("Look at the order again.")
_ASK_AN_ADMIN = lazy_gettext("Try again. If it happens again, give an admin the request number below.")
_NO_ANSWER = (
    503,
    lazy_gettext("Postpay does not answer"),
    lazy_gettext("The desk asked Postpay and got no usable answer in time. Nothing was changed."),
    _IN_A_MINUTE,
)
_UNREADABLE = (
    502,
    lazy_gettext("Postpay's answer could not be read"),
    lazy_gettext("Postpay answered with something the desk does not understand. Nothing was changed."),
    _ASK_AN_ADMIN,
)
OF_THE_PROVIDER: dict[type[GatewayError], tuple[int, LazyString, LazyString, LazyString]] = {
    GatewayError: _NO_ANSWER,
    NoAnswer: _NO_ANSWER,
    NotSent: (
        503,
        lazy_gettext("Postpay does not answer"),
        lazy_gettext("Postpay could not be reached, and no request left the desk. Nothing was changed."),
        _IN_A_MINUTE,
    ),
    BreakerOpen: (
        503,
        lazy_gettext("Postpay does not answer"),
        lazy_gettext("Postpay has not been answering, so the desk did not ask it now. Nothing was changed."),
        lazy_gettext("Try again in a few seconds."),
    ),
    TooManyCalls: (
        503,
        lazy_gettext("Too many calls are waiting for Postpay"),
        lazy_gettext("Postpay is answering slowly, so the desk did not send another call. Nothing was changed."),
        _IN_A_MINUTE,
    ),
    AnswerLost: _NO_ANSWER,
    ProviderFailed: _NO_ANSWER,
    UnreadableAnswer: _UNREADABLE,
    UnreadableRow: (
        502,
        lazy_gettext("Postpay's answer could not be read"),
        lazy_gettext("Postpay's answer is not what it documents. Nothing was changed."),
        _ASK_AN_ADMIN,
    ),
    Refused: (
        502,
        lazy_gettext("Postpay refused this"),
        lazy_gettext("Postpay understood what the desk asked, and said no. Nothing was changed."),
        _ASK_AN_ADMIN,
    ),
    NotFound: (
        404,
        lazy_gettext("Postpay does not know this"),
        lazy_gettext("There is nothing with this number in this merchant's account."),
        lazy_gettext("Check the number, and whether you are in the right account."),
    ),
    Unauthorized: (
        502,
        lazy_gettext("The desk is not authorised at Postpay"),
        lazy_gettext("Postpay did not accept the desk's own credentials. Your rights are not the reason."),
        lazy_gettext("Tell an admin: the credentials of this account need to be checked."),
    ),
    Forbidden: (
        502,
        lazy_gettext("Postpay does not let the desk do this"),
        lazy_gettext("The desk's credentials do not allow this at Postpay. Your rights are not the reason."),
        lazy_gettext("Tell an admin: the credentials need more rights at Postpay, or its network must be allowed."),
    ),
    Invalid: (
        502,
        lazy_gettext("Postpay does not accept what was asked"),
        lazy_gettext("Postpay says that a value in the desk's question is wrong. Nothing was changed."),
        lazy_gettext("Check what you typed or chose; if it is right, give an admin the request number below."),
    ),
    Conflict: (
        502,
        lazy_gettext("Postpay has this number already"),
        lazy_gettext("Postpay says that the number is in use. Nothing was changed."),
        lazy_gettext("Look at what is there before you try again."),
    ),
    InvalidStatus: (
        502,
        lazy_gettext("The status of the order does not allow this"),
        _NOTHING_CHANGED,
        _LOOK_AGAIN,
    ),
    LimitExceeded: (
        502,
        lazy_gettext("The amount is more than what remains"),
        lazy_gettext("Postpay says that the amount is above what can still be refunded. Nothing was changed."),
        _LOOK_AGAIN,
    ),
    CaptureDeclined: (
        502,
        lazy_gettext("The payment was declined"),
        lazy_gettext("The customer's bank declined the payment. The order stays approved."),
        _LOOK_AGAIN,
    ),
    CaptureExpired: (
        502,
        lazy_gettext("The approval has expired"),
        lazy_gettext("It is too late to capture this order. Nothing was changed."),
        _LOOK_AGAIN,
    ),
    Throttled: (
        503,
        lazy_gettext("Postpay is busy"),
        lazy_gettext("Postpay has asked the desk to slow down."),
        _IN_A_MINUTE,
    ),
}
"""HTTP status, title, message and advice for each kind of failure, by itself: a new one without words fails a test."""


def words_for_gateway(error: GatewayError) -> Words:
    """What a failed question to the provider means to the person who asked. Nothing was changed by asking."""
    kind = next(kind for kind in told_as(error).__mro__ if kind in OF_THE_PROVIDER)
    status, title, message, advice = OF_THE_PROVIDER[kind]
    if isinstance(error, Throttled):
        advice = gettext("Try again in %(seconds)s seconds.", seconds=int(error.retry_after or 10) + 1)
    if isinstance(error, UnreadableRow):
        message = row_words(error.endpoint, error.row, error.field)
    return Words(status, str(title), str(message), str(advice))


def words_for_order(error: GatewayError, account: Account, order_id: str) -> Words:
    """The same where one order was asked for: an unknown one is named, with the account that was searched."""
    if not isinstance(error, NotFound):
        return words_for_gateway(error)
    return Words(
        404,
        gettext("There is no order %(order)s in %(account)s", order=visible(order_id), account=account.title),
        gettext("Postpay knows no order with exactly this ID in this account. Capital and small letters count."),
        gettext("Check the ID, and whether you are in the right account."),
    )
