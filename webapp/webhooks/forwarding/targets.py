"""The targets of an account: added, changed, paused, switched on, deleted; and how each does.

Each change in one transaction with its audit entry, which holds a name, a host and a fingerprint, never an address or
a secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import SecretStr
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core import sealing
from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.delivery import ForwardState
from webapp.models.forward import Forward, ForwardTarget
from webapp.webhooks.address import HookAddress, host_of
from webapp.webhooks.deliveries.forwards import TARGET_EVENTS, lock_deliveries, sum_up

MOST_TARGETS = 10
"""Of one account."""


class NoSuchTarget(Exception):
    """There is none, or it was deleted."""


class NameTaken(Exception):
    """Another target of the account has this name."""


class TooManyTargets(Exception):
    """The account has as many as it may."""


class Wish(NamedTuple):
    """What a target shall be; without a secret the present one stays."""

    name: str
    address: HookAddress
    events: tuple[str, ...]
    secret: SecretStr | None


class Tally(NamedTuple):
    """How many deliveries stand how at a target."""

    waiting: int = 0
    sent: int = 0
    failed: int = 0
    superseded: int = 0


def targets_of(account: Account) -> Sequence[ForwardTarget]:
    """Those that were not deleted, by name."""
    there = select(ForwardTarget).where(ForwardTarget.account == account.slug, ForwardTarget.deleted.is_(None))
    return db.session.scalars(there.order_by(func.lower(ForwardTarget.name), ForwardTarget.id)).all()


def target_of(account: Account, target_id: int) -> ForwardTarget:
    """Raises NoSuchTarget."""
    target = db.session.get(ForwardTarget, target_id, populate_existing=True)
    if target is None or target.account != account.slug or target.deleted is not None:
        raise NoSuchTarget
    return target


def tallies(targets: Sequence[ForwardTarget]) -> Mapping[int, Tally]:
    """By target; of what the desk still keeps."""
    counted = select(Forward.target_id, Forward.state, func.count()).where(
        Forward.target_id.in_([one.id for one in targets])
    )
    found: dict[int, dict[str, int]] = {one.id: {} for one in targets}
    for target_id, state, count in db.session.execute(counted.group_by(Forward.target_id, Forward.state)):
        found[target_id][state] = count
    return {target_id: Tally(**counts) for target_id, counts in found.items()}


def add_target(account: Account, wish: Wish, person_id: int, settings: Settings) -> ForwardTarget:
    """Each genuine delivery of its events is forwarded to it from now on. Raises NameTaken, TooManyTargets."""
    if wish.secret is None:
        raise ValueError("a new target needs a secret")
    target = ForwardTarget(account=account.slug, active=True, created=now(), served=now(), failures=0)
    _write(target, wish, person_id, settings)
    try:
        with writing(lock=f"forwarding:{account.slug}") as session:
            mine = (ForwardTarget.account == account.slug, ForwardTarget.deleted.is_(None))
            if (session.scalar(select(func.count()).where(*mine)) or 0) >= MOST_TARGETS:
                raise TooManyTargets
            session.add(target)
            session.flush()
            _record(account, target, "target_added")
    except IntegrityError:
        raise NameTaken from None
    return target


def change_target(account: Account, target_id: int, wish: Wish, person_id: int, settings: Settings) -> None:
    """What waits goes to the new address too. Raises NoSuchTarget, NameTaken."""
    try:
        with writing() as session:
            target = _locked(session, account, target_id)
            if target.url != wish.address.url:
                target.failures, target.silent_until = 0, None
            _write(target, wish, person_id, settings)
            session.flush()
            _record(account, target, "target_changed")
    except IntegrityError:
        raise NameTaken from None


def pause_target(account: Account, target_id: int, person_id: int) -> None:
    """Nothing more is sent to it, and what still waits is given up: it can be replayed. Raises NoSuchTarget."""
    with writing() as session:
        target = _locked(session, account, target_id)
        if not target.active:
            return
        target.active, target.off_since, target.changed, target.changed_by = False, now(), now(), person_id
        _give_up_waiting(session, target)
        _record(account, target, "target_paused")


def resume_target(account: Account, target_id: int, person_id: int) -> None:
    """Deliveries that come from now on are sent to it again. Raises NoSuchTarget."""
    with writing() as session:
        target = _locked(session, account, target_id)
        if target.active:
            return
        target.active, target.changed, target.changed_by = True, now(), person_id
        target.failures, target.silent_until = 0, None
        _record(account, target, "target_resumed")


def delete_target(account: Account, target_id: int, person_id: int) -> None:
    """Its address and its secret are forgotten; its name stays for what was sent to it. Raises NoSuchTarget."""
    with writing() as session:
        target = _locked(session, account, target_id)
        _record(account, target, "target_deleted")
        target.deleted, target.active, target.changed, target.changed_by = now(), False, now(), person_id
        target.url, target.secret_sealed = "", None
        _give_up_waiting(session, target)


def _write(target: ForwardTarget, wish: Wish, person_id: int, settings: Settings) -> None:
    target.name, target.url = wish.name, wish.address.url
    target.events = ",".join(event for event in TARGET_EVENTS if event in wish.events)
    target.changed, target.changed_by = now(), person_id
    if wish.secret is not None:
        target.secret_sealed = sealing.seal(settings, wish.secret)
        target.secret_fingerprint = sealing.fingerprint(settings, wish.secret)


def _locked(session: Session, account: Account, target_id: int) -> ForwardTarget:
    statement = select(ForwardTarget).where(
        ForwardTarget.id == target_id, ForwardTarget.account == account.slug, ForwardTarget.deleted.is_(None)
    )
    target = session.scalar(statement.with_for_update(of=ForwardTarget).execution_options(populate_existing=True))
    if target is None:
        raise NoSuchTarget
    return target


def _give_up_waiting(session: Session, target: ForwardTarget) -> None:
    waiting = (Forward.target_id == target.id, Forward.state == ForwardState.WAITING)
    deliveries = session.scalars(select(Forward.delivery_id).where(*waiting)).all()
    lock_deliveries(session, deliveries)
    session.execute(
        update(Forward)
        .where(*waiting)
        .values(state=ForwardState.FAILED, next_try=None)
        .execution_options(synchronize_session=False)
    )
    sum_up(session, deliveries)


def _record(account: Account, target: ForwardTarget, what: str) -> None:
    audit.record(
        audit.Action.RECEIVER_CHANGED,
        account=account.slug,
        object_type="target",
        object_id=target.id,
        after={
            "what": what,
            "target": target.name,
            "host": host_of(target.url),
            "event": target.events,
            "active": target.active,
            "secret_fingerprint": target.secret_fingerprint,
        },
    )
