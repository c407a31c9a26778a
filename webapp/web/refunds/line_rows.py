"""The lines of an order as the refund's pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import MultiDict

from webapp.money import Money
from webapp.payments.order_lines import SHIPPING, Indivisible, Share
from webapp.payments.refund_limits import Room
from webapp.payments.refund_lines import Refundable, RefundableLine
from webapp.presentation.formatting import amount_parts, money
from webapp.presentation.refund_line_words import line_label

from .forms import RefundForm, refund_form
from .limits import remaining_words, room_problem
from .line_fields import LINES, UnitsField, field_name, keys_sent

_WHY = {
    Indivisible.UNREADABLE: lazy_gettext("A part of this order's total cannot be read"),
    Indivisible.DIFFERENT: lazy_gettext("The parts of this order do not add up to its total"),
    Indivisible.ODD: lazy_gettext("The parts of this order cannot be divided by its items"),
    Indivisible.TOO_MANY: lazy_gettext("This order has too many items to choose from here"),
}


class LineRow(NamedTuple):
    """A line of the form. `field` is None where nothing is left of it to choose; `told` says what became of it, or
    how many units are left."""

    field: UnitsField | None
    name: str
    reference: str
    amount: Money
    parts: str
    told: str
    is_single: bool


class Chosen(NamedTuple):
    """What the chosen lines come to, in a sentence, empty where nothing is chosen; and what stands in the way."""

    words: str = ""
    problem: str | None = None


class ReviewedRow(NamedTuple):
    """A chosen line on the review; `amount` is None where the order is not at hand."""

    what: str
    amount: Money | None


def line_values(lines: Refundable, form: RefundForm, room: Room) -> dict[str, object]:
    """What the form's page shows of the lines: them, or why there are none to choose, and the sum of what is chosen.

    A page that tells errors tells nothing twice.
    """
    chosen = chosen_lines(lines, form.formdata or {}, form.remaining, room)
    return {
        "lines": [_row(one, form, lines.unnamed.currency) for one in lines.lines],
        "no_lines": _WHY.get(lines.indivisible) if lines.indivisible else None,
        "unnamed": lines.unnamed,
        "chosen": chosen._replace(problem=None) if form.errors else chosen,
    }


def _row(one: RefundableLine, form: RefundForm, currency: str) -> LineRow:
    line, share = one.line, one.rest if one.left else one.line.share(one.line.units)
    named = "" if line.key == SHIPPING else line.name or line.reference
    return LineRow(
        field=next((field for field in form.line_fields if field.line is one), None),
        name=gettext("Shipping") if line.key == SHIPPING else line_label(line.key, named),
        reference=line.reference if line.name or line.key == SHIPPING else "",
        amount=Money(share.amount, currency),
        parts=_parts(share, max(one.left, 1), line.tax_inside, currency),
        told=_told(one),
        is_single=one.left == 1,
    )


def _told(one: RefundableLine) -> str:
    if not one.left:
        return gettext("Refunded")
    if not one.refunded:
        return ""
    return gettext("%(number)s of %(units)s refunded", number=one.refunded, units=one.line.units)


def _parts(share: Share, units: int, tax_inside: bool, currency: str) -> str:
    """What the amount is made of, and of how many units: "all 2: 840.00 − 84.00 discount + 38.80 tax"."""
    words = [amount_parts(Money(share.price, currency)).number]
    if share.discount:
        words.append(gettext("− %(amount)s discount", amount=amount_parts(Money(share.discount, currency)).number))
    if share.tax:
        tax = amount_parts(Money(share.tax, currency)).number
        words.append(
            gettext("(tax inside: %(amount)s)", amount=tax) if tax_inside else gettext("+ %(amount)s tax", amount=tax)
        )
    made_of = " ".join(words) if len(words) > 1 else ""
    if units == 1:
        return made_of
    return (
        gettext("all %(number)s: %(sum)s", number=units, sum=made_of)
        if made_of
        else gettext("for all %(number)s", number=units)
    )


def chosen_lines(lines: Refundable, sent: Mapping[str, str], remaining: Money, room: Room) -> Chosen:
    """What the lines come to of which a form speaks, and whether they are too many, or more than may be refunded."""
    typed = {field_name(key): sent[field_name(key)] for key in keys_sent(sent)}
    form = refund_form(remaining, lines, MultiDict({"part": LINES, **typed}))
    wrong = [error for field in form.line_fields if not field.validate(form) for error in field.errors]
    if wrong:
        return Chosen(problem=wrong[0])
    if not form.units:
        return Chosen()
    amount = form.chosen
    problem = remaining_words(remaining) if amount > remaining else room_problem(room, amount)
    return Chosen(gettext("The items you chose come to %(amount)s.", amount=money(amount)), problem)


def reviewed_rows(form: RefundForm) -> list[ReviewedRow]:
    """What was chosen, line by line."""
    if form.lines is None:
        return [ReviewedRow(_reviewed(key, count, form.line_name(key)), None) for key, count in form.units.items()]
    names = {one.line.key: one.line.name or one.line.reference for one in form.lines.lines}
    return [
        ReviewedRow(_reviewed(line.line, line.units, names[line.line]), Money(line.minor, form.currency))
        for line in form.lines.breakdown(form.units)
    ]


def _reviewed(key: str, count: int, name: str) -> str:
    return gettext("Shipping") if key == SHIPPING else f"{count} × {line_label(key, name)}"
