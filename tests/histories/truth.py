"""What the provider has, moment by moment, reckoned apart from the desk: rows by period, their fees, their sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from math import floor
from typing import Any, NamedTuple

from webapp.emulators.postpay.server import Sandbox

COMING = ""
LARGEST = 2**63 - 1
LONGEST_CURRENCY, LARGEST_RATE = 16, 2**31 - 1
ROUNDING = 1

_SQL = """
SELECT transactions.*, orders.order_id FROM transactions LEFT JOIN orders ON orders.key = transactions.order_key
ORDER BY transactions.key
"""


def cached(reckon: Callable[[Any], Any]) -> property:
    """A property of a value that is asked for again and again."""
    return property(cache(reckon))


class Told(NamedTuple):
    """A transaction as the provider tells it; moments are microseconds since 1970."""

    type: str
    currency: str
    amount: Any
    fee: Any
    rate: Any
    tax_rate: Any
    total: Any
    order_id: str | None
    created: int
    paid: int | None

    @cached
    def is_readable(self) -> bool:
        """Whether a desk can keep it: whole numbers that its columns hold."""
        figures = (self.amount, self.total)
        if not all(isinstance(one, int) for one in figures) or len(self.currency) > LONGEST_CURRENCY:
            return False
        fees, tax = self.fees
        return max(abs(fees), abs(tax)) <= LARGEST

    @cached
    def has_fee(self) -> bool:
        """Whether its fee can be read; one that cannot explains nothing of what the provider took."""
        if not all(isinstance(one, int) for one in (self.fee, self.rate, self.tax_rate)):
            return False
        return max(abs(self.rate), abs(self.tax_rate)) <= LARGEST_RATE

    @cached
    def is_sound(self) -> bool:
        return bool(self.is_readable and self.has_fee)

    @cached
    def fees(self) -> tuple[int, int]:
        """Fees and the tax on them, in minor units, each a half rounded up."""
        if not self.has_fee:
            return 0, 0
        percentage = Fraction(self.amount * self.rate, 10_000)
        whole = _rounded((self.fee + percentage) * (1 + Fraction(self.tax_rate, 10_000)))
        before_tax = self.fee + _rounded(percentage)
        return before_tax, whole - before_tax

    @cached
    def kept(self) -> tuple[Any, ...]:
        """As the ledger's columns hold it, in the order of `KEPT`."""
        fees, tax = self.fees
        off_by = max(-LARGEST, min(LARGEST, self.total - (self.amount - fees - tax)))
        told = self[:7] if self.has_fee else (*self[:3], None, None, None, self.total)
        return (*told, fees, tax, off_by, *self[7:])

    def period(self, current: str) -> str:
        """Where a desk keeps it in the month `current`: what is dated later belongs to that one."""
        return COMING if self.paid is None else min(month_of(self.paid), current)


KEPT = ("type", "currency", "amount_minor", "fee_minor", "fee_rate", "fee_tax_rate", "total_minor", "fees_minor",
        "tax_minor", "off_by", "order_id", "created", "paid")  # fmt: skip

State = Mapping[str, Told]
"""Every transaction of the provider, by id."""


def _rounded(exact: Fraction) -> int:
    return floor(exact + Fraction(1, 2))


@cache
def month_of(moment: int) -> str:
    return datetime.fromtimestamp(moment // 1_000_000, UTC).strftime("%Y-%m")


def look(sandbox: Sandbox) -> State:
    """What the provider has at this moment."""
    rows = sandbox.world.store.rows(_SQL)
    return {
        row["id"]: Told(
            row["type"], row["currency"], row["amount"], row["fee_amount"], row["fee_rate"], row["fee_tax_rate"],
            row["total_amount"], row["order_id"], row["created"], row["paid"],
        )
        for row in rows
    }  # fmt: skip


def rows_of(state: State, month: str, current: str) -> dict[str, tuple[Any, ...]] | None:
    """A period as the ledger's columns hold it; None where one of its rows cannot be read."""
    own = {name: told for name, told in state.items() if told.period(current) == month}
    if not all(told.is_readable for told in own.values()):
        return None
    return {name: told.kept for name, told in own.items()}


class Sums(NamedTuple):
    """What rows come to, in minor units."""

    count: int
    amount: int
    fees: int
    tax: int
    total: int
    raised: int


def sums_of(rows: Mapping[str, tuple[Any, ...]]) -> dict[tuple[str, int | None, str, bool], Sums]:
    """By currency, moment of payout, type, and whether a fee was kept."""
    found: dict[tuple[str, int | None, str, bool], Sums] = {}
    for kept in rows.values():
        row = dict(zip(KEPT, kept, strict=True))
        key = (row["currency"], row["paid"], row["type"], bool(row["fees_minor"] or row["tax_minor"]))
        raised = int(row["type"] == "refund" and row["total_minor"] > 0)
        own = (1, row["amount_minor"], row["fees_minor"], row["tax_minor"], row["total_minor"], raised)
        found[key] = Sums(*(a + b for a, b in zip(found.get(key, (0,) * 6), own, strict=True)))
    return found


def first_of_new_rates(rows: Mapping[str, tuple[Any, ...]]) -> set[str]:
    """Rows that are the first of fees which their currency and type have not had before."""
    firsts: dict[tuple[Any, ...], tuple[int, str]] = {}
    for name, kept in rows.items():
        row = dict(zip(KEPT, kept, strict=True))
        if row["fee_minor"] is None:
            continue
        key = (row["currency"], row["type"], row["fee_minor"], row["fee_rate"], row["fee_tax_rate"])
        firsts[key] = min(firsts.get(key, (row["created"], name)), (row["created"], name))
    kinds: dict[tuple[str, str], tuple[int, str]] = {}
    for key, first in firsts.items():
        kinds[key[:2]] = min(kinds.get(key[:2], first), first)
    return {first[1] for key, first in firsts.items() if first != kinds[key[:2]]}


def flagged(rows: Mapping[str, tuple[Any, ...]]) -> Counter[tuple[str, int]]:
    """How many paid rows of each payout need review."""
    new = first_of_new_rates(rows)
    paid = {name: dict(zip(KEPT, kept, strict=True)) for name, kept in rows.items() if kept[-1] is not None}
    return Counter(
        (row["currency"], row["paid"]) for name, row in paid.items() if name in new or abs(row["off_by"]) > ROUNDING
    )
