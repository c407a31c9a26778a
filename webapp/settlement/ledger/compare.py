"""What a period that was collected is against what the ledger has: nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.ledger import LedgerRow

from .collect import COLUMNS, Collected
from .sums import Adding

AT_ONCE = 500

Kept = Mapping[str, Any]
"""A row of the ledger as values of its columns, `period` among them."""


@dataclass
class Difference:
    """What making a collected period current comes to.

    `changed`: rows that are new or told otherwise; None for all of them. `elsewhere`: rows that are current in other
    periods, with that period. `left`: rows that the period had and has no more. `added_up`: its sums.
    """

    collected: Collected
    generation: int
    changed: list[str] | None
    elsewhere: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    added_up: Adding = field(default_factory=Adding)

    @property
    def month(self) -> str:
        return self.collected.month


def compare(account: Account, collected: Collected, generation: int) -> Difference:
    """Holds what was collected against the current generation of the period, `generation`, block by block."""
    found = Difference(collected, generation, [] if generation else None)
    for block in collected.blocks():
        kept = kept_rows(account, list(block))
        for name, row in block.items():
            found.added_up.add(name, row)
            before = kept.get(name)
            if before is not None and before["period"] != collected.month:
                found.elsewhere[name] = before["period"]
            if found.changed is not None and (before is None or differs(before, row, collected.month)):
                found.changed.append(name)
    for names in _names_in(account, collected.month):
        still = collected.rows.find(names)
        found.left += [name for name in names if name not in still]
    return found


def differs(before: Kept, row: Mapping[str, Any], month: str) -> bool:
    return before["period"] != month or any(before[name] != row[name] for name in COLUMNS)


def kept_rows(account: Account, ids: Sequence[str]) -> dict[str, Kept]:
    """Those of the rows that are current in some period, by id."""
    columns = [getattr(LedgerRow, name) for name in ("transaction_id", "period", *COLUMNS)]
    found: dict[str, Kept] = {}
    for part in parts(ids):
        asked = select(*columns).where(LedgerRow.account == account.slug, LedgerRow.transaction_id.in_(part))
        found |= {row["transaction_id"]: row for row in db.session.execute(asked).mappings()}
    release()
    return found


def _names_in(account: Account, month: str) -> Iterator[list[str]]:
    """The ids of a period's current rows, block by block."""
    row, last = LedgerRow, ""
    while True:
        here = (row.account == account.slug, row.period == month, row.transaction_id > last)
        asked = select(row.transaction_id).where(*here).order_by(row.transaction_id).limit(AT_ONCE)
        names = list(db.session.scalars(asked))
        release()
        if not names:
            return
        yield names
        last = names[-1]


def parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
