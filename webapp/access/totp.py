"""Codes of an authenticator app (TOTP, RFC 6238): six digits of 30 seconds, one period early or late, each once.

The seed is sealed in the database. Which period's code was used last is raised by one statement that compares it first:
of two who use the same code at once, one comes in (R26).
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass

import pyotp
import segno
from flask import current_app
from markupsafe import Markup
from pydantic import SecretStr
from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from webapp.core.sealing import CannotUnseal, seal, unseal
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.user import User

PERIOD = 30
TOLERANCE = 1
ISSUER = "Postpay Desk"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A seed that is not anybody's yet: shown as a picture and as text, and carried sealed by the form."""

    seed: str
    sealed: str

    @property
    def in_groups(self) -> str:
        """For typing it into the app by hand."""
        return " ".join(self.seed[start : start + 4] for start in range(0, len(self.seed), 4))

    def picture(self, email: str) -> Markup:
        """A QR code as SVG without any style of its own, dark on white in either theme."""
        address = pyotp.TOTP(self.seed).provisioning_uri(name=email, issuer_name=ISSUER)
        code = segno.make(address, micro=False, error="m")
        return Markup(code.svg_inline(omitsize=True, light="#fff", svgclass="qr", lineclass=None))  # noqa: S704 - drawn


def prepare(user_id: int) -> Prepared:
    """A new seed for somebody."""
    seed = pyotp.random_base32()
    return Prepared(seed, seal(_settings(), SecretStr(json.dumps([user_id, seed]))))


def prepared_for(user_id: int, sealed: str) -> Prepared | None:
    """What a form brought back; None where it is not theirs, or cannot be read."""
    try:
        owner, seed = json.loads(unseal(_settings(), sealed).get_secret_value())
    except (CannotUnseal, ValueError, TypeError):
        return None
    return Prepared(str(seed), sealed) if owner == user_id else None


def step_of(seed: str, code: str) -> int | None:
    """The period whose code this is, of those that count now; the last one where it fits several."""
    if not (code.isascii() and code.isdecimal()):
        return None
    current, app = int(now().timestamp()) // PERIOD, pyotp.TOTP(seed)
    around = range(current - TOLERANCE, current + TOLERANCE + 1)
    fitting = [step for step in around if hmac.compare_digest(app.generate_otp(step), code)]
    return fitting[-1] if fitting else None


def keep(user: User, seed: str, step: int) -> None:
    """The seed is theirs from now on, and the code that showed it is used. Call inside `writing()`."""
    user.totp_seed_sealed, user.totp_last_step = seal(_settings(), SecretStr(seed)), step


def seed_of(user: User) -> str | None:
    """None where somebody has no app, or the key that sealed it is gone."""
    if user.totp_seed_sealed is None:
        return None
    try:
        return unseal(_settings(), user.totp_seed_sealed).get_secret_value()
    except CannotUnseal:
        return None


def use_step(session: Session, user_id: int, step: int) -> bool:
    """Whether no code of this period or a later one was used yet; from now on it was. Call inside `writing()`."""
    is_new = or_(User.totp_last_step.is_(None), User.totp_last_step < step)
    mine = (User.id == user_id, User.totp_seed_sealed.is_not(None), is_new)
    return bool(session.execute(update(User).where(*mine).values(totp_last_step=step)).rowcount)  # type: ignore[attr-defined]


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
