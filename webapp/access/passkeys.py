"""Passkeys (WebAuthn): keys on somebody's devices that open with their finger, face or PIN only, and for this address.

So one is two factors at once: it is a second factor, and it signs in without a password. Challenges are signed, for one
purpose, and good once. The address by which the desk is reached is the key's own; browsers take none that is a number.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import webauthn
from flask import request
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from webapp.core.database import put_once, release
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.second_factor import Passkey
from webapp.models.user import User

from . import one_time

_BASE64URL = re.compile(r"[A-Za-z0-9_-]{1,1400}=*", re.ASCII)
LONGEST = 16 * 1024
"""Characters of what a browser brings back; keys of today need some hundred."""
MOST = 20
"""So many has nobody."""
REGISTER, SIGN_IN = "passkey register", "passkey sign-in"
_UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError)
_VERIFIED = UserVerificationRequirement.REQUIRED


def host() -> str:
    """By which name this request reached the desk."""
    return request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host


def can_be_used() -> bool:
    """Whether browsers take the address by which the desk was reached; a number, such as 127.0.0.1, they do not."""
    try:
        ip_address(host().strip("[]"))
    except ValueError:
        return True
    return False


def of(session: Session, user_id: int) -> Sequence[Passkey]:
    """Somebody's, the oldest first."""
    return session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)).all()


def options_to_create(user: User, known: Sequence[Passkey]) -> dict[str, Any]:
    """What the browser needs to make a key, unless this device has one of theirs already."""
    options = webauthn.generate_registration_options(
        rp_id=host(),
        rp_name="Postpay Desk",
        user_id=_handle(user),
        user_name=user.email,
        user_display_name=user.name,
        challenge=one_time.new_token(REGISTER, str(user.id)).encode(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
        exclude_credentials=_described(known),
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def options_to_prove(purpose: str, subject: str, known: Sequence[Passkey] = ()) -> dict[str, Any]:
    """What the browser needs to use one of the `known` keys, or whichever it has for this address."""
    options = webauthn.generate_authentication_options(
        rp_id=host(),
        challenge=one_time.new_token(purpose, subject).encode(),
        allow_credentials=_described(known),
        user_verification=_VERIFIED,
    )
    return dict(json.loads(webauthn.options_to_json(options)))


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that a device has just made, as it will be kept."""

    credential_id: str
    public_key: str
    sign_count: int
    challenge: str


def made(credential: str, user_id: int) -> NewKey | None:
    """The key that the browser brings, if a device made it for this person, here and now."""
    challenge = _challenge(credential, REGISTER, str(user_id))
    if challenge is None:
        return None
    try:
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge.encode(),
            expected_rp_id=host(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except _UNREADABLE:
        return None
    key = bytes_to_base64url(verified.credential_public_key)
    return NewKey(bytes_to_base64url(verified.credential_id), key, verified.sign_count, challenge)


def keep(session: Session, user_id: int, key: NewKey, name: str) -> bool:
    """Whether it is new; it is theirs now. Call inside `writing()`."""
    if not one_time.use_up(session, key.challenge):
        return False
    values = {"credential_id": key.credential_id, "public_key": key.public_key, "sign_count": key.sign_count}
    return put_once(session, Passkey, ["credential_id"], user_id=user_id, name=name, created=now(), **values)


@dataclass(frozen=True, slots=True)
class Used:
    """A key was used: whose, and what has to be written down with it."""

    passkey_id: int
    user_id: int
    count_before: int
    count: int
    challenge: str


def used(credential: str, purpose: str, subject: str, user_id: int | None = None) -> Used | None:
    """What the browser brings, if a key of the desk answered this challenge; with `user_id` only one of theirs."""
    challenge = _challenge(credential, purpose, subject)
    if challenge is None:
        return None
    passkey = _named(credential)
    if passkey is None or user_id not in (None, passkey.user_id):
        return None
    try:
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge.encode(),
            expected_rp_id=host(),
            expected_origin=_origin(),
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _UNREADABLE:
        return None
    return Used(passkey.id, passkey.user_id, passkey.sign_count, verified.new_sign_count, challenge)


def use(session: Session, key: Used) -> bool:
    """Whether the answer was not used yet, and the key is there still; it is used now. Call inside `writing()`."""
    if not one_time.use_up(session, key.challenge):
        return False
    same = (Passkey.id == key.passkey_id, Passkey.sign_count == key.count_before)
    values = {"sign_count": key.count, "last_used": now()}
    return bool(session.execute(update(Passkey).where(*same).values(**values)).rowcount)  # type: ignore[attr-defined]


def _challenge(credential: str, purpose: str, subject: str) -> str | None:
    """The challenge that was answered, if the desk made it for this."""
    if len(credential) > LONGEST or not can_be_used():
        return None
    try:
        told = parse_client_data_json(base64url_to_bytes(json.loads(credential)["response"]["clientDataJSON"]))
        challenge = told.challenge.decode("ascii")
    except (*_UNREADABLE, RecursionError):
        return None
    return challenge if one_time.subject_of(purpose, challenge) == subject else None


def _named(credential: str) -> Passkey | None:
    told = json.loads(credential).get("id")
    if not isinstance(told, str) or not _BASE64URL.fullmatch(told):
        return None
    found = db.session.scalar(select(Passkey).where(Passkey.credential_id == told))
    release()
    return found


def _described(keys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential_id)) for key in keys]


def _origin() -> str:
    return f"{request.scheme}://{request.host}"


def _handle(user: User) -> bytes:
    """What a device keeps to tell people apart: the same for life, and says nothing about anybody."""
    return hashlib.sha256(f"postpay desk\0{user.id}\0{user.created.isoformat()}".encode()).digest()
