"""Signed-in browsers: server-side and revocable; the cookie holds a token, the table only its hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, now

_HAS_UNSENT = text("unsent_form IS NOT NULL")


class StaffSession(Base):
    """One sign-in of one person, until it is ended, idle too long, or over (`expires`).

    `confirmed` is when the person last proved who they are; `vouched_for`: an OpenID provider says with what, so that
    no second factor of the desk's own is asked for. `unsent_form` is what they had typed into a form
    when the session ended under their hands; it goes on to their next session in the same browser.
    """

    __tablename__ = "staff_session"
    __table_args__ = (Index(None, "ended", sqlite_where=_HAS_UNSENT, postgresql_where=_HAS_UNSENT),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created: Mapped[datetime] = mapped_column(default=now)
    last_seen: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime]
    confirmed: Mapped[datetime] = mapped_column(default=now)
    vouched_for: Mapped[bool] = mapped_column(default=False, server_default=false())
    ended: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(String(40))
    ip: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(256))
    unsent_form: Mapped[str | None] = mapped_column(Text)
