"""What has changed since something was asked for, and why it cannot be approved, in words."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext

from webapp.models.approval import Approval, Decision
from webapp.models.intent import Intent
from webapp.money import Money
from webapp.payments.approval_decisions import Cause, NotDecided
from webapp.payments.snapshot import CAPTURED, OrderSnapshot
from webapp.presentation.approval_words import decision_words, need_words
from webapp.presentation.formatting import money, status_label, when

_CAUSES = {
    Cause.LAPSED: lazy_gettext("It was not approved within 24 hours. Whoever asked can ask again."),
    Cause.OWN: lazy_gettext("You asked for this yourself, or changed it. Somebody else of finance must decide."),
    Cause.PROMOTED: lazy_gettext(
        "Within the last 24 hours somebody gave you roles, a password, or reset your second factor. Somebody else must"
        " approve it."
    ),
    Cause.NO_RIGHT: lazy_gettext("Only finance can approve."),
    Cause.APPROVER_LIMIT: lazy_gettext("It is above your own limits. Somebody with higher limits must approve it."),
    Cause.SHOP: lazy_gettext("The whole shop has reached what it can refund today. Approve it tomorrow, or reject it."),
    Cause.REQUESTER_GONE: lazy_gettext("Whoever asked cannot sign in any more, so this cannot be approved."),
    Cause.REQUESTER_RIGHT: lazy_gettext("Whoever asked may not do this any more, so it cannot be approved."),
    Cause.REQUESTER_LIMIT: lazy_gettext(
        "It has come above limits of whoever asked that it was not above before. Return it, so that they can ask again."
    ),
    Cause.CHANGED: lazy_gettext("What is stored is not what was asked for. Nothing was sent; tell an admin."),
    Cause.ORDER: lazy_gettext("The order does not allow it any more. Reject it, or return it to be changed."),
    Cause.STALE: lazy_gettext("The order has changed while you looked at it. Look at the figures again."),
    Cause.SETTLED: lazy_gettext("Its outcome is known meanwhile, so there is nothing left to decide."),
    Cause.DECIDED: lazy_gettext("It has been decided already."),
}


def cause_words(error: NotDecided, request: Approval) -> list[str]:
    """Why nothing was decided, or cannot be: a few sentences."""
    if error.cause is Cause.DECIDED and request.decision:
        return [decision_words(request)]
    limits = need_words(error.which) if error.cause is not Cause.SHOP else []
    return [str(_CAUSES[error.cause]), *limits]


def what_changed(request: Approval, intent: Intent, reading: OrderSnapshot) -> list[str]:
    """How the order differs from what it was when the refund was asked for."""
    order, told = reading.order, []
    if order.status != CAPTURED:
        told.append(gettext("Its status was Captured, and is now %(status)s.", status=status_label(order.status)))
    if request.order_total is not None and order.total.minor != request.order_total:
        before = Money(request.order_total, intent.currency)
        told.append(
            gettext("Its total was %(before)s, and is now %(now)s.", before=money(before), now=money(order.total))
        )
    seen = Money(intent.seen_remaining, intent.currency)
    if reading.remaining is not None and reading.remaining != seen:
        told.append(
            gettext(
                "Refundable was %(before)s, and is now %(now)s.", before=money(seen), now=money(reading.remaining)
            )
        )
    told += [
        gettext(
            "%(amount)s was refunded outside the desk on %(moment)s.",
            amount=money(refund.money(order.currency)),
            moment=when(refund.created),
        )
        for refund in reading.refunds or ()
        if refund.created >= request.created
    ]
    return told


def done_words(decision: Decision) -> str:
    """What was done about a request, told to who did it."""
    return {
        Decision.REJECTED: gettext("The request is rejected. Nothing was sent."),
        Decision.RETURNED: gettext("The request is returned. Nothing was sent."),
        Decision.WITHDRAWN: gettext("The request is withdrawn. Nothing was sent."),
    }[decision]
