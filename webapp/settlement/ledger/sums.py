"""The sums of a period's rows, kept beside them, so that no page adds up hundreds of thousands of rows.

One for each currency, payout moment and type, apart for rows of which a fee was kept. They are written in the
transaction that makes the rows current, and so are the combinations of fees that the rows tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.ledger import LedgerRate, LedgerSum
from webapp.providers.postpay.models import TransactionType

from .totals import TypeSum

NEVER = ""
"""As the text of a payout moment: not paid out."""
UNTOLD = -1


def moment_text(moment: datetime) -> str:
    """A payout moment as sums are kept under it; such texts sort as the moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class SumKey(NamedTuple):
    currency: str
    paid: str
    type: str
    charged: bool


class RateKey(NamedTuple):
    currency: str
    type: str
    fee_minor: int
    fee_rate: int
    fee_tax_rate: int


class Adding:
    """Adds up rows one after the other."""

    def __init__(self) -> None:
        self._sums: dict[SumKey, list[int]] = {}
        self._rates: dict[RateKey, list[Any]] = {}

    def add(self, transaction_id: str, row: Mapping[str, Any]) -> None:
        """A row as values of LedgerRow's columns."""
        paid = moment_text(row["paid"]) if row["paid"] else NEVER
        charged = bool(row["fees_minor"] or row["tax_minor"])
        raised = row["type"] == TransactionType.REFUND and row["total_minor"] > 0
        own = (1, row["amount_minor"], row["fees_minor"], row["tax_minor"], row["total_minor"], int(raised))
        key = SumKey(row["currency"], paid, row["type"], charged)
        self._sums[key] = [a + b for a, b in zip(self._sums.get(key, [0] * 6), own, strict=True)]
        if (row["fee_minor"], row["fee_rate"]) != (None, None):
            self._add_rate(transaction_id, row)

    def _add_rate(self, transaction_id: str, row: Mapping[str, Any]) -> None:
        told = [UNTOLD if row[name] is None else row[name] for name in ("fee_minor", "fee_rate", "fee_tax_rate")]
        key, place = RateKey(row["currency"], row["type"], *told), (row["created"], transaction_id)
        seen = self._rates.setdefault(key, [place, row["created"], 0])
        self._rates[key] = [min(seen[0], place), max(seen[1], row["created"]), seen[2] + 1]

    def replace(self, session: Session, account: str, period: str) -> None:
        """Puts what was added up in the place of the period's sums and rates."""
        ours = {"account": account, "period": period}
        for table in (LedgerSum, LedgerRate):
            session.execute(delete(table).where(table.account == account, table.period == period))
        if self._sums:
            session.execute(insert(LedgerSum), [ours | self._sum_values(key) for key in self._sums])
        if self._rates:
            session.execute(insert(LedgerRate), [ours | self._rate_values(key) for key in self._rates])

    def _sum_values(self, key: SumKey) -> dict[str, Any]:
        count, amount, fees, tax, total, raised = self._sums[key]
        texts = {"amount": str(amount), "fees": str(fees), "tax": str(tax), "total": str(total)}
        return {**key._asdict(), "count": count, "raised": raised, **texts}

    def _rate_values(self, key: RateKey) -> dict[str, Any]:
        (first, first_id), last, rows = self._rates[key]
        return {**key._asdict(), "first": first, "first_id": first_id, "last": last, "rows": rows}


def kept_sums(account: str, *conditions: Any) -> Iterator[LedgerSum]:
    """The sums of an account that fulfil the conditions."""
    asked = select(LedgerSum).where(LedgerSum.account == account, *conditions)
    yield from db.session.scalars(asked.execution_options(populate_existing=True)).all()
    release()


def as_type_sum(one: LedgerSum) -> TypeSum:
    figures = (int(one.amount), int(one.fees), int(one.tax), int(one.total))
    return TypeSum(one.type, one.count, *figures, raised=one.raised)


def net_by_payout(account: str, periods: Iterable[str]) -> dict[tuple[str, str], int]:
    """What was paid out by currency and moment, in minor units; inside of a transaction."""
    asked = select(LedgerSum).where(LedgerSum.account == account, LedgerSum.period.in_(list(periods)))
    nets: dict[tuple[str, str], int] = {}
    for one in db.session.scalars(asked.execution_options(populate_existing=True)):
        key = (one.currency, one.paid)
        nets[key] = nets.get(key, 0) + int(one.total)
    return nets
