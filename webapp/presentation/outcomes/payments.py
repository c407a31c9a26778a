"""The table's rows of refunds and captures."""

from __future__ import annotations

from flask_babel import lazy_gettext

from webapp.models.approval import Decision
from webapp.models.intent import IntentKind
from webapp.operations.classify import ALREADY_CAPTURED, TURNED_AWAY
from webapp.operations.standing import Standing
from webapp.payments.intents import MADE_OTHERWISE, NOT_DONE
from webapp.providers.contract import Answer

from .rows import INTERRUPTED, OTHER, Key, Row, Who

REFUND, CAPTURE = IntentKind.REFUND, IntentKind.CAPTURE

_NOT_KNOWN = {
    REFUND: lazy_gettext("Not known yet whether %(amount)s was refunded"),
    CAPTURE: lazy_gettext("Not known yet whether %(amount)s was captured"),
}
_DO_NOT_REPEAT = {
    REFUND: lazy_gettext("Do not start another refund of this order, here or at Postpay: it could be paid twice."),
    CAPTURE: lazy_gettext("Do not send the goods yet, and do not start it again."),
}

_BOTH_OPEN = {
    OTHER: lazy_gettext("Postpay's answer did not settle it."),
    INTERRUPTED: lazy_gettext("The desk was interrupted while sending it, so it may or may not have reached Postpay."),
    Answer.LOST: lazy_gettext("Postpay's answer did not arrive."),
    Answer.UNREADABLE: lazy_gettext("Postpay's answer could not be read."),
    Answer.THROTTLED: lazy_gettext("Postpay answered that it is busy. That does not prove that it did nothing."),
    "no_answer": lazy_gettext("Postpay did not answer the last check."),
    Answer.NOT_SENT: lazy_gettext(
        "When the desk was about to send it again, Postpay could not be reached. An earlier attempt may have arrived."
    ),
    Answer.UNAUTHORIZED: lazy_gettext(
        "When it was sent again, Postpay did not accept the desk's credentials: tell an admin. An earlier attempt may "
        "have been carried out."
    ),
    Answer.FORBIDDEN: lazy_gettext(
        "When it was sent again, Postpay did not let the desk do this: tell an admin. An earlier attempt may have been "
        "carried out."
    ),
    Answer.REFUSED: lazy_gettext(
        "When it was sent again, Postpay refused it. An earlier attempt may have been carried out."
    ),
    Answer.DECLINED: lazy_gettext(
        "When it was sent again, the payment was declined. An earlier attempt may have been carried out."
    ),
    Answer.EXPIRED: lazy_gettext(
        "When it was sent again, Postpay said that the approval has expired. An earlier attempt may have been carried "
        "out."
    ),
    Answer.INVALID_STATUS: lazy_gettext("Postpay answered that the status of the order does not allow it."),
}
_OPEN = {
    REFUND: {
        **_BOTH_OPEN,
        "not_seen": lazy_gettext("Postpay did not show it at the last check. It may still be on its way."),
        Answer.CONFLICT: lazy_gettext("Postpay answered that this refund number is already in use."),
        Answer.LIMIT_EXCEEDED: lazy_gettext("Postpay answered that this is more than what can still be refunded."),
    },
    CAPTURE: {
        **_BOTH_OPEN,
        "not_seen": lazy_gettext(
            "The order was still only approved at the last check. The capture may still be on its way."
        ),
        Answer.CONFLICT: lazy_gettext("Postpay answered that the capture conflicts with something else."),
        Answer.LIMIT_EXCEEDED: lazy_gettext("Postpay answered that the capture is above a limit."),
    },
}
"""What is known of one whose outcome is not, by its cause."""

_FINDS_OUT = {
    REFUND: lazy_gettext(
        "The desk keeps checking by itself. Until %(until)s it sends the same refund again if Postpay does not show "
        "it, always under the same number."
    ),
    CAPTURE: lazy_gettext(
        "The desk keeps checking by itself. Until %(until)s it sends the capture again if the order is still only "
        "approved. An order can be captured only once."
    ),
}
_COMPARES = lazy_gettext("Nothing is sent again. The desk goes on checking until it is certain what that means.")
_FINANCE_DECIDES = lazy_gettext(
    "Its outcome has been unknown for more than 15 minutes, so the desk no longer sends it again by itself; it only "
    "goes on checking. Finance must decide whether to send it again: tell them."
)


def _open_rows() -> dict[Key, Row]:
    """An open one: what is known comes from its cause, who acts from what the engine does next."""
    rows: dict[Key, Row] = {}
    for kind, causes in _OPEN.items():
        for cause, known in causes.items():
            title, avoid = _NOT_KNOWN[kind], _DO_NOT_REPEAT[kind]
            if cause == OTHER or cause in TURNED_AWAY:
                rows[kind, Standing.COMPARED, str(cause)] = Row(title, known, Who.DESK, _COMPARES, avoid)
            if cause not in TURNED_AWAY:
                rows[kind, Standing.SENT_AGAIN, str(cause)] = Row(title, known, Who.DESK, _FINDS_OUT[kind], avoid)
                rows[kind, Standing.FOR_PERSON, str(cause)] = Row(title, known, Who.FINANCE, _FINANCE_DECIDES, avoid)
        sending = lazy_gettext("It is being sent to Postpay at this moment.")
        wait = lazy_gettext("Wait until its outcome is known.")
        rows[kind, Standing.BEING_SENT, OTHER] = Row(_NOT_KNOWN[kind], sending, Who.DESK, wait, _DO_NOT_REPEAT[kind])
        rows[kind, Standing.AWAITING_APPROVAL, OTHER] = Row(
            lazy_gettext("Not sent yet: waiting for approval"),
            lazy_gettext("Nothing has been sent to Postpay."),
            Who.APPROVER,
            lazy_gettext("A second person of finance must approve it first. Until then it counts as refunded."),
        )
    return rows


_NOTHING_SENT = lazy_gettext("Postpay could not be reached, and no request left the desk.")
_SAFE = lazy_gettext("It is safe to start again.")
_NO_CREDENTIALS = lazy_gettext("Postpay did not accept the desk's own credentials.")
_NO_RIGHT = lazy_gettext("Postpay knows the desk's credentials, but they do not allow this.")
_TELL_AN_ADMIN = lazy_gettext("Tell an admin; your rights are not the reason.")
_UNCHANGED = lazy_gettext("Postpay refused it, and nothing was changed there.")
_NO_GOODS = lazy_gettext("Do not send the goods until it is captured.")
_LOOK_AGAIN = lazy_gettext("Look at the order again before you start anything else.")
_NOT_ALLOWED = {
    REFUND: lazy_gettext("Not refunded: Postpay does not let the desk do this"),
    CAPTURE: lazy_gettext("Not captured: Postpay does not let the desk do this"),
}
_NOT_AUTHORISED = {
    REFUND: lazy_gettext("Not refunded: the desk is not authorised at Postpay"),
    CAPTURE: lazy_gettext("Not captured: the desk is not authorised at Postpay"),
}

_NOT_SENT_AT_ALL = lazy_gettext("Nothing was sent to Postpay.")
_STILL_WANTED = lazy_gettext("It can be started again if it is still wanted.")
_UNSENT = {
    Decision.REJECTED: Row(
        lazy_gettext("Not refunded: the request was rejected"),
        _NOT_SENT_AT_ALL,
        Who.NOBODY,
        lazy_gettext("Read the reason before you start anything else."),
    ),
    Decision.RETURNED: Row(
        lazy_gettext("Not refunded: the request was returned to be changed"),
        _NOT_SENT_AT_ALL,
        Who.PERSON,
        lazy_gettext("Change what the reason says, and ask again."),
    ),
    Decision.WITHDRAWN: Row(
        lazy_gettext("Not refunded: the request was withdrawn"), _NOT_SENT_AT_ALL, Who.NOBODY, _STILL_WANTED
    ),
    Decision.LAPSED: Row(
        lazy_gettext("Not refunded: nobody approved it within 24 hours"), _NOT_SENT_AT_ALL, Who.PERSON, _STILL_WANTED
    ),
}
"""Of a refund that awaited approval, by what ended that."""

_REFUND_REFUSED = Row(lazy_gettext("Not refunded: Postpay refused it"), _UNCHANGED, Who.PERSON, _LOOK_AGAIN)
_REFUSED_REFUNDS: dict[str, Row] = {
    **{str(cause): row for cause, row in _UNSENT.items()},
    OTHER: _REFUND_REFUSED,
    Answer.REFUSED: _REFUND_REFUSED,
    Answer.DECLINED: _REFUND_REFUSED,
    Answer.EXPIRED: _REFUND_REFUSED,
    Answer.NOT_SENT: Row(lazy_gettext("Not refunded: nothing was sent"), _NOTHING_SENT, Who.PERSON, _SAFE),
    Answer.LIMIT_EXCEEDED: Row(
        lazy_gettext("Not refunded: more than what is refundable"),
        lazy_gettext("Postpay says that the amount is above what can still be refunded. Nothing was changed there."),
        Who.PERSON,
        _LOOK_AGAIN,
    ),
    Answer.INVALID_STATUS: Row(
        lazy_gettext("Not refunded: Postpay says the order is not captured"),
        lazy_gettext("Postpay only refunds captured orders. Nothing was changed there."),
        Who.PERSON,
        _LOOK_AGAIN,
    ),
    Answer.FORBIDDEN: Row(_NOT_ALLOWED[REFUND], _NO_RIGHT, Who.ADMIN, _TELL_AN_ADMIN),
    Answer.UNAUTHORIZED: Row(_NOT_AUTHORISED[REFUND], _NO_CREDENTIALS, Who.ADMIN, _TELL_AN_ADMIN),
}
_CAPTURE_REFUSED = Row(lazy_gettext("Not captured: Postpay refused it"), _UNCHANGED, Who.PERSON, _LOOK_AGAIN, _NO_GOODS)
_REFUSED_CAPTURES = {
    OTHER: _CAPTURE_REFUSED,
    Answer.REFUSED: _CAPTURE_REFUSED,
    Answer.LIMIT_EXCEEDED: _CAPTURE_REFUSED,
    Answer.NOT_SENT: Row(lazy_gettext("Not captured: nothing was sent"), _NOTHING_SENT, Who.PERSON, _SAFE, _NO_GOODS),
    Answer.DECLINED: Row(
        lazy_gettext("Not captured: the payment was declined"),
        lazy_gettext("The order stays approved."),
        Who.PERSON,
        lazy_gettext("Ask the customer to check their card with Postpay, then try again."),
        _NO_GOODS,
    ),
    Answer.EXPIRED: Row(
        lazy_gettext("Not captured: the approval has expired"),
        lazy_gettext("It is too late to capture this order."),
        Who.NOBODY,
        lazy_gettext("The customer has to order again."),
        lazy_gettext("Do not send the goods."),
    ),
    ALREADY_CAPTURED: Row(
        lazy_gettext("It was already captured"),
        lazy_gettext("The order had been captured before, so this capture did nothing."),
        Who.NOBODY,
        lazy_gettext("The payment was taken once, and there is nothing left to do."),
    ),
    Answer.INVALID_STATUS: Row(
        lazy_gettext("Not captured: the order's status does not allow it"),
        lazy_gettext("Postpay only captures approved orders. Nothing was changed there."),
        Who.PERSON,
        _LOOK_AGAIN,
        _NO_GOODS,
    ),
    Answer.FORBIDDEN: Row(_NOT_ALLOWED[CAPTURE], _NO_RIGHT, Who.ADMIN, _TELL_AN_ADMIN, _NO_GOODS),
    Answer.UNAUTHORIZED: Row(_NOT_AUTHORISED[CAPTURE], _NO_CREDENTIALS, Who.ADMIN, _TELL_AN_ADMIN, _NO_GOODS),
}

_NEEDS_FINANCE = lazy_gettext("This needs finance")
_COMPARE = lazy_gettext("Finance must compare it with Postpay and close it.")
_MISMATCHES = {
    (REFUND, OTHER): lazy_gettext("What Postpay has does not match what was requested."),
    (REFUND, "other_data"): lazy_gettext(
        "Postpay has this refund number with a different amount from the one the desk sent."
    ),
    (REFUND, Answer.CONFLICT): lazy_gettext(
        "Postpay says that the refund number is in use, but does not show a refund under it."
    ),
    (CAPTURE, OTHER): lazy_gettext("What Postpay has does not match what was requested."),
    (CAPTURE, Answer.CONFLICT): lazy_gettext(
        "Postpay says that the capture conflicts with something else, and the order is still only approved."
    ),
}

_DONE = {
    REFUND: Row(
        lazy_gettext("Refunded %(amount)s"),
        lazy_gettext("Refundable after this refund: %(left)s."),
        Who.NOBODY,
        lazy_gettext(
            "Postpay gives the money back or takes it off the customer's instalments. On a card it can take some "
            "working days to show."
        ),
    ),
    CAPTURE: Row(
        lazy_gettext("Captured %(amount)s"),
        lazy_gettext("Postpay has taken the payment."),
        Who.NOBODY,
        lazy_gettext("The goods can be sent."),
    ),
}

_BY_FINANCE = lazy_gettext("The audit log says who closed it, and how they know.")
_CLOSED = {
    OTHER: Row(lazy_gettext("Closed by finance"), _BY_FINANCE, Who.NOBODY, _LOOK_AGAIN),
    MADE_OTHERWISE: Row(
        lazy_gettext("Closed by finance: Postpay did it, with different data"),
        _BY_FINANCE,
        Who.NOBODY,
        lazy_gettext("The order shows what Postpay really did."),
    ),
    NOT_DONE: Row(
        lazy_gettext("Closed by finance as not done"),
        _BY_FINANCE,
        Who.PERSON,
        lazy_gettext("It can be started again if it is still wanted."),
    ),
}


def _settled_rows() -> dict[Key, Row]:
    rows: dict[Key, Row] = {(kind, Standing.SUCCEEDED, OTHER): row for kind, row in _DONE.items()}
    rows |= {(REFUND, Standing.REFUSED, str(cause)): row for cause, row in _REFUSED_REFUNDS.items()}
    rows |= {(CAPTURE, Standing.REFUSED, str(cause)): row for cause, row in _REFUSED_CAPTURES.items()}
    for (kind, cause), known in _MISMATCHES.items():
        row = Row(_NEEDS_FINANCE, known, Who.FINANCE, _COMPARE, _DO_NOT_REPEAT[kind])
        rows[kind, Standing.ATTENTION, str(cause)] = row
    for kind in IntentKind:
        rows |= {(kind, Standing.CLOSED, cause): row for cause, row in _CLOSED.items()}
        rows[kind, Standing.SUCCEEDED, Answer.DONE] = _DONE[kind]
    return rows


PAYMENT_ROWS: dict[Key, Row] = _open_rows() | _settled_rows()
