"""What rows of one currency come to, line by line, so that every sum is that of its rows. Pure; minor units.

The net is the provider's own figure, the sum of `total_amount`. Fees and tax are recomputed from each row's rates
(see `webapp/fees.py`), so what the provider reckons otherwise has a line of its own, and the bridge always adds up:
sales + refunds + instalments + regularizations + others - fees - tax + difference = net.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from itertools import combinations

from webapp.fees import fee_parts
from webapp.money import Money

TYPES = ("order", "refund", "instalment", "regularization")
"""The documented types, in the order finance reads; unknown ones come after them."""
OTHER, FEES, TAX, DIFFERENCE, NET = "other", "fees", "tax", "difference", "net"
PARTS = (*TYPES, OTHER, FEES, TAX, DIFFERENCE)
"""What the net is made of, all unknown types together, in the order of the bridge."""
MOST_EXPLANATIONS = 4


@dataclass(frozen=True, slots=True)
class Charge:
    """What a row's fee comes to: `fees` without and `tax` with the tax on it; `off_by` None where it tells no fee."""

    fees: int
    tax: int
    off_by: int | None


def charge(amount: int, fee: int | None, rate: int | None, tax_rate: int | None, total: int) -> Charge:
    """The fee of one row by its own rates, and by how much the provider's total is off."""
    parts = fee_parts(amount, fee, rate, tax_rate)
    if parts is None:
        return Charge(0, 0, None)
    return Charge(parts.percentage + parts.fixed, parts.tax, total - (amount - sum(parts)))


@dataclass(frozen=True, slots=True)
class TypeSum:
    """What the rows of one type come to. `raised`: how many of them are refunds with a positive total."""

    type: str
    count: int = 0
    amount: int = 0
    fees: int = 0
    tax: int = 0
    total: int = 0
    raised: int = 0

    def plus(self, other: TypeSum) -> TypeSum:
        sums = {name: getattr(self, name) + getattr(other, name) for name in _SUMMED}
        return replace(self, **sums)


_SUMMED = tuple(field.name for field in fields(TypeSum) if field.name != "type")


@dataclass(frozen=True, slots=True)
class BridgePart:
    """One line of the bridge. `code` is a type or one of the names above; `count` None where rows are not its own."""

    code: str
    amount: Money
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums of one currency by type, in the order finance reads."""

    currency: str
    sums: tuple[TypeSum, ...]

    @classmethod
    def of(cls, currency: str, sums: Iterable[TypeSum]) -> Figures:
        """Adds up what belongs to one type."""
        found: dict[str, TypeSum] = {}
        for one in sums:
            found[one.type] = found[one.type].plus(one) if one.type in found else one
        return cls(currency, tuple(sorted(found.values(), key=_reading_order)))

    def _sum(self, name: str) -> int:
        return sum(getattr(one, name) for one in self.sums)

    def of_type(self, name: str) -> Money:
        """The gross amount of a documented type, or of all unknown ones together (`other`)."""
        belongs = [one for one in self.sums if (one.type == name if name != OTHER else one.type not in TYPES)]
        return Money(sum(one.amount for one in belongs), self.currency)

    @property
    def count(self) -> int:
        return self._sum("count")

    @property
    def gross(self) -> Money:
        return Money(self._sum("amount"), self.currency)

    @property
    def fees(self) -> Money:
        """What is kept, as a positive amount, without the tax on it."""
        return Money(self._sum("fees"), self.currency)

    @property
    def tax(self) -> Money:
        return Money(self._sum("tax"), self.currency)

    @property
    def net(self) -> Money:
        """What is paid out, by the provider's own totals."""
        return Money(self._sum("total"), self.currency)

    @property
    def difference(self) -> Money:
        """What the provider's totals are more than the recomputed ones."""
        return self.net - (self.gross - self.fees - self.tax)

    @property
    def parts(self) -> dict[str, Money]:
        """The amount of each of `PARTS`; what is deducted is negative, so that together they are the net."""
        gross = {name: self.of_type(name) for name in (*TYPES, OTHER)}
        return {**gross, FEES: -self.fees, TAX: -self.tax, DIFFERENCE: self.difference}

    @property
    def raised(self) -> int:
        """Refunds whose total is positive, as if they were paid out."""
        return self._sum("raised")

    @property
    def has_others(self) -> bool:
        return any(one.type not in TYPES for one in self.sums)

    def bridge(self) -> list[BridgePart]:
        """From gross to net: the amounts before the last add up to it. What is deducted is negative."""
        known = {one.type: one for one in self.sums}
        lines = [BridgePart(name, self.of_type(name), known[name].count if name in known else 0) for name in TYPES]
        lines += [
            BridgePart(one.type, Money(one.amount, self.currency), one.count)
            for one in self.sums
            if one.type not in TYPES
        ]
        lines += [BridgePart(FEES, -self.fees), BridgePart(TAX, -self.tax)]
        if not self.difference.is_zero:
            lines.append(BridgePart(DIFFERENCE, self.difference))
        return [*lines, BridgePart(NET, self.net, self.count)]


def _reading_order(one: TypeSum) -> tuple[int, str]:
    return (TYPES.index(one.type) if one.type in TYPES else len(TYPES), one.type)


def explanations(figures: Figures, received: Money) -> list[tuple[str, ...]]:
    """Which whole lines, left out of the payout, make it what the bank received; the fewest lines first.

    Left out are lines that are not zero, and never all of them: a bank that received nothing explains nothing.
    """
    parts = figures.parts
    told = [name for name, amount in parts.items() if not amount.is_zero]
    missing = figures.net - received
    if missing.is_zero:
        return []
    found = [
        chosen
        for size in range(1, len(told))
        for chosen in combinations(told, size)
        if sum(parts[name].minor for name in chosen) == missing.minor
    ]
    return found[:MOST_EXPLANATIONS]
