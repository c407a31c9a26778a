"""Sessions of staff: rows in the database that can be listed and ended; the browser holds a random token.

Only the token's SHA-256 is stored. Who the person is and what they may do is read anew at every request, in one
SELECT. `last_seen` is written at most once a minute, and not for requests that a page makes by itself.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app, g, request
from sqlalchemy import ColumnElement, bindparam, exists, or_, select, update
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.second_factor import Passkey
from webapp.models.staff_session import StaffSession
from webapp.models.user import User, UserRole

from .roles import Roles

SEEN_EVERY = timedelta(minutes=1)
BACKGROUND = "X-Background"

IDLE, TOO_OLD, SIGNED_OUT, DISABLED = "idle", "too old", "signed out", "disabled"
REPLACED, PASSWORD_CHANGED, ROLE_CHANGED = "signed in anew", "password changed", "role changed"
FACTORS_CHANGED = "second factor changed"
ENDED_ELSEWHERE, ENDED_BY_ADMIN = "ended elsewhere", "ended by an admin"
_ACTIONS = {
    IDLE: audit.Action.SESSION_EXPIRED,
    TOO_OLD: audit.Action.SESSION_EXPIRED,
    SIGNED_OUT: audit.Action.LOGOUT,
}


@dataclass(frozen=True, slots=True)
class Lapse:
    """A session that the browser still names, but that is over: whose it was, and why it ended."""

    session_id: int
    user_id: int
    reason: str
    has_unsent_form: bool
    email: str = ""


class Found(NamedTuple):
    """A session and its person, as one SELECT gives them: who they are, with which roles, and whether both are good."""

    id: int
    user_id: int
    last_seen: datetime
    expires: datetime
    confirmed: datetime
    ended: datetime | None
    end_reason: str | None
    has_unsent_form: bool
    name: str
    email: str
    active: bool
    is_demo: bool
    must_change_password: bool
    has_second_factor: bool
    is_vouched_for: bool
    roles: Roles


_BY_TOKEN = (
    select(
        StaffSession.id,
        StaffSession.user_id,
        StaffSession.last_seen,
        StaffSession.expires,
        StaffSession.confirmed,
        StaffSession.ended,
        StaffSession.end_reason,
        StaffSession.unsent_form.is_not(None),
        User.name,
        User.email,
        User.active,
        User.is_demo,
        User.must_change_password,
        or_(User.totp_seed_sealed.is_not(None), exists().where(Passkey.user_id == User.id)),
        StaffSession.vouched_for,
        UserRole.account,
        UserRole.role,
    )
    .join(User, User.id == StaffSession.user_id)
    .join(UserRole, UserRole.user_id == User.id, isouter=True)
    .where(StaffSession.token_hash == bindparam("token_hash"))
)


def new_token() -> str:
    """256 random bits, for the cookie only."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(session: Session, user_id: int, token: str) -> StaffSession:
    """Adds the row of a new session. Call inside `writing()`."""
    opened = StaffSession(
        token_hash=digest(token),
        user_id=user_id,
        expires=now() + timedelta(hours=_settings().session_hours),
        ip=request.remote_addr,
        user_agent=str(request.user_agent)[:256],
    )
    session.add(opened)
    session.flush()
    return opened


def renew(session: Session, session_id: int) -> tuple[str, datetime]:
    """The session's new token, and the moment of a proof just given: who stole the token before has nothing.

    Call inside `writing()`.
    """
    token, confirmed = new_token(), now()
    same = StaffSession.id == session_id
    session.execute(update(StaffSession).where(same).values(token_hash=digest(token), confirmed=confirmed))
    return token, confirmed


def find(token: str) -> Found | None:
    """The session with its person, if both are good; else `g.lapse` says what was wrong with a known session."""
    rows = db.session.connection().execute(_BY_TOKEN, {"token_hash": digest(token)}).all()
    if not rows:
        return None
    by_account = {row.account: row.role for row in rows if row.account is not None}
    found = Found._make((*rows[0][:-2], Roles(by_account)))
    reason = _why_over(found)
    if reason is None:
        g.is_unseen = now() - found.last_seen >= SEEN_EVERY
        return found
    g.lapse = Lapse(found.id, found.user_id, reason, found.has_unsent_form, found.email)
    g.lapse_is_new = found.ended is None
    return None


def _why_over(row: Found) -> str | None:
    moment = now()
    if row.ended is not None:
        return str(row.end_reason)
    if not may_work(row):
        return DISABLED
    if row.expires <= moment:
        return TOO_OLD
    if row.last_seen <= moment - timedelta(minutes=_settings().session_idle_minutes):
        return IDLE
    return None


def may_work(user: User | Found) -> bool:
    """Whether somebody may be signed in at all: not sent away, and no demo person outside of a demo."""
    return user.active and (demo_people_welcome() or not user.is_demo)


def demo_people_welcome() -> bool:
    """Whether this desk is one for trying out."""
    return _settings().demo_users and _settings().all_embedded


def lapse() -> Lapse | None:
    """Why the browser's session is over, if it has one that is."""
    found: Lapse | None = g.get("lapse")
    return found


def note_seen(session_id: int) -> None:
    """Remembers that the person was here just now, unless it was their page asking by itself."""
    if not g.get("is_unseen") or request.headers.get(BACKGROUND):
        return
    with writing() as session:
        session.execute(update(StaffSession).where(StaffSession.id == session_id).values(last_seen=now()))


def time_left(session_id: int) -> tuple[timedelta, timedelta]:
    """How long a session lasts if nothing happens any more, and how long whatever happens."""
    query = select(StaffSession.last_seen, StaffSession.expires).where(StaffSession.id == session_id)
    last_seen, expires = db.session.execute(query).one()
    moment = now()
    return last_seen + timedelta(minutes=_settings().session_idle_minutes) - moment, expires - moment


def close_lapsed() -> None:
    """Ends the session that was found to be over, once, with its entry."""
    over = lapse()
    if over is None or not g.lapse_is_new:
        return
    with writing() as session:
        end(session, StaffSession.id == over.session_id, reason=over.reason)
    g.lapse_is_new = False


def end(session: Session, *which: ColumnElement[bool], reason: str) -> int:
    """Ends the sessions that are still open among `which`, one audit entry each. Call inside `writing()`.

    One that only took too long leaves what was typed in it to the next.
    """
    chosen = select(StaffSession.id).where(StaffSession.ended.is_(None), *which).with_for_update()
    ids = session.execute(chosen).scalars().all()
    if not ids:
        return 0
    ended: dict[str, object] = {"ended": now(), "end_reason": reason}
    if reason not in (IDLE, TOO_OLD):
        ended["unsent_form"] = None
    session.execute(update(StaffSession).where(StaffSession.id.in_(ids)).values(**ended))
    for session_id in ids:
        action = _ACTIONS.get(reason, audit.Action.SESSION_ENDED)
        audit.record(action, object_type="session", object_id=session_id, after={"cause": reason})
    return len(ids)


def open_sessions(user_id: int) -> Sequence[StaffSession]:
    """The sessions of a person in which they could go on now, newest first."""
    moment = now()
    idle_since = moment - timedelta(minutes=_settings().session_idle_minutes)
    query = (
        select(StaffSession)
        .where(StaffSession.user_id == user_id, StaffSession.ended.is_(None))
        .where(StaffSession.expires > moment, StaffSession.last_seen > idle_since)
        .order_by(StaffSession.last_seen.desc(), StaffSession.id.desc())
    )
    return db.session.execute(query).scalars().all()


def last_before(session_id: int, user_id: int) -> StaffSession | None:
    """The session that the person opened last before this one."""
    earlier = (StaffSession.user_id == user_id, StaffSession.id < session_id)
    return db.session.scalar(select(StaffSession).where(*earlier).order_by(StaffSession.id.desc()).limit(1))


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
