"""Whom the OpenID provider means, and what they may do: the provider's word holds, but for those who are disabled.

A subject of the issuer is bound to a person once, by an e-mail address that the provider has verified; from then on
the address says nothing any more. Where OIDC_ROLES says which claim gives which role, a person has just those roles.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp import audit
from webapp.access import one_time, passwords, second_factor, sessions, staff
from webapp.access.authentication import SECOND_STEP, HalfOpen, Person, half_open_subject, open_for
from webapp.access.grants import StaffChangeRefused
from webapp.access.permissions import Role
from webapp.access.roles import Roles, roles_of, tidied
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.provider_id import without_marks
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.invitation import Invitation
from webapp.models.oidc_subject import OidcSubject
from webapp.models.staff_session import StaffSession
from webapp.models.user import User, normalised_email

from .issuer import NotAccepted, age_of_proof

LONG_AGO = timedelta(days=1)
LABEL = "single sign-on"


def sign_in(claims: Mapping[str, Any], settings: Settings) -> Person | HalfOpen:
    """Opens a session for whom the claims mean, with the roles that they give; or asks for their second factor.

    Raises NotAccepted.
    """
    given = roles_given(claims, settings) if settings.oidc_roles else None
    is_known = _bound(db.session, claims, settings) is not None
    release()
    nobodys = "" if is_known else passwords.hash_password(secrets.token_urlsafe(32))  # costs too much inside a lock
    stranger = audit.who()
    audit.bind(replace(stranger, actor_label=LABEL))
    try:
        with writing(lock="staff") as session:
            user = _bound(session, claims, settings) or _bind(session, claims, settings, given, nobodys)
            refusal = _why_not(session, user, given)
            if refusal is None:
                return _enter(session, user, claims, settings)
    finally:
        if audit.who().actor_label == LABEL:
            audit.bind(stranger)
    raise NotAccepted(refusal)


def unbind(email: str) -> None:
    """Signs somebody out, and lets their next single sign-on say anew who they are. Raises StaffChangeRefused."""
    with staff.changing(email, None) as (session, user):
        if not session.execute(delete(OidcSubject).where(_is_of(user))).rowcount:  # type: ignore[attr-defined]
            raise StaffChangeRefused("They have never signed in with single sign-on.")
        sessions.end(session, StaffSession.user_id == user.id, reason=sessions.ENDED_BY_ADMIN)
        audit.record(audit.Action.USER_UNBOUND, object_type="user", object_id=user.id)


def roles_given(claims: Mapping[str, Any], settings: Settings) -> Roles:
    """Of several values that give a role on the same account, the one that stands first in OIDC_ROLES counts."""
    told = claims.get(settings.oidc_roles_claim)
    listed = told if isinstance(told, list) else [told]
    held = {one for one in listed if isinstance(one, str)}
    by_account: dict[str, str] = {}
    for value, roles in settings.oidc_roles.items():
        if value in held:
            by_account = {**roles, **by_account}
    return tidied(Roles(by_account))


def _bound(session: Session, claims: Mapping[str, Any], settings: Settings) -> User | None:
    which = (OidcSubject.issuer == settings.oidc_issuer, OidcSubject.subject == claims["sub"])
    found = select(User).join(OidcSubject, OidcSubject.user_id == User.id).where(*which)
    return session.scalar(found.execution_options(populate_existing=True))


def _bind(
    session: Session, claims: Mapping[str, Any], settings: Settings, given: Roles | None, nobodys: str
) -> User:
    """The person with the verified address, or somebody new. Raises NotAccepted."""
    email = normalised_email(without_marks(str(claims.get("email") or "")))
    if not email or claims.get("email_verified") is not True:
        raise NotAccepted("no verified e-mail address")
    if not nobodys:
        raise NotAccepted("unbound meanwhile")
    user = session.scalar(select(User).where(User.email == email).with_for_update())
    if user is None:
        user = _hire(session, email, str(claims.get("name") or email), given, nobodys)
    elif user.is_demo or session.scalar(select(OidcSubject).where(_is_of(user), _is_at(settings))):
        raise NotAccepted("the e-mail address is that of another subject")
    if user.must_change_password:  # it was never theirs alone
        user.password_hash, user.password_changed, user.must_change_password = nobodys, now(), False
        session.execute(delete(Invitation).where(Invitation.user_id == user.id))
    session.add(OidcSubject(issuer=settings.oidc_issuer, subject=claims["sub"], user_id=user.id))
    audit.record(audit.Action.USER_BOUND, object_type="user", object_id=user.id)
    return user


def _hire(session: Session, email: str, name: str, given: Roles | None, nobodys: str) -> User:
    """Somebody new, if the claims give them anything to do here. Raises NotAccepted."""
    if given is None or not given.by_account:
        raise NotAccepted("nobody with this e-mail address, and no role for somebody new")
    account, role = next(iter(given.by_account.items()))
    try:
        return staff.add_user(session, email, name[:120], Role(role), account, password_hash=nobodys)
    except StaffChangeRefused:
        raise NotAccepted("not a name and an e-mail address for somebody new") from None


def _is_of(user: User) -> Any:
    return OidcSubject.user_id == user.id


def _is_at(settings: Settings) -> Any:
    return OidcSubject.issuer == settings.oidc_issuer


def _why_not(session: Session, user: User, given: Roles | None) -> str | None:
    """Gives and takes roles, then says what keeps the person out, if something does."""
    if not sessions.may_work(user):
        return "disabled"
    if given is not None:
        staff.follow_roles(session, user, given)
    return None if roles_of(session, user.id).by_account else "no role"


def _enter(session: Session, user: User, claims: Mapping[str, Any], settings: Settings) -> Person | HalfOpen:
    """A session that is as fresh as the provider's own proof; what it does not vouch for, the desk asks itself."""
    is_vouched_for = bool(settings.oidc_acr or settings.oidc_amr)
    if not is_vouched_for and second_factor.has_any(session, user):
        audit.record(audit.Action.LOGIN_HALF, object_type="user", object_id=user.id)
        return HalfOpen(one_time.new_token(SECOND_STEP, half_open_subject(user)))
    person = open_for(session, user)
    age = age_of_proof(claims)
    confirmed = now() - (LONG_AGO if age is None else age)
    opened = session.get_one(StaffSession, person.session_id)
    opened.confirmed, opened.vouched_for = confirmed, is_vouched_for
    after = {"means": LABEL}
    audit.record(audit.Action.LOGIN_SUCCEEDED, object_type="session", object_id=person.session_id, after=after)
    return replace(person, confirmed=confirmed, is_vouched_for=is_vouched_for)
