"""What a refund gave back of the lines of its order, in words: "2 × sku-01, shipping"."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from flask_babel import gettext, ngettext

from webapp.models.intent import LineRefund
from webapp.money import Money
from webapp.payments.order_lines import SHIPPING
from webapp.providers.postpay.models import Order

from .formatting import money

LONGEST_NAME = 60
FIELD = "line-"
"""How the name of a form's field about a line begins; its key follows."""
NAME = "-name"
"""How the name of the field ends that says what the line is called."""


def line_label(line: str, name: str = "") -> str:
    """What a line is called: by a name or the shop's reference; else by its place in the order, from 1."""
    if line == SHIPPING:
        return gettext("shipping")
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    return plain or gettext("item %(number)s", number=line)


def typed_line_words(field: str, typed: str, name: str) -> str:
    """What was typed into a form's field about a line, where its order is not at hand: "2 × Lamp"."""
    key = field.removeprefix(FIELD)
    label = line_label(key, name)
    return label if key == SHIPPING and typed == "1" else f"{typed} × {label}"


def lines_words(lines: Sequence[LineRefund], names: Mapping[str, str] | None = None) -> str:
    """All lines, by their `names` where those are given, else by the shop's references."""
    return _listed([_words(line, (names or {}).get(line.line) or line.reference) for line in lines])


def short_lines_words(lines: Sequence[LineRefund], longest: int) -> str:
    """As many lines as fit into `longest` characters, and how many more there are; empty where not even that fits."""
    words = [_words(line, line.reference) for line in lines]
    for kept in range(len(words), 0, -1):
        text = _listed(words[:kept], len(words) - kept)
        if len(text) <= longest:
            return text
    text = ngettext("%(num)s line", "%(num)s lines", len(words))
    return text if len(text) <= longest else ""


def names_of(order: Order) -> dict[str, str]:
    """The names of an order's items by the keys of their lines."""
    return {str(place): item.name or "" for place, item in enumerate(order.items, 1)}


def fact_words(text: str, currency: object) -> str:
    """The lines as an entry of the audit log holds them; the text itself where it cannot be read."""
    try:
        told = json.loads(text)
        left_out = told.pop() if told and isinstance(told[-1], int) else 0
        lines = [LineRefund(*line) for line in told]
        amounts = [money(Money(line.minor, str(currency))) for line in lines]
        words = [f"{_words(line, line.reference)} {amount}" for line, amount in zip(lines, amounts, strict=True)]
    except (ValueError, TypeError, AttributeError):
        return text
    return _listed(words, left_out)


def _words(line: LineRefund, name: str) -> str:
    label = line_label(line.line, name)
    label = label if len(label) <= LONGEST_NAME else f"{label[: LONGEST_NAME - 1]}…"
    return label if line.line == SHIPPING else f"{line.units} × {label}"


def _listed(words: Sequence[str], left_out: int = 0) -> str:
    listed = ", ".join(words)
    return gettext("%(lines)s and %(number)s more", lines=listed, number=left_out) if left_out else listed
