"""The combinations of fees that were seen, and which of them are new: a change is told once, at its first row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.ledger import LedgerRate, LedgerRow
from webapp.money import Money

from .publish import Writes
from .sums import UNTOLD


@dataclass(frozen=True, slots=True)
class Rate:
    """Fees as rows of one type told them: fixed in minor units, rates in hundredths of a per cent; None is untold.

    `first` is the moment of the first row, `first_id` its id. `is_change` where others of the same currency and type
    were seen before.
    """

    currency: str
    type: str
    fixed: Money | None
    rate: int | None
    tax_rate: int | None
    first: datetime
    first_id: str
    last: datetime
    rows: int
    is_change: bool


def rates(account: Account) -> list[Rate]:
    """Every combination of fees, by currency and type, the newest first in each."""
    seen: dict[tuple[str, str, int, int, int], list[LedgerRate]] = {}
    for one in db.session.scalars(select(LedgerRate).where(LedgerRate.account == account.slug)):
        seen.setdefault((one.currency, one.type, one.fee_minor, one.fee_rate, one.fee_tax_rate), []).append(one)
    release()
    found: list[Rate] = []
    kinds: set[tuple[str, str]] = set()
    for key, parts in sorted(seen.items(), key=lambda pair: min((one.first, one.first_id) for one in pair[1])):
        currency, kind, fixed, rate, tax_rate = key
        first, first_id = min((one.first, one.first_id) for one in parts)
        last, rows = max(one.last for one in parts), sum(one.rows for one in parts)
        fees = (None if fixed == UNTOLD else Money(fixed, currency), _told(rate), _told(tax_rate))
        found.append(Rate(currency, kind, *fees, first, first_id, last, rows, (currency, kind) in kinds))
        kinds.add((currency, kind))
    newest_first = sorted(found, key=lambda one: (one.first, one.first_id), reverse=True)
    return sorted(newest_first, key=lambda one: (one.currency, one.type))


def _told(value: int) -> int | None:
    return None if value == UNTOLD else value


def rate_before(account: Account, row: LedgerRow) -> Rate | None:
    """The fees that its kind had last before the row, which is the first of new ones."""
    same = [one for one in rates(account) if (one.currency, one.type) == (row.currency, row.type)]
    earlier = [one for one in same if (one.first, one.first_id) < (row.created, row.transaction_id)]
    return max(earlier, key=lambda one: (min(one.last, row.created), one.first), default=None)


def mark_new_rates(account: Account, writes: Writes) -> None:
    """Marks the first row of each combination that its kind has not had before, and no other."""
    wanted = {one.first_id for one in rates(account) if one.is_change}
    row = LedgerRow
    asked = select(row.transaction_id).where(row.account == account.slug, row.new_rate.is_(True))
    marked = set(db.session.scalars(asked))
    release()
    if wanted == marked:
        return
    with writes() as session:
        for ids, is_new in ((marked - wanted, False), (wanted - marked, True)):
            statement = update(row).where(row.account == account.slug, row.transaction_id.in_(sorted(ids)))
            session.execute(statement.values(new_rate=is_new).execution_options(synchronize_session=False))
