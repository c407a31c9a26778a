"""What somebody proves themselves with beside the password; the seed of an authenticator app stands with the person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, now


class RecoveryCode(Base):
    """One code that is not used yet, of which only a salted hash is kept; all codes of a set share the salt."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    salt: Mapped[str] = mapped_column(String(32))
    code_hash: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(default=now)


class Passkey(Base):
    """The public half of a key that somebody's device holds; `sign_count` is what the device counted last."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    created: Mapped[datetime] = mapped_column(default=now)
    last_used: Mapped[datetime | None]


class UsedOnce(Base):
    """A signed token that has done its one job, by its digest; forgotten when nobody would take it any more."""

    __tablename__ = "used_once"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires: Mapped[datetime] = mapped_column(index=True)
