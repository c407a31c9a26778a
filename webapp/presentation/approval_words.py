"""Why a second person is needed, and what became of a request, in words."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext, lazy_gettext

from webapp.models.approval import Approval, Asked, Decision
from webapp.payments.errors import Which

from .formatting import when
from .intent_words import intent_words

NEEDS = {
    Which.SINGLE: lazy_gettext("It is above the limit for one refund."),
    Which.DAY: lazy_gettext("It is above what one person can refund in a day."),
    Which.PER_ORDER: lazy_gettext("It is above the limit for one order in 24 hours."),
    Which.ORDER: lazy_gettext(
        "With it, the refunds of this order in 24 hours come to more than one person can refund alone."
    ),
    Which.REASON: lazy_gettext("The reason is Other."),
    Which.SHOP: lazy_gettext("It is above what the whole shop can refund in a day."),
    Which.NONE: lazy_gettext("The role has no refund limit in this currency."),
}
_DECISIONS = {
    Decision.APPROVED: lazy_gettext("%(name)s approved it on %(moment)s."),
    Decision.REJECTED: lazy_gettext("%(name)s rejected it on %(moment)s."),
    Decision.RETURNED: lazy_gettext("%(name)s returned it on %(moment)s to be changed."),
    Decision.WITHDRAWN: lazy_gettext("%(name)s withdrew it on %(moment)s."),
    Decision.LAPSED: lazy_gettext("Nobody decided within 24 hours; it was closed on %(moment)s."),
    Decision.MOOT: lazy_gettext("Its outcome became known on %(moment)s, before anybody decided."),
}


def need_words(needs: Iterable[str]) -> list[str]:
    """Why a second person must agree, a sentence each."""
    return [str(NEEDS[Which(one)]) for one in needs if one in NEEDS]


def asked_words(request: Approval) -> str:
    """What is asked for: "Refund of AED 120.50", or the close of one."""
    what = intent_words(request.intent)
    return gettext("Close: %(what)s", what=what) if request.asked == Asked.CLOSE else what


def decision_words(request: Approval) -> str:
    """What became of a request; empty while it is open."""
    if request.decision is None or request.decided is None:
        return ""
    name = request.decider.name if request.decider else ""
    return str(_DECISIONS[Decision(request.decision)]) % {"name": name, "moment": when(request.decided)}
