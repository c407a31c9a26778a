"""People of the desk: hired, given another role, sent away, let in again. Each change is one audit entry."""

from __future__ import annotations

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from sqlalchemy import select

from . import audit, passwords
from .database import writing
from .models.user import User
from .permissions import Role
from .sign_in import normalised_email

# The desk sends no mail: an address is a name to sign in with, and houses have ones like `farah@shop.local`.
SPECIAL_USE_DOMAIN_NAMES.clear()


class NotPossible(Exception):
    """The change cannot be made; the message says why, for the person who asked."""


def create_user(*, email: str, name: str, role: Role, password: str, must_change: bool = False) -> int:
    """Hires somebody; returns their id. Raises NotPossible when the address is taken or is none."""
    email = normalised_email(email)
    _check_email(email)
    hashed = passwords.hash_password(password)
    with writing(lock="staff") as session:
        if session.execute(select(User.id).where(User.email == email)).first():
            raise NotPossible("somebody with this e-mail address exists already")
        user = User(email=email, name=name.strip(), role=role, password_hash=hashed, must_change_password=must_change)
        session.add(user)
        session.flush()
        audit.record(
            audit.Action.USER_CREATED,
            object_type="user",
            object_id=user.id,
            after={"name": user.name, "role": user.role, "must_change_password": must_change},
        )
        return user.id


def _check_email(email: str) -> None:
    try:
        validate_email(email, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise NotPossible(f"not an e-mail address: {error}") from None
