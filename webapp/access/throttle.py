"""Guessing is stopped in the database, so that a restart or a second worker forgets nothing.

Ten failures against one identity within half an hour lock it for half an hour; the right password is refused too.
An identity that does not exist is counted alike. One address may fail far more often, because a whole office
shares one, before it has to wait. An attempt is counted *before* its password is looked at: of many at once,
no more than the limit are ever tried.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.sign_in_throttle import SignInThrottle

LOCK_NAME = "sign-in"
"""What `writing()` must hold to count, so that counters are changed one after the other and never in a circle."""

MOST_PER_IDENTITY = 10
MOST_PER_ADDRESS = 500
WINDOW = timedelta(minutes=30)
LOCK = timedelta(minutes=30)
ADDRESS_WAIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """One counted attempt. `locked`: the identity was locked before it; `locks`: failing now, it is the last one."""

    identity: str
    address: str
    locked: bool
    locks: bool
    wait: timedelta | None


def identity_digest(email: str) -> str:
    """A keyed digest of what was typed as the e-mail address."""
    return _digest("identity", email)


def _digest(kind: str, text: str) -> str:
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, f"sign-in {kind}\0{text}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def wait_of(ip: str) -> timedelta | None:
    """How long an address has to wait, if it has; only read, so that asking costs next to nothing."""
    key = _digest("address", ip)
    until = db.session.scalar(select(SignInThrottle.locked_until).where(SignInThrottle.key_digest == key))
    moment = now()
    return until - moment if until is not None and until > moment else None


def count_attempt(session: Session, email: str, ip: str) -> SignInAttempt:
    """Counts an attempt as a failure until `forget` says otherwise. Call inside `writing(lock=LOCK_NAME)`."""
    moment = now()
    session.execute(delete(SignInThrottle).where(SignInThrottle.since < moment - WINDOW - LOCK))
    address = _count(session, _digest("address", ip), moment, MOST_PER_ADDRESS, ADDRESS_WAIT)
    identity = _count(session, identity_digest(email), moment, MOST_PER_IDENTITY, LOCK)
    return SignInAttempt(
        identity=identity.key,
        address=address.key,
        locked=identity.was_locked,
        locks=identity.locks,
        wait=address.until - moment if address.was_locked and address.until else None,
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    key: str
    was_locked: bool
    locks: bool
    until: datetime | None


def _count(session: Session, key: str, moment: datetime, most: int, lock: timedelta) -> _Counted:
    row = session.get(SignInThrottle, key, populate_existing=True)
    if row is not None and row.locked_until is not None and row.locked_until > moment:
        return _Counted(key, True, False, row.locked_until)
    if row is None:
        row = SignInThrottle(key_digest=key, failures=0, since=moment)
        session.add(row)
    elif row.locked_until is not None or row.since <= moment - WINDOW:
        row.failures, row.since, row.locked_until = 0, moment, None
    row.failures += 1
    locks = row.failures >= most
    if locks:
        row.locked_until = moment + lock
    return _Counted(key, False, locks, row.locked_until)


def forget(session: Session, attempt: SignInAttempt) -> None:
    """The attempt was right: the identity starts anew, and the address is not charged for it. Same lock."""
    session.execute(delete(SignInThrottle).where(SignInThrottle.key_digest == attempt.identity))
    session.execute(
        update(SignInThrottle)
        .where(SignInThrottle.key_digest == attempt.address)
        .values(failures=SignInThrottle.failures - 1, locked_until=None)
    )


def unlock(session: Session, email: str) -> bool:
    """Takes the lock, and the failures counted so far, off one identity; whether there were any."""
    digest = identity_digest(email)
    return bool(session.execute(delete(SignInThrottle).where(SignInThrottle.key_digest == digest)).rowcount)  # type: ignore[attr-defined]
