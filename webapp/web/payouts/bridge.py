"""From gross to net: one payout as a table, as a picture and in a sentence."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext
from markupsafe import Markup

from webapp.presentation.charts import Drawing, Step, waterfall
from webapp.presentation.formatting import money
from webapp.presentation.transaction_words import line_label
from webapp.settlement.ledger.totals import DIFFERENCE, NET, TYPES, BridgePart, Figures

from .listing import figure_html


class BridgeLine(NamedTuple):
    """A line of the table; `rows` in words, empty where the line has no rows of its own."""

    label: str
    amount: Markup
    rows: str
    is_net: bool
    hint: str | None


def values(figures: Figures) -> dict[str, object]:
    """What the page shows of it."""
    return {"bridge": bridge(figures), "picture": picture(figures), "picture_words": picture_words(figures)}


def bridge(figures: Figures) -> list[BridgeLine]:
    """The table from gross to net. Documented types without a row are left out, but for sales."""
    return [
        BridgeLine(line_label(line.code), figure_html(line.amount), _count(line), line.code == NET, _hint(line))
        for line in figures.bridge()
        if line.code not in TYPES[1:] or line.count
    ]


def _count(line: BridgePart) -> str:
    return "" if line.count is None else f"{line.count:,}"


def _hint(line: BridgePart) -> str | None:
    if line.code != DIFFERENCE:
        return None
    return gettext("Postpay's own totals, less what the rates of each row come to.")


def picture(figures: Figures) -> tuple[Drawing, Drawing]:
    """The same as a waterfall; lines of nothing are left out."""
    *parts, net = figures.bridge()
    steps = [Step(line_label(line.code), line.amount) for line in parts if not line.amount.is_zero]
    return waterfall([*steps, Step(line_label(net.code), net.amount, is_sum=True)])


def picture_words(figures: Figures) -> str:
    """What the picture shows, in a sentence."""
    *parts, net = figures.bridge()
    told = [f"{line_label(line.code)} {money(line.amount)}" for line in parts if not line.amount.is_zero]
    if not told:
        return gettext("Nothing.")
    return gettext("%(parts)s; together %(net)s.", parts=", ".join(told), net=money(net.amount))
