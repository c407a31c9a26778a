"""Somebody sets up their own second factors, and takes them away. Their other sessions end with each change (R32).

With the first one come ten recovery codes; they go with the last one, as they are no factor by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.database import writing
from webapp.models.second_factor import Passkey
from webapp.models.staff_session import StaffSession
from webapp.models.user import User

from . import passkeys, recovery_codes, second_factor, sessions, totp
from .authentication import Person
from .reauthentication import renewed
from .second_factor import WRONG, Factor, digits_of

TOO_MANY = _l("You have %(count)s passkeys already. Remove one first.", count=passkeys.MOST)
KNOWN = _l("This passkey is known already, or the page was open for too long. Try again.")

NOT_BROUGHT = _l("The browser brought no passkey. Press the button once more.")


@dataclass(frozen=True, slots=True)
class Changed:
    """It is done. `person` is in the same session under a new token; `codes` are to be shown, once."""

    person: Person
    codes: list[str]


def set_up_app(person: Person, prepared: totp.Prepared, code: str) -> Changed | LazyString:
    """Makes this app theirs, in place of one before, if the code shows that it works; else what is wrong."""
    step = totp.step_of(prepared.seed, digits_of(code))
    if step is None:
        return WRONG
    codes = recovery_codes.new_codes()
    rows = recovery_codes.hashed(codes)
    with writing() as session:
        user = _locked(session, person)
        if totp.seed_of(user) == prepared.seed:
            return Changed(person, [])  # the same form once more
        is_first = not second_factor.has_any(session, user)
        totp.keep(user, prepared.seed, step)
        if is_first:
            recovery_codes.replace(session, person.id, rows)
        return Changed(_changed(session, person, Factor.APP), codes if is_first else [])


def add_passkey(person: Person, credential: str, name: str) -> Changed | LazyString:
    """Makes a key that the browser has just made theirs; else what is wrong."""
    key = passkeys.made(credential, person.id)
    if key is None:
        return KNOWN if credential else NOT_BROUGHT
    codes = recovery_codes.new_codes()
    rows = recovery_codes.hashed(codes)
    with writing() as session:
        user = _locked(session, person)
        if _count(session, user) >= passkeys.MOST:
            return TOO_MANY
        is_first = not second_factor.has_any(session, user)
        if not passkeys.keep(session, person.id, key, name):
            return KNOWN
        if is_first:
            recovery_codes.replace(session, person.id, rows)
        return Changed(_changed(session, person, Factor.PASSKEY), codes if is_first else [])


def remove_app(person: Person) -> Person:
    """Codes of the app are worth nothing from now on; harmless if there was none."""
    with writing() as session:
        user = _locked(session, person)
        if user.totp_seed_sealed is None:
            return person
        user.totp_seed_sealed = user.totp_last_step = None
        return _removed(session, person, user, Factor.APP)


def remove_passkey(person: Person, passkey_id: int) -> Person:
    """One of their passkeys is worth nothing from now on; harmless if it was none of theirs."""
    with writing() as session:
        user = _locked(session, person)
        passkey = session.get(Passkey, passkey_id)
        if passkey is None or passkey.user_id != person.id:
            return person
        session.delete(passkey)
        session.flush()
        return _removed(session, person, user, Factor.PASSKEY)


def new_recovery_codes(person: Person) -> list[str]:
    """Ten others; those before are worth nothing. None for who has no second factor to recover from."""
    codes = recovery_codes.new_codes()
    rows = recovery_codes.hashed(codes)
    with writing() as session:
        if not second_factor.has_any(session, _locked(session, person)):
            return []
        recovery_codes.replace(session, person.id, rows)
        audit.record(audit.Action.RECOVERY_CODES_MADE, object_type="user", object_id=person.id)
    return codes


def would_be_last(session: Session, user: User, *, app: bool) -> bool:
    """Whether without the app, or without one passkey, somebody had no second factor."""
    count = _count(session, user)
    return count == 0 if app else count == 1 and user.totp_seed_sealed is None


def _removed(session: Session, person: Person, user: User, factor: Factor) -> Person:
    if not second_factor.has_any(session, user):
        second_factor.remove_all(session, user)
    return _changed(session, person, factor, audit.Action.FACTOR_REMOVED, second_factor.has_any(session, user))


def _changed(
    session: Session,
    person: Person,
    factor: Factor,
    action: audit.Action = audit.Action.FACTOR_ADDED,
    has_one: bool = True,
) -> Person:
    """Ends the person's other sessions, with its entries, and renews this one."""
    again = replace(renewed(session, person), has_second_factor=has_one)
    others = (StaffSession.user_id == person.id, StaffSession.id != person.session_id)
    sessions.end(session, *others, reason=sessions.FACTORS_CHANGED)
    audit.record(action, object_type="user", object_id=person.id, after={"factor": str(factor)})
    return again


def _count(session: Session, user: User) -> int:
    return session.scalar(select(func.count()).select_from(Passkey).where(Passkey.user_id == user.id)) or 0


def _locked(session: Session, person: Person) -> User:
    return session.get_one(User, person.id, populate_existing=True, with_for_update=True)
