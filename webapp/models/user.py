"""People who work on the desk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, now


class User(Base):
    """A person. Never deleted: the audit log refers to people."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(255))
    password_changed: Mapped[datetime] = mapped_column(default=now)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(default=now)
    seen_people_until: Mapped[int] = mapped_column(default=0, server_default="0")
    """The last entry of the audit log up to which an admin knows what others did with people."""
    roles_changed: Mapped[datetime | None] = mapped_column(default=now)
    """When somebody else last gave them roles or a way in: for a day they approve nothing, as it may not be them."""
    totp_seed_sealed: Mapped[str | None] = mapped_column(String(255))
    totp_last_step: Mapped[int | None]
    """The period of 30 seconds whose code was used last: no code of it or of an earlier one is good again."""


class UserRole(Base):
    """The role of a person on one account: `account` is a slug, or `*` for every account without a row of its own."""

    __tablename__ = "user_role"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))


def normalised_email(text: str) -> str:
    """How addresses are stored and compared."""
    return text.strip().lower().replace("\0", "\ufffd")  # PostgreSQL takes no NUL
