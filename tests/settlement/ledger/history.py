"""One random history: a provider that changes its past, readings that fail, workers that die; held against the truth.

The truth is a copy of the provider's rows after each of its moves. What the ledger shows of a period must be one of the
truths that held while its current generation was read, to the row; and nothing may change it but a newer generation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.ledger import LedgerChange, LedgerPeriod, LedgerRow
from webapp.providers.http.errors import GatewayError
from webapp.settlement.ledger.payout_id import Naming, PayoutsBy
from webapp.settlement.ledger.payouts import coming, payouts, totals
from webapp.settlement.ledger.periods import COMING, month_of, period_of
from webapp.settlement.ledger.rates import mark_new_rates
from webapp.settlement.ledger.sync import Reading

from .conftest import Shop

TYPES = ("order", "refund", "instalment", "regularization")
CURRENCIES = ("AED", "KWD", "JPY")
LARGEST = 9 * 10**18
MONEY = ("type", "currency", "amount", "fee_amount", "fee_rate", "fee_tax_rate", "total_amount", "paid")
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC))
ONCE: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 429, "retry_after": "1"},
    {"kind": "status", "status": 401},
    *({"kind": kind} for kind in ("malformed", "truncated", "html", "reset", "drop_after")),
)
"""Broken answers, each of which a reading has to bear once."""

Row = dict[str, Any]
Truth = dict[str, Row]


class Killed(BaseException):
    """The worker dies here."""


class History:
    """A seeded walk; `told` is what became of each reading. Its checks raise at the first figure that is untrue."""

    def __init__(self, shop: Shop, seed: int) -> None:
        self.shop, self.dice = shop, Random(seed)
        self.truth: Truth = {}
        self.truths: list[Truth] = [{}]
        self.odd: set[str] = set()
        self.shown: dict[str, tuple[int, Truth]] = {}
        self.changes = 0
        self.told: list[str] = []
        self.today = today = now().replace(hour=0, minute=0, second=0, microsecond=0)
        self.days = [today - timedelta(days=days) for days in (0, 3, 20, 33, 61, 150, 151, 185)]
        self.days += [self._month_end(1), self._month_end(2), today + timedelta(days=9)]

    def _month_end(self, back: int) -> datetime:
        first = now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        for _ in range(back - 1):
            first = (first - timedelta(days=1)).replace(day=1)
        return first - timedelta(microseconds=1)

    # The provider's moves

    def move(self) -> None:
        moves = (self._appears, self._appears, self._appears, self._is_paid, self._is_paid, self._moves, self._moves,
                 self._changes, self._vanishes, self._turns_odd, self._is_mended)  # fmt: skip
        self.dice.choice(moves)()
        self.truths.append({name: dict(row) for name, row in self.truth.items()})

    def _appears(self) -> None:
        kind, currency = self.dice.choice(TYPES), self.dice.choice(CURRENCIES)
        amount = LARGEST if self.dice.random() < 0.03 else self.dice.randrange(1, 10**6)
        amount = -amount if kind == "refund" else amount
        fees = {"fee_amount": 100, "fee_rate": self.dice.choice((450, 550)), "fee_tax_rate": 500}
        given = {"type": kind, "currency": currency, "amount": amount, **(fees if kind == "order" else {})}
        paid = self.dice.choice(self.days) if self.dice.random() < 0.3 else None
        total = amount if abs(amount) == LARGEST else amount - self.dice.randrange(100)
        created = self.today - timedelta(days=self.dice.randrange(1, 200), seconds=self.dice.randrange(10**5))
        name = f"row-{len(self.truths):04}-{self.dice.randrange(10**6):06}"
        moments = {"created": created.isoformat(), "paid": paid.isoformat() if paid else None}
        made = self.shop.provider.transaction(id=name, **given, total_amount=total, **moments)
        self.truth[made["id"]] = {name: made[name] for name in MONEY} | {"paid": paid}

    def _some(self, *, paid: bool | None = None) -> str | None:
        names = [name for name, row in self.truth.items()
                 if name not in self.odd and (paid is None or (row["paid"] is not None) is paid)]  # fmt: skip
        return self.dice.choice(sorted(names)) if names else None

    def _set(self, name: str | None, **values: Any) -> None:
        if name is None:
            return
        spoken = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in values.items()}
        self.shop.provider.change_transaction(name, **spoken)
        self.truth[name].update(values)

    def _is_paid(self) -> None:
        self._set(self._some(paid=False), paid=self.dice.choice(self.days))

    def _moves(self) -> None:
        self._set(self._some(paid=True), paid=self.dice.choice([*self.days, None]))

    def _changes(self) -> None:
        if name := self._some():
            self._set(name, total_amount=int(self.truth[name]["total_amount"] // 2) - self.dice.randrange(500))

    def _vanishes(self) -> None:
        if name := self._some():
            self.shop.provider.remove_transaction(name)
            del self.truth[name]

    def _turns_odd(self) -> None:
        if name := self._some():
            self.odd.add(name)
            self.shop.provider.change_transaction(name, amount=814.8)

    def _is_mended(self) -> None:
        for name in sorted(self.odd)[:2]:
            self.odd.discard(name)
            self.shop.provider.change_transaction(name, amount=self.truth[name]["amount"])

    # Readings

    def read(self, *, calm: bool = False) -> None:
        """Some periods, with a fault, a move of the provider in between, or a death; what is shown is then checked."""
        months = sorted({month_of(day) for day in self.days if day <= now()}, reverse=True)
        asked = [COMING, *months] if calm else self.dice.sample([COMING, *months], self.dice.randrange(1, 4))
        if not calm and self.dice.random() < 0.5:
            skip = self.dice.randrange(6)
            self.shop.provider.fault(method="GET", path="/transactions*", skip=skip, **self.dice.choice(ONCE))
        moves_at, dies_at = (-1, -1) if calm else (self._rarely(8), self._rarely(8))
        dies_writing = not calm and self.dice.random() < 0.1
        told = iter(range(10**9))

        def tell(rows: int, counted: int | None) -> None:
            turn = next(told)
            if turn == moves_at:
                self.move()
            if turn == dies_at:
                raise Killed

        @contextmanager
        def writes() -> Iterator[Session]:
            with writing() as session:
                yield session
                session.flush()
                if dies_writing:
                    raise Killed

        reading = Reading(self.shop.account, tell, lambda seconds: None, writes)
        for month in asked:
            begun = len(self.truths) - 1
            end = self._bring_up_to_date(reading, month)
            self.told.append(f"{month or 'coming'}: {end or reading.failed.get(month, 'read')}")
            self.check(self.truths[begun:])
            if end:
                break
        mark_new_rates(self.shop.account, writing)
        self.shop.provider.heal()

    @staticmethod
    def _bring_up_to_date(reading: Reading, month: str) -> str | None:
        """What ended the run of the worker; None where it goes on."""
        try:
            reading.bring_up_to_date(month)
        except (Killed, GatewayError) as end:
            return type(end).__name__
        return None

    def _rarely(self, most: int) -> int:
        return self.dice.randrange(most) if self.dice.random() < 0.25 else -1

    # What is shown

    def check(self, window: list[Truth]) -> None:
        """`window`: what was true at some moment of the reading that has just ended."""
        rows, periods = self._ledger()
        standing: dict[str, Truth] = {month: {} for month, one in periods.items() if one.is_proved}
        for name, row in rows.items():
            assert row.period in standing, f"{name} stands in {row.period!r}, which was never proved"
            standing[row.period][name] = _as_told(row)
        renewed = [month for month in standing if self.shown.get(month, (0, {}))[0] != periods[month].generation]
        for month, found in standing.items():
            assert periods[month].rows == len(found), month
            if month not in renewed:
                assert found == self.shown[month][1], f"{month} has changed without a reading"
            else:
                true = [_of_period(truth, month) for truth in window]
                assert found in true, f"{month} shows what was never so: {_difference(found, true[-1])}"
        self._check_changes({month: self.shown.get(month, (0, {}))[1] for month in renewed}, standing)
        self.shown = {month: (periods[month].generation, found) for month, found in standing.items()}
        self._check_sums(rows)

    def _ledger(self) -> tuple[dict[str, LedgerRow], dict[str, LedgerPeriod]]:
        fresh = {"populate_existing": True}
        rows = {row.transaction_id: row for row in db.session.scalars(select(LedgerRow).execution_options(**fresh))}
        periods = {one.month: one for one in db.session.scalars(select(LedgerPeriod).execution_options(**fresh))}
        db.session.rollback()
        return rows, periods

    def _check_changes(self, before: dict[str, Truth], standing: dict[str, Truth]) -> None:
        """One for each row that was paid out and is told otherwise now, or that is gone; none for any other."""
        after = {name: row for found in standing.values() for name, row in found.items()}
        expected = sum(
            (name not in after) or (row["paid"] is not None and row != after[name])
            for found in before.values()
            for name, row in found.items()
        )
        count = db.session.scalar(select(func.count()).select_from(LedgerChange)) or 0
        db.session.rollback()
        assert count - self.changes == expected, f"{count - self.changes} changes instead of {expected}"
        self.changes = count

    def _check_sums(self, rows: dict[str, LedgerRow]) -> None:
        account = self.shop.account
        found = payouts(account, Naming(PayoutsBy.MOMENT, account.zone), *EVER)
        nets, counts = Counter[tuple[str, datetime]](), Counter[tuple[str, datetime]]()
        for row in rows.values():
            if row.paid is not None:
                nets[row.currency, row.paid] += row.total_minor
                counts[row.currency, row.paid] += 1
        assert {(one.currency, one.paid): one.figures.net.minor for one in found} == dict(nets)
        assert {(one.currency, one.paid): one.figures.count for one in found} == dict(counts)
        by_currency = Counter[str]()
        for (currency, _), net in nets.items():
            by_currency[currency] += net
        assert {figures.currency: figures.net.minor for figures in totals(found)} == dict(by_currency)
        unpaid = Counter[str]()
        for row in rows.values():
            if row.paid is None:
                unpaid[row.currency] += row.total_minor
        assert {figures.currency: figures.net.minor for figures in coming(account).figures} == dict(unpaid)

    # The end

    def settle(self) -> None:
        """The provider is well again, time passes, everything is read once more: the ledger is the provider's truth."""
        while self.odd:
            self._is_mended()
        self.truths.append({name: dict(row) for name, row in self.truth.items()})
        for _ in range(2):
            long_ago = now() - timedelta(days=40)
            with writing() as session:
                session.execute(update(LedgerPeriod).values(checked=long_ago, read=long_ago))
            self.read(calm=True)
        rows, periods = self._ledger()
        assert {name: _as_told(row) for name, row in rows.items()} == self.truth
        assert [one.month for one in periods.values() if one.failure] == []


def _as_told(row: LedgerRow) -> Row:
    return {
        "type": row.type, "currency": row.currency, "amount": row.amount_minor, "fee_amount": row.fee_minor,
        "fee_rate": row.fee_rate, "fee_tax_rate": row.fee_tax_rate, "total_amount": row.total_minor, "paid": row.paid,
    }  # fmt: skip


def _of_period(truth: Truth, month: str) -> Truth:
    return {name: row for name, row in truth.items() if period_of(row["paid"], now()) == month}


def _difference(found: Truth, true: Truth) -> str:
    names = [name for name in found.keys() | true.keys() if found.get(name) != true.get(name)]
    return "; ".join(f"{name}: {found.get(name)} / {true.get(name)}" for name in names)
