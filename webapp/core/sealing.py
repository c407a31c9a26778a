"""Secrets at rest: sealed with a key that is not in the database, and told apart by keyed fingerprints."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from .settings import Settings


class CannotUnseal(ValueError):
    """Sealed with a key that the desk does not have (any more), or damaged."""


def seal(settings: Settings, secret: SecretStr) -> str:
    """The secret as it may stand in the database (R53)."""
    return _fernet(settings).encrypt(secret.get_secret_value().encode()).decode("ascii")


def unseal(settings: Settings, sealed: str) -> SecretStr:
    """The secret itself, sealed with the present key or an old one. Raises CannotUnseal."""
    try:
        return SecretStr(_fernet(settings).decrypt(sealed.encode()).decode())
    except InvalidToken:
        raise CannotUnseal("sealed with another key, or damaged") from None


def can_unseal(settings: Settings, sealed: str) -> bool:
    """Whether a key of the desk opens it."""
    try:
        unseal(settings, sealed)
    except CannotUnseal:
        return False
    return True


def reseal(settings: Settings, sealed: str) -> str:
    """The same secret under the present key. Raises CannotUnseal."""
    try:
        return _fernet(settings).rotate(sealed.encode()).decode("ascii")
    except InvalidToken:
        raise CannotUnseal("sealed with another key, or damaged") from None


def fingerprint(settings: Settings, secret: SecretStr) -> str:
    """16 hex digits that tell secrets apart and say nothing about them: what the audit log may hold (R54)."""
    key = _derived(settings.seal_key.get_secret_value(), b"postpay desk fingerprint")
    return hmac.new(key, secret.get_secret_value().encode(), hashlib.sha256).hexdigest()[:16]


def _fernet(settings: Settings) -> MultiFernet:
    old = [part.strip() for part in settings.seal_old_keys.get_secret_value().split(",")]
    keys = [settings.seal_key.get_secret_value(), *(key for key in old if key)]
    return MultiFernet([Fernet(urlsafe_b64encode(_derived(key, b"postpay desk seal"))) for key in keys])


def _derived(key: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(key.encode())
