"""Guessing is stopped in the database, so that a restart or a second worker forgets nothing.

Ten failures against one identity within half an hour lock it for half an hour; the right password is refused too.
An identity that does not exist is counted alike. One address may fail far more often, because a whole office
shares one, before it has to wait. An attempt is counted *before* its password is looked at: of many at once,
no more than the limit are ever tried.

What strangers do locks strangers out: a browser in which the person has signed in before has a counter of its own, and
so has the question whether it is still the same person, who is signed in; no address has to wait for that. Second
factors are counted apart from passwords in the same three ways.
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
class Counter:
    """What an attempt is counted against. `identity` is None where the counter is that of the identity itself."""

    key: str
    identity: str | None
    counts_address: bool


def of_sign_in(email: str, browser: str | None) -> Counter:
    """Of who is not signed in: everybody who tries the identity together, or one browser in which it is known."""
    identity = identity_digest(email)
    if browser is None:
        return Counter(identity, None, counts_address=True)
    return Counter(_digest("browser", f"{browser}\0{email}"), identity, counts_address=True)


def of_proof(email: str) -> Counter:
    """Of somebody who is signed in and proves who they are."""
    return Counter(_digest("proof", email), identity_digest(email), counts_address=False)


def of_factor(email: str, browser: str | None) -> Counter:
    """Of second factors after the right password: whoever knows that locks out strangers, and no known browser."""
    key = _digest("factor", email) if browser is None else _digest("factor browser", f"{browser}\0{email}")
    return Counter(key, identity_digest(email), counts_address=False)


def of_factor_proof(email: str) -> Counter:
    """Of second factors of somebody who is signed in."""
    return Counter(_digest("factor proof", email), identity_digest(email), counts_address=False)


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """One counted attempt. `locked`: its counter was locked before it; `locks`: failing now, it is the last one."""

    key: str
    address: str | None
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


def count_attempt(session: Session, counter: Counter, ip: str) -> SignInAttempt:
    """Counts an attempt as a failure until `forget` says otherwise. Call inside `writing(lock=LOCK_NAME)`."""
    moment = now()
    session.execute(delete(SignInThrottle).where(SignInThrottle.since < moment - WINDOW - LOCK))
    address = None
    if counter.counts_address:
        address = _count(session, _digest("address", ip), None, moment, MOST_PER_ADDRESS, ADDRESS_WAIT)
    counted = _count(session, counter.key, counter.identity, moment, MOST_PER_IDENTITY, LOCK)
    return SignInAttempt(
        key=counted.key,
        address=address.key if address else None,
        locked=counted.was_locked,
        locks=counted.locks,
        wait=address.until - moment if address and address.was_locked and address.until else None,
    )


def count_address(session: Session, ip: str) -> None:
    """A failure of nobody in particular. Call inside `writing(lock=LOCK_NAME)`."""
    _count(session, _digest("address", ip), None, now(), MOST_PER_ADDRESS, ADDRESS_WAIT)


@dataclass(frozen=True, slots=True)
class _Counted:
    key: str
    was_locked: bool
    locks: bool
    until: datetime | None


def _count(
    session: Session, key: str, identity: str | None, moment: datetime, most: int, lock: timedelta
) -> _Counted:
    row = session.get(SignInThrottle, key, populate_existing=True)
    if row is not None and row.locked_until is not None and row.locked_until > moment:
        return _Counted(key, True, False, row.locked_until)
    if row is None:
        row = SignInThrottle(key_digest=key, identity=identity, failures=0, since=moment)
        session.add(row)
    elif row.locked_until is not None or row.since <= moment - WINDOW:
        row.failures, row.since, row.locked_until = 0, moment, None
    row.failures += 1
    locks = row.failures >= most
    if locks:
        row.locked_until = moment + lock
    return _Counted(key, False, locks, row.locked_until)


def forget(session: Session, attempt: SignInAttempt) -> None:
    """The attempt was right: its counter starts anew, and the address is not charged for it. Same lock."""
    session.execute(delete(SignInThrottle).where(SignInThrottle.key_digest == attempt.key))
    if attempt.address is None:
        return
    session.execute(
        update(SignInThrottle)
        .where(SignInThrottle.key_digest == attempt.address)
        .values(failures=SignInThrottle.failures - 1, locked_until=None)
    )


def unlock(session: Session, email: str) -> bool:
    """Takes the locks, and the failures counted so far, off one identity, everywhere; whether there were any."""
    digest = identity_digest(email)
    of_them = (SignInThrottle.key_digest == digest) | (SignInThrottle.identity == digest)
    return bool(session.execute(delete(SignInThrottle).where(of_them)).rowcount)  # type: ignore[attr-defined]
