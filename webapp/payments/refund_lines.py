"""What can still be refunded of an order line by line. Pure: from a reading, and what the desk has refunded by lines.

Lines are known to be refunded where the desk did it by lines. Of a refund made elsewhere, or as a plain amount, nobody
can say which lines it was for; then the lines together may be more than what is left of the order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from webapp.models.intent import Intent, IntentState, LineRefund
from webapp.money import Money

from .order_lines import Indivisible, OrderLine, Share, lines_of
from .snapshot import OrderSnapshot


class NoSuchLines(ValueError):
    """The order does not have these lines, or not so many units of them left."""


@dataclass(frozen=True, slots=True)
class RefundableLine:
    """A line of the order, and how many of its units the desk has refunded."""

    line: OrderLine
    refunded: int

    @property
    def left(self) -> int:
        return self.line.units - self.refunded

    @property
    def rest(self) -> Share:
        """What all the units that are left come to."""
        return self.share(self.left)

    @property
    def is_open(self) -> bool:
        """Whether anything can still be refunded for it: of a gift there is nothing."""
        return self.rest.amount > 0

    def share(self, units: int) -> Share:
        """What the next so many units come to; of a line that is open it is never nothing."""
        return self.line.share(units, after=self.refunded)


@dataclass(frozen=True, slots=True)
class Refundable:
    """The lines of an order; none, and `indivisible`, where it cannot be told by lines.

    `unnamed` was refunded, but nobody knows for which lines.
    """

    lines: tuple[RefundableLine, ...]
    indivisible: Indivisible | None
    unnamed: Money

    def breakdown(self, units: Mapping[str, int]) -> tuple[LineRefund, ...]:
        """What these units of lines come to, in the order's order. Raises NoSuchLines."""
        by_key = {one.line.key: one for one in self.lines}
        if any(key not in by_key or not 0 < count <= by_key[key].left for key, count in units.items()):
            raise NoSuchLines
        return tuple(
            LineRefund(key, units[key], one.share(units[key]).amount, one.line.reference)
            for key, one in by_key.items()
            if key in units
        )

    def amount(self, units: Mapping[str, int]) -> Money:
        """What these units of lines come to together. Raises NoSuchLines."""
        return Money(sum(line.minor for line in self.breakdown(units)), self.unnamed.currency)


def refundable(reading: OrderSnapshot, by_lines: Iterable[Intent]) -> Refundable:
    """What is left of each line; `by_lines` are the desk's refunds of the order that name lines, whatever became of
    them. One counts once it has succeeded, or the provider lists it."""
    listed = {refund.refund_id: refund.amount for refund in reading.refunds or ()}
    made = [
        intent
        for intent in by_lines
        if intent.state == IntentState.SUCCEEDED or listed.get(intent.refund_id or "") == intent.amount_minor
    ]
    refunded: Counter[str] = Counter()
    for intent in made:
        refunded.update(intent.units_by_line)
    of_lines = sum(intent.amount_minor for intent in made)
    in_all = reading.refunded.minor if reading.refunded else 0
    unnamed = Money(max(in_all - of_lines, 0), reading.order.currency)
    found = lines_of(reading.order)
    if isinstance(found, Indivisible):
        return Refundable((), found, unnamed)
    return Refundable(tuple(RefundableLine(line, min(refunded[line.key], line.units)) for line in found), None, unnamed)
