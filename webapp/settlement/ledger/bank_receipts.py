"""What the bank received for a payout: typed by finance, compared to the minor unit, and what became of a difference.

Every change is one transaction with its audit entry, and is refused on a form that was filled in on an older state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp import audit
from webapp.access.permissions import Permission, Role, permissions_of
from webapp.access.roles import role_on
from webapp.audit.recording import Fact
from webapp.calendar import TICK
from webapp.core.accounts import Account
from webapp.core.database import lock_key, release, writing
from webapp.core.extensions import db
from webapp.models.bank_receipt import BankReceipt, ReceiptState
from webapp.models.base import now
from webapp.models.user import User
from webapp.money import LARGEST_MINOR, Money

from .payout_id import Naming, PayoutsBy
from .payouts import Payout
from .periods import period_of
from .sums import moment_text, net_by_payout
from .totals import explanations

LENGTH_OF_DAY = len("2026-11-24")
EXCEPTION_STATES = (ReceiptState.OPEN, ReceiptState.CLOSED)


class StaleReceipt(Exception):
    """Somebody else has changed it since the form was opened."""


class ReceiptRefused(Exception):
    """The state of the receipt (any more) does not allow it, or the explanation does not explain it."""


@dataclass(frozen=True, slots=True)
class SeenReceipt:
    """What a form was filled in on: the payout, and how often its receipt had been changed (0: there was none)."""

    account: Account
    payout: Payout
    version: int


def receipts_of(account: Account, names: Iterable[str]) -> dict[tuple[str, str], BankReceipt]:
    """What was entered for payouts of these names, by currency and name."""
    found = db.session.scalars(
        select(BankReceipt).where(BankReceipt.account == account.slug, BankReceipt.payout.in_(list(names)))
    )
    receipts = {(one.currency, one.payout): one for one in found}
    release()
    return receipts


def receipt_of(account: Account, payout: Payout) -> BankReceipt | None:
    return receipts_of(account, [payout.name]).get((payout.currency, payout.name))


def receipts_around(account: Account, payouts: Sequence[Payout]) -> dict[tuple[str, str], list[BankReceipt]]:
    """Amounts that were entered for the same rows while payouts were told apart otherwise, by moment or by day; by
    currency and name of each payout that has some.
    """
    naming = Naming(PayoutsBy.MOMENT, account.zone)
    found: dict[tuple[str, str], list[BankReceipt]] = {}
    for is_by_day in (False, True):
        asked = [one for one in payouts if (len(one.name) == LENGTH_OF_DAY) is not is_by_day]
        others = _receipts_by(account, is_by_day=is_by_day) if asked else []
        for one in asked:
            span = naming.of(one.name).range(one.name)
            near = [
                receipt
                for receipt, other in others
                if span and receipt.currency == one.currency and other[0] < span[1] and span[0] < other[1]
            ]
            if near:
                found[one.currency, one.name] = near
    return found


def _receipts_by(account: Account, *, is_by_day: bool) -> list[tuple[BankReceipt, tuple[datetime, datetime]]]:
    """Receipts of days, or of moments, each with the range of its payout."""
    naming = Naming(PayoutsBy.MOMENT, account.zone)
    length = func.length(BankReceipt.payout)
    is_asked = length == LENGTH_OF_DAY if is_by_day else length > LENGTH_OF_DAY
    kept = db.session.scalars(select(BankReceipt).where(BankReceipt.account == account.slug, is_asked)).all()
    release()
    spans = [(receipt, naming.of(receipt.payout).range(receipt.payout)) for receipt in kept]
    return [(receipt, span) for receipt, span in spans if span]


def people_who_may_own(account: Account) -> Sequence[User]:
    """Those who may settle exceptions of the account, by name."""
    roles = [role for role in Role if Permission.SETTLEMENTS_RESOLVE in permissions_of(role)]
    asked = select(User).where(User.active.is_(True), role_on(account.slug).in_(roles)).order_by(User.name, User.id)
    found = db.session.scalars(asked).all()
    release()
    return found


def enter_amount(seen: SeenReceipt, received: Money, person_id: int) -> BankReceipt:
    """Keeps what the bank received, also instead of an earlier amount; a difference opens an exception.

    It is the typing person's at first. Raises StaleReceipt, also where the payout comes to something else by now;
    ReceiptRefused for a net that no column holds.
    """
    net = seen.payout.figures.net
    if abs(net.minor) > LARGEST_MINOR:
        raise ReceiptRefused
    with _changing(seen) as (session, receipt):
        if _net_now(seen.account, net.currency, seen.payout.name) != net.minor:
            raise StaleReceipt
        before = _facts(receipt) if receipt else None
        was_open = receipt is not None and receipt.state == ReceiptState.OPEN
        if receipt is None:
            receipt = BankReceipt(
                account=seen.account.slug,
                currency=net.currency,
                payout=seen.payout.name,
                version=0,
                entered_by=person_id,
            )
            session.add(receipt)
        receipt.received_minor, receipt.expected_minor = received.minor, net.minor
        receipt.state = ReceiptState.EQUAL if received == net else ReceiptState.OPEN
        receipt.explained_by = None
        receipt.owner_id = None if received == net else receipt.owner_id or person_id
        receipt.entered_by, receipt.entered = person_id, now()
        _changed(receipt, audit.Action.BANK_AMOUNT_ENTERED, before)
        if receipt.state == ReceiptState.OPEN and not was_open:
            _record(receipt, audit.Action.EXCEPTION_OPENED, None)
    return receipt


def explain(seen: SeenReceipt, lines: tuple[str, ...]) -> BankReceipt:
    """Accepts that whole lines of the payout make up the difference. Raises StaleReceipt, ReceiptRefused."""
    with _changing(seen) as (_, receipt):
        if (
            receipt is None
            or receipt.state == ReceiptState.EQUAL
            or receipt.expected_minor != seen.payout.figures.net.minor
        ):
            raise ReceiptRefused
        if lines not in explanations(seen.payout.figures, receipt.received):
            raise ReceiptRefused
        before = _facts(receipt)
        receipt.state, receipt.explained_by = ReceiptState.EXPLAINED, ",".join(lines)
        _changed(receipt, audit.Action.DIFFERENCE_EXPLAINED, before)
    return receipt


def change_exception(seen: SeenReceipt, owner_id: int, note: str) -> BankReceipt:
    """Gives an open or closed exception to somebody, with a note. Raises StaleReceipt, ReceiptRefused."""
    return _settle(seen, EXCEPTION_STATES, None, audit.Action.EXCEPTION_CHANGED, owner_id, note)


def close_exception(seen: SeenReceipt, owner_id: int, note: str) -> BankReceipt:
    """The difference was dealt with; the note says how. Raises StaleReceipt, ReceiptRefused."""
    return _settle(seen, (ReceiptState.OPEN,), ReceiptState.CLOSED, audit.Action.EXCEPTION_CLOSED, owner_id, note)


def reopen_exception(seen: SeenReceipt, owner_id: int, note: str) -> BankReceipt:
    """What was closed or explained is looked at again. Raises StaleReceipt, ReceiptRefused."""
    states = (ReceiptState.CLOSED, ReceiptState.EXPLAINED)
    return _settle(seen, states, ReceiptState.OPEN, audit.Action.EXCEPTION_OPENED, owner_id, note)


def reopen_changed(session: Session, account: Account, periods: Iterable[str]) -> None:
    """Compares with the bank again what these periods' payouts come to now: inside of the transaction that made them
    current. A difference that was none, or was dealt with, is open again.
    """
    listed = set(periods)
    nets = net_by_payout(account.slug, listed)
    if session.get_bind().dialect.name == "postgresql":  # as whoever types or closes one: see `_changing`
        session.execute(select(func.pg_advisory_xact_lock(lock_key(f"receipts {account.slug}"))))
    asked = select(BankReceipt).where(BankReceipt.account == account.slug)
    for receipt in session.scalars(asked.execution_options(populate_existing=True)):
        net = _net_of(account, receipt.currency, receipt.payout, nets, listed)
        if net is None or net == receipt.expected_minor:
            continue
        before = _facts(receipt)
        receipt.expected_minor, receipt.explained_by = net, None
        receipt.state = ReceiptState.EQUAL if receipt.received_minor == net else ReceiptState.OPEN
        is_open = receipt.state == ReceiptState.OPEN
        action = audit.Action.EXCEPTION_OPENED if is_open else audit.Action.EXCEPTION_CHANGED
        _changed(receipt, action, before, reason="the provider changed the payout")


def _net_now(account: Account, currency: str, name: str) -> int | None:
    """What a payout comes to at this moment; inside of a transaction."""
    touched = _touched(account, name)
    return _net_of(account, currency, name, net_by_payout(account.slug, touched), touched)


def _touched(account: Account, name: str) -> set[str]:
    """The periods that the rows of a payout stand in."""
    span, moment = Naming(PayoutsBy.MOMENT, account.zone).of(name).range(name), now()
    return {period_of(first, moment) for first in (span[0], span[1] - TICK)} if span else set()


def _net_of(
    account: Account, currency: str, name: str, nets: dict[tuple[str, str], int], periods: set[str]
) -> int | None:
    """What a payout comes to, no more than a receipt's column holds; None where it has nothing to do with these
    periods. A day may reach into another month, whose rows count as they were proved before.
    """
    span, touched = Naming(PayoutsBy.MOMENT, account.zone).of(name).range(name), _touched(account, name)
    if span is None or not touched & periods:
        return None
    if not touched <= periods:
        nets = net_by_payout(account.slug, touched)
    first, end = map(moment_text, span)
    own = (net for (code, paid), net in nets.items() if code == currency and first <= paid < end)
    return max(-LARGEST_MINOR, min(sum(own), LARGEST_MINOR))


def _settle(
    seen: SeenReceipt,
    allowed: tuple[ReceiptState, ...],
    state: ReceiptState | None,
    action: audit.Action,
    owner_id: int,
    note: str,
) -> BankReceipt:
    with _changing(seen) as (_, receipt):
        if receipt is None or receipt.state not in allowed:
            raise ReceiptRefused
        before = _facts(receipt)
        receipt.state, receipt.owner_id, receipt.note = state or receipt.state, owner_id, note or None
        if state == ReceiptState.OPEN:
            receipt.explained_by = None
        _changed(receipt, action, before, reason=note or None)
    return receipt


@contextmanager
def _changing(seen: SeenReceipt) -> Iterator[tuple[Session, BankReceipt | None]]:
    """The receipt as it is now, for a change; refused when it is not what the form was filled in on."""
    with writing(lock=f"receipts {seen.account.slug}") as session:
        receipt = session.scalar(
            select(BankReceipt)
            .where(
                BankReceipt.account == seen.account.slug,
                BankReceipt.currency == seen.payout.currency,
                BankReceipt.payout == seen.payout.name,
            )
            .execution_options(populate_existing=True)
        )
        if (receipt.version if receipt else 0) != seen.version:
            raise StaleReceipt
        yield session, receipt


def _changed(
    receipt: BankReceipt, action: audit.Action, before: dict[str, Fact] | None, *, reason: str | None = None
) -> None:
    receipt.version += 1
    receipt.changed = now()
    _record(receipt, action, before, reason)


def _record(
    receipt: BankReceipt, action: audit.Action, before: dict[str, Fact] | None, reason: str | None = None
) -> None:
    audit.record(
        action,
        account=receipt.account,
        object_type="payout",
        object_id=f"{receipt.currency} {receipt.payout}",
        before=before,
        after=_facts(receipt),
        reason=reason,
    )


def _facts(receipt: BankReceipt) -> dict[str, Fact]:
    return {
        "currency": receipt.currency,
        "expected_minor": receipt.expected_minor,
        "received_minor": receipt.received_minor,
        "difference_minor": receipt.difference.minor,
        "explained_by": receipt.explained_by,
        "state": str(receipt.state),
        "owner_id": receipt.owner_id,
    }
