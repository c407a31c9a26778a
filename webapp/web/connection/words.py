"""Calls and how they ended, in words."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext

CALLS = {
    "list_orders": lazy_gettext("List of orders"),
    "get_order": lazy_gettext("One order"),
    "list_refunds": lazy_gettext("Refunds of an order"),
    "get_refund": lazy_gettext("One refund"),
    "create_refund": lazy_gettext("Refunding"),
    "capture_order": lazy_gettext("Capturing"),
    "list_transactions": lazy_gettext("List of transactions"),
    "get_transaction": lazy_gettext("One transaction"),
    "list_hooks": lazy_gettext("List of webhooks"),
    "get_hook": lazy_gettext("One webhook"),
    "create_hook": lazy_gettext("Creating a webhook"),
    "edit_hook": lazy_gettext("Changing a webhook"),
    "delete_hook": lazy_gettext("Deleting a webhook"),
}
OUTCOMES = {
    "GatewayError": lazy_gettext("No answer"),
    "NoAnswer": lazy_gettext("No answer"),
    "Throttled": lazy_gettext("Too many calls: Postpay asked to wait"),
    "ProviderFailed": lazy_gettext("Postpay failed"),
    "AnswerLost": lazy_gettext("No answer in time, or the connection broke"),
    "NotSent": lazy_gettext("Postpay could not be reached"),
    "BreakerOpen": lazy_gettext("Not asked: Postpay had not been answering"),
    "TooManyCalls": lazy_gettext("Not asked: too many calls at once"),
    "UnreadableAnswer": lazy_gettext("An answer that could not be read"),
    "UnreadableRow": lazy_gettext("A row of a list that could not be read"),
    "Unauthorized": lazy_gettext("Postpay does not take the desk's key"),
    "Forbidden": lazy_gettext("The desk's key may not do this"),
    "Refused": lazy_gettext("Refused"),
    "NotFound": lazy_gettext("There is no such thing"),
    "Invalid": lazy_gettext("Refused: invalid input"),
    "Conflict": lazy_gettext("Refused: already there"),
    "InvalidStatus": lazy_gettext("Refused: the order's status"),
    "LimitExceeded": lazy_gettext("Refused: above what remains"),
    "CaptureDeclined": lazy_gettext("Capture declined"),
    "CaptureExpired": lazy_gettext("Capture expired"),
}


def call_words(endpoint: str) -> str:
    """What a call is for; its name where it is a new one."""
    return str(CALLS.get(endpoint, endpoint))


def outcome_words(outcome: str) -> str:
    """How calls ended, with the status where there was one: "Postpay failed (503)"."""
    kind, _, status = outcome.partition(" ")
    words = str(OUTCOMES.get(kind, kind))
    return gettext("%(words)s (%(status)s)", words=words, status=status) if status else words
