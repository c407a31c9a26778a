"""What the pages say of an intent: done, refused, or not known yet - never "failed" for what is not known."""

from __future__ import annotations

from flask import Flask, url_for
from flask_babel import gettext, lazy_gettext

from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.money import Money

from .formatting import money, when_long
from .refund_reasons import REASONS

_KINDS = {
    IntentState.SUCCEEDED: "success",
    IntentState.REFUSED: "danger",
    IntentState.ATTENTION: "warning",
    IntentState.CLOSED: "info",
}

_REFUND_REFUSED = {
    "not_sent": (
        lazy_gettext("Not refunded: nothing was sent"),
        lazy_gettext("Postpay could not be reached, and no request left the desk. It is safe to start again."),
    ),
    "limit_exceeded": (
        lazy_gettext("Not refunded: more than what remains"),
        lazy_gettext("Postpay says that the amount is above what can still be refunded. Look at the order again."),
    ),
    "invalid_status": (
        lazy_gettext("Not refunded: the order is not captured"),
        lazy_gettext("Postpay only refunds captured orders. Look at the order again."),
    ),
    "forbidden": (
        lazy_gettext("Not refunded: Postpay does not let the desk do this"),
        lazy_gettext(
            "Postpay knows the desk's credentials, but they may not refund. Tell an admin; your rights are not the "
            "reason."
        ),
    ),
    "unauthorized": (
        lazy_gettext("Not refunded: the desk is not authorised at Postpay"),
        lazy_gettext(
            "Postpay did not accept the desk's own credentials. Tell an admin; your rights are not the reason."
        ),
    ),
}
_CAPTURE_REFUSED = {
    "not_sent": (
        lazy_gettext("Not captured: nothing was sent"),
        lazy_gettext("Postpay could not be reached, and no request left the desk. It is safe to start again."),
    ),
    "declined": (
        lazy_gettext("Not captured: the payment was declined"),
        lazy_gettext(
            "The customer's bank declined the payment. The order stays approved: ask the customer to check their "
            "card with Postpay, then try again. Do not send the goods until it is captured."
        ),
    ),
    "expired": (
        lazy_gettext("Not captured: the approval has expired"),
        lazy_gettext("It is too late to capture this order. The customer has to order again. Do not send the goods."),
    ),
    "already_captured": (
        lazy_gettext("It was already captured"),
        lazy_gettext("The order had been captured before you asked. Nothing was taken a second time."),
    ),
    "invalid_status": (
        lazy_gettext("Not captured: the order is not approved any more"),
        lazy_gettext("Postpay only captures approved orders. Look at the order again."),
    ),
    "forbidden": (
        lazy_gettext("Not captured: Postpay does not let the desk do this"),
        lazy_gettext(
            "Postpay knows the desk's credentials, but they may not capture. Tell an admin; your rights are not the "
            "reason."
        ),
    ),
    "unauthorized": (
        lazy_gettext("Not captured: the desk is not authorised at Postpay"),
        lazy_gettext(
            "Postpay did not accept the desk's own credentials. Tell an admin; your rights are not the reason."
        ),
    ),
}
_UNKNOWN = {
    "throttled": lazy_gettext("Postpay is busy and has not taken it yet. It is sent again with the same number."),
    "unreadable": lazy_gettext("Postpay answered with something unreadable. The desk is checking."),
    "lost": lazy_gettext("Postpay's answer did not arrive. The desk is checking."),
    "no_answer": lazy_gettext("Postpay does not answer at the moment. The desk goes on checking."),
    "conflict": lazy_gettext("Postpay says that this number is already in use. The desk is comparing."),
    "not_seen": lazy_gettext("Postpay has not seen it yet. It is sent again with the same number."),
    "unauthorized": lazy_gettext("Postpay does not accept the desk's credentials at the moment. Tell an admin."),
    "forbidden": lazy_gettext("Postpay does not let the desk do this at the moment. Tell an admin."),
}
_ATTENTION = {
    "other_data": lazy_gettext("Postpay holds this number with other data than the desk sent."),
    "conflict": lazy_gettext("Postpay says that the number is in use, but does not show it."),
}


def outcome_kind(intent: Intent) -> str:
    """The colour of the notice."""
    if intent.outcome_code == "already_captured":
        return "info"
    return _KINDS.get(IntentState(intent.state), "unknown")


def outcome_title(intent: Intent) -> str:
    """The outcome in one line."""
    amount = money(intent.amount)
    if intent.state == IntentState.SUCCEEDED and intent.kind == IntentKind.REFUND:
        return gettext("Refunded %(amount)s", amount=amount)
    if intent.state == IntentState.SUCCEEDED:
        return gettext("Captured %(amount)s", amount=amount)
    if intent.state == IntentState.REFUSED:
        refused = _refused(intent)
        return str(refused[0])
    if intent.state == IntentState.ATTENTION:
        return gettext("This needs finance")
    if intent.state == IntentState.CLOSED and intent.outcome_code == "made_otherwise":
        return gettext("Closed by finance: Postpay did it, with other data")
    if intent.state == IntentState.CLOSED:
        return gettext("Closed by finance as not done")
    if _waits_for_postpay(intent):
        return gettext("Not done yet: Postpay is busy")
    if intent.kind == IntentKind.REFUND:
        return gettext("Not known yet whether %(amount)s was refunded", amount=amount)
    return gettext("Not known yet whether %(amount)s was captured", amount=amount)


def outcome_sentences(intent: Intent) -> list[str]:
    """What it means, and what to do."""
    if intent.state == IntentState.SUCCEEDED:
        return _done(intent)
    if intent.state == IntentState.REFUSED:
        said = [gettext("Postpay's words: %(words)s", words=intent.detail)] if intent.detail else []
        return [str(_refused(intent)[1]), *said]
    if intent.state == IntentState.ATTENTION:
        return [
            str(_ATTENTION.get(intent.outcome_code or "", "")),
            gettext("Do not start it again. Finance compares it with Postpay and closes it."),
        ]
    if intent.state == IntentState.CLOSED:
        return [gettext("The audit log says who closed it, and how they know.")]
    return _open(intent)


def _waits_for_postpay(intent: Intent) -> bool:
    """Whether it was only ever sent once, and Postpay asked to come back later: then it is surely not done."""
    return intent.state == IntentState.UNKNOWN and intent.outcome_code == "throttled" and intent.attempt == 1


def _done(intent: Intent) -> list[str]:
    if intent.kind == IntentKind.CAPTURE:
        return [gettext("Postpay has taken the payment. The goods can go out.")]
    left = Money(intent.seen_remaining - intent.amount_minor, intent.currency)
    return [
        gettext("Remaining on the order: %(left)s.", left=money(left)),
        gettext(
            "Postpay gives the money back or takes it off the customer's instalments. On a card it can take some "
            "working days to show."
        ),
    ]


def _refused(intent: Intent) -> tuple[object, object]:
    table = _REFUND_REFUSED if intent.kind == IntentKind.REFUND else _CAPTURE_REFUSED
    generic = (
        lazy_gettext("Not refunded: Postpay refused it")
        if intent.kind == IntentKind.REFUND
        else lazy_gettext("Not captured: Postpay refused it")
    )
    return table.get(intent.outcome_code or "", (generic, lazy_gettext("Nothing was changed at Postpay.")))


def _open(intent: Intent) -> list[str]:
    first = _UNKNOWN.get(
        intent.outcome_code or "", lazy_gettext("Postpay's answer did not settle it. The desk is checking.")
    )
    if intent.state == IntentState.PENDING:
        first = lazy_gettext("It is being sent to Postpay at this moment.")
    warning = (
        gettext("Do not start another refund of this order. Nothing is paid twice: the desk asks with the same number.")
        if intent.kind == IntentKind.REFUND
        else gettext("Do not send the goods yet, and do not start it again.")
    )
    following = gettext("The next check is at %(moment)s.", moment=when_long(intent.next_check))
    if _waits_for_postpay(intent):
        following = gettext("The desk sends it again at %(moment)s.", moment=when_long(intent.next_check))
    return [str(first), warning, following]


def intent_words(intent: Intent) -> str:
    """What it is, in a sentence: "Refund of AED 120.50"."""
    if intent.kind == IntentKind.REFUND:
        return gettext("Refund of %(amount)s", amount=money(intent.amount))
    return gettext("Capture of %(amount)s", amount=money(intent.amount))


def intent_href(intent: Intent) -> str:
    """Where its outcome is shown."""
    if intent.kind == IntentKind.REFUND:
        return url_for("refunds.show_refund", account=intent.account, refund_id=intent.refund_id)
    return url_for("captures.show_capture", account=intent.account, intent_id=intent.id)


def reason_label(intent: Intent) -> str:
    """The reason in words."""
    return str(REASONS.get(intent.reason or "", intent.reason or ""))


def init_app(app: Flask) -> None:
    """Registers the filters."""
    filters = (outcome_kind, outcome_title, outcome_sentences, intent_words, intent_href, reason_label)
    app.jinja_env.filters.update({function.__name__: function for function in filters})
