"""First sign-in links: whoever has one chooses the first password of a person, once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, now


class Invitation(Base):
    """The one link of a person that is not used yet, of which only the hash is kept; a new one takes its place."""

    __tablename__ = "invitation"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime]
