"""Whether every figure that is shown is the sum of rows which were proved, by reckoning it again from them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.settlement.ledger.payout_id import Naming, PayoutsBy
from webapp.settlement.ledger.payouts import coming, payouts, rows_of_payout, totals
from webapp.settlement.ledger.rates import rates
from webapp.settlement.reconciliation.fee_months import fee_months, months_until

from .desk import Desk, Ledger, micros
from .truth import COMING, KEPT, LARGEST, first_of_new_rates, flagged, sums_of

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
TOTAL, AMOUNT = KEPT.index("total_minor"), KEPT.index("amount_minor")


def check_shown(desk: Desk, ledger: Ledger) -> None:
    """Payouts, what is coming, rates and fees, against the rows of the ledger."""
    by_payout: dict[tuple[str, int], dict[str, tuple]] = {}
    for own in ledger.rows.values():
        for name, kept in own.items():
            if kept[-1] is not None:
                by_payout.setdefault((kept[1], kept[-1]), {})[name] = kept
    _check_payouts(desk, ledger, by_payout)
    _check_coming(desk, ledger)
    _check_rates(desk, ledger)
    _check_fees(desk, ledger)


def _check_payouts(desk: Desk, ledger: Ledger, by_payout: dict[tuple[str, int], dict[str, tuple]]) -> None:
    naming = Naming(PayoutsBy.MOMENT, desk.account.zone)
    period_of = {name: period for period, own in ledger.rows.items() for name in own}
    found = payouts(desk.account, naming, FIRST, LAST)
    told = {(one.currency, micros(one.paid)): one for one in found}
    assert len(told) == len(found)
    assert set(told) == set(by_payout)
    review, every_row = flagged(ledger.every_row), ledger.every_row
    is_marked = first_of_new_rates(every_row) == ledger.new_rates
    for key, rows in by_payout.items():
        figures = told[key].figures
        assert figures.count == len(rows)
        assert figures.net.minor == sum(kept[TOTAL] for kept in rows.values())
        assert figures.gross.minor == sum(kept[AMOUNT] for kept in rows.values())
        periods = {period_of[name] for name in rows}
        read = [ledger.periods[period].read for period in periods]
        assert told[key].read == (min(read), max(read))
        if is_marked:
            assert told[key].flagged == review[key]
    for figures in totals(found):
        own = [kept for (currency, _), rows in by_payout.items() if currency == figures.currency
               for kept in rows.values()]  # fmt: skip
        assert figures.net.minor == sum(kept[TOTAL] for kept in own)
    if found:
        last = found[-1]
        shown = rows_of_payout(desk.account, naming, last.currency, last.name, limit=10_000)
        assert {row.transaction_id for row in shown} == by_payout[last.currency, micros(last.paid)].keys()


def _check_coming(desk: Desk, ledger: Ledger) -> None:
    found, period = coming(desk.account), ledger.periods.get(COMING)
    assert found.as_of == (period.read if period else None)
    rows = ledger.rows.get(COMING, {}).values()
    assert {one.currency: (one.count, one.net.minor) for one in found.figures} == {
        currency: (len(own), sum(kept[TOTAL] for kept in own))
        for currency in {kept[1] for kept in rows}
        if (own := [kept for kept in rows if kept[1] == currency])
    }
    later = [kept for kept in ledger.every_row.values() if kept[-1] and kept[-1] > micros(datetime.now(UTC))]
    assert sum(one.net.minor for one in found.dated_later) == sum(kept[TOTAL] for kept in later)


def _check_rates(desk: Desk, ledger: Ledger) -> None:
    found = rates(desk.account)
    assert sum(one.rows for one in found) == len(ledger.every_row)
    assert {one.first_id for one in found if one.is_change} == first_of_new_rates(ledger.every_row)


def _check_fees(desk: Desk, ledger: Ledger) -> None:
    moment = datetime.now(UTC)
    for currency, lines in fee_months(desk.account, months_until(moment.date(), 3, desk.account, moment)).items():
        for line in lines:
            if line.sums is None:
                continue
            start, end = micros(line.month.start), micros(line.month.end)
            own = [(key, sums) for period in ledger.sums.values() for key, sums in period.items()
                   if key[0] == currency and key[1] is not None and start <= key[1] < end]  # fmt: skip
            charged = [sums for key, sums in own if key[3] or key[2] == "order"]
            assert line.sums.count == sum(one.count for one in charged)
            assert line.sums.total_minor == sum(one.total for one in charged)
            assert line.sums.fees_minor == sum(one.fees for one in charged)


def check_receipts(desk: Desk, ledger: Ledger, before: Ledger) -> None:
    """What a receipt is compared with is what its payout comes to now; what became otherwise is open and on record."""
    naming = Naming(PayoutsBy.MOMENT, desk.account.zone)
    earlier, every_row = {one.id: one for one in before.receipts}, list(ledger.every_row.values())
    for one in ledger.receipts:
        first, end = naming.of(one.payout).range(one.payout)
        own = [kept for kept in every_row if kept[1] == one.currency and kept[-1] is not None
               and micros(first) <= kept[-1] < micros(end)]  # fmt: skip
        net = sum(kept[TOTAL] for kept in own)
        assert one.expected_minor == max(-LARGEST, min(net, LARGEST)), one.payout
        was = earlier.get(one.id)
        if was is None or was.expected_minor == one.expected_minor:
            continue
        assert one.state == ("equal" if one.received_minor == net else "open")
        assert one.version > was.version
        assert _entries(one.currency, one.payout, since=one.changed - timedelta(minutes=1)) > 0


def _entries(currency: str, payout: str, since: datetime) -> int:
    moment = since.isoformat(timespec="microseconds")
    asked = select(func.count()).where(AuditEntry.object_id == f"{currency} {payout}", AuditEntry.ts >= moment)
    found = db.session.scalar(asked) or 0
    release()
    return found


def check_sums(ledger: Ledger) -> None:
    """Rows, sums and the number on record of each period agree; nothing is shown of what was never proved."""
    names = [name for own in ledger.rows.values() for name in own]
    assert len(names) == len(set(names)), "a transaction stands in two periods"
    assert set(ledger.rows) | set(ledger.sums) <= set(ledger.periods)
    for month, period in ledger.periods.items():
        rows = ledger.rows.get(month, {})
        assert period.rows == len(rows), month
        assert ledger.sums.get(month, {}) == sums_of(rows), month
        assert period.is_proved or not rows
        assert (period.read is not None) == period.is_proved
