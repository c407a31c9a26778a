"""The second factor after the password: an authenticator app, a passkey, or a recovery code.

Attempts are counted before they are looked at, apart from passwords. What proves somebody is used up in the same
transaction as what it lets them do, so that it does that once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from flask import request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.second_factor import Passkey, RecoveryCode
from webapp.models.user import User

from . import passkeys, passwords, recovery_codes, throttle, totp
from .slots import NoSlot, Slots

MISSING = _l("Type the code, or use a passkey.")
WRONG = _l("This code is not right. Look at what the app shows now, and type it again.")
USED = _l("This code was used already. Wait until the app shows the next one.")
WRONG_PASSKEY = _l("This passkey was not accepted. Try again, or use a code.")
LOCKED = _l("Too many wrong codes. Try again in half an hour, or ask an admin.")
BUSY = _l("Nothing was checked, because the desk is busy. Try again in a few seconds.")


class Factor(StrEnum):
    """With what somebody proved themselves."""

    APP = "authenticator app"
    PASSKEY = "passkey"
    RECOVERY = "recovery code"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was sent: the digits of an app, or of a recovery code; or what a browser brings of a passkey."""

    code: str = field(default="", repr=False)
    passkey: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of it: `use` uses the proof up inside of `writing()`, and may find that somebody was quicker."""

    words: LazyString
    cause: str
    attempt: throttle.SignInAttempt | None = None
    factor: Factor | None = None
    use: Callable[[Session], bool] | None = None

    def take(self, session: Session) -> bool:
        """Whether the proof holds; it is used up now, and its counter starts anew. Call inside `writing()`."""
        if self.use is None or self.attempt is None or not self.use(session):
            return False
        throttle.forget(session, self.attempt)
        return True


def has_any(session: Session, user: User) -> bool:
    """Whether somebody has an app or a passkey; recovery codes alone are none."""
    of_theirs = select(Passkey.id).where(Passkey.user_id == user.id).limit(1)
    return user.totp_seed_sealed is not None or session.scalar(of_theirs) is not None


def remove_all(session: Session, user: User) -> None:
    """Nothing but the password is left. Call inside `writing()`."""
    user.totp_seed_sealed = user.totp_last_step = None
    for table in (Passkey, RecoveryCode):
        session.execute(delete(table).where(table.user_id == user.id))


def check(
    user_id: int, proof: Proof, counter: throttle.Counter, purpose: str, subject: str, places: Slots = passwords.STAFF
) -> Checked:
    """Counts an attempt and looks at it. `purpose` and `subject` are those of the passkey's challenge."""
    code = digits_of(proof.code)
    if not code and not proof.passkey:
        return Checked(MISSING, "nothing sent")
    with writing(lock=throttle.LOCK_NAME) as session:
        attempt = throttle.count_attempt(session, counter, request.remote_addr or "")
    if attempt.locked:
        return Checked(LOCKED, "locked", attempt)
    if proof.passkey:
        return _of_passkey(attempt, passkeys.used(proof.passkey, purpose, subject, user_id))
    if len(code) != recovery_codes.DIGITS:
        return _of_app(attempt, user_id, code)
    try:
        with places.one():
            return _of_recovery(attempt, user_id, code)
    except NoSlot:
        return Checked(BUSY, "no place", attempt)


def _of_app(attempt: throttle.SignInAttempt, user_id: int, code: str) -> Checked:
    user = db.session.get_one(User, user_id, populate_existing=True)
    seed = totp.seed_of(user)
    release()
    step = totp.step_of(seed, code) if seed else None
    if step is None:
        return Checked(WRONG, "wrong code", attempt)
    return Checked(USED, "code used before", attempt, Factor.APP, lambda s: totp.use_step(s, user_id, step))


def _of_recovery(attempt: throttle.SignInAttempt, user_id: int, code: str) -> Checked:
    digest = recovery_codes.digest_for(user_id, code)
    if digest is None:
        return Checked(WRONG, "wrong code", attempt)
    return Checked(WRONG, "wrong code", attempt, Factor.RECOVERY, lambda s: recovery_codes.use(s, user_id, digest))


def _of_passkey(attempt: throttle.SignInAttempt, used: passkeys.Used | None) -> Checked:
    if used is None:
        return Checked(WRONG_PASSKEY, "wrong passkey", attempt)
    return Checked(WRONG_PASSKEY, "answer used before", attempt, Factor.PASSKEY, lambda s: passkeys.use(s, used))


def digits_of(typed: str) -> str:
    """What was typed without blanks and hyphens, in the digits of every keyboard."""
    plain = (character for character in typed[:100] if not character.isspace() and character != "-")
    return "".join(str(unicodedata.decimal(character, character)) for character in plain)
