"""What a transaction is called, and a line of what many come to, wherever one is shown."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from webapp.fees import is_off
from webapp.models.ledger import LedgerRow
from webapp.money import Money
from webapp.settlement.ledger.totals import DIFFERENCE, FEES, NET, OTHER, TAX

from .formatting import icon_html, money

TYPE_LABELS = {
    "order": (lazy_gettext("Sale"), "shopping-cart"),
    "refund": (lazy_gettext("Refund"), "receipt-refund"),
    "instalment": (lazy_gettext("Instalment"), "calendar"),
    "regularization": (lazy_gettext("Regularization"), "adjustments-horizontal"),
}

LINE_WORDS = {
    "order": lazy_gettext("Sales"),
    "refund": lazy_gettext("Refunds"),
    "instalment": lazy_gettext("Instalments"),
    "regularization": lazy_gettext("Regularizations"),
    OTHER: lazy_gettext("Other transactions"),
    FEES: lazy_gettext("Fees"),
    TAX: lazy_gettext("Tax on fees"),
    DIFFERENCE: lazy_gettext("Difference to Postpay's arithmetic"),
    NET: lazy_gettext("Net"),
}
"""Of the bridge from gross to net: a line is a documented type, or one of `webapp.settlement.ledger.totals`."""
COLUMN_WORDS = {**LINE_WORDS, OTHER: lazy_gettext("Other"), DIFFERENCE: lazy_gettext("Difference")}
"""The same above a column, where there is less room."""


def line_label(code: str) -> str:
    """The word of a line of the bridge; an unknown type as it came."""
    return str(LINE_WORDS[code]) if code in LINE_WORDS else type_label(code)


def type_label(code: str) -> str:
    """The word for a type; an unknown one as it came."""
    return str(TYPE_LABELS[code][0]) if code in TYPE_LABELS else code


def type_html(code: str) -> Markup:
    """Icon and word of a type; an unknown one is plain text."""
    if code not in TYPE_LABELS:
        return Markup('<span class="kind">{}</span>').format(code)
    label, icon = TYPE_LABELS[code]
    return Markup('<span class="kind">{}{}</span>').format(icon_html(icon), label)


def fee_problem_words(row: LedgerRow) -> str | None:
    """What is wrong with the fee of a row of the ledger. One that could not be read is kept as none at all."""
    if row.is_fee_unread:
        return gettext("Fee not readable")
    return difference_words(row.off_by, row.currency)


def difference_words(off_by: int | None, currency: str) -> str | None:
    """ "Off by AED 0.02" where the provider's total is not what its own rates give; None where it is."""
    if off_by is None or not is_off(off_by):
        return None
    return gettext("Off by %(amount)s", amount=money(Money(abs(off_by), currency)))
