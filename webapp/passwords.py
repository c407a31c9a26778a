"""Passwords: hashed with Argon2id, stored with their parameters, verified in bounded numbers at a time.

A password is normalised by NFKC before it is hashed (NIST SP 800-63B 5.1.1.2): the same accented letter is one
character on one keyboard and two on another, and a person must get in from both. Nothing is cut off or stripped.
"""

from __future__ import annotations

import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
"""The OWASP parameters; each verification takes 19 MiB, so that only a few run at once."""

LONGEST = 1024
LONGEST_SPELLED = 4 * LONGEST
"""Of the longest password before it is normalised: no character is made of more than four."""

_AT_ONCE = BoundedSemaphore(4)

NOBODYS = HASHER.hash("nobody has this password")
"""Verified when there is no such person, so that the answer takes as long as for somebody."""


def normalised(password: str) -> str:
    """The characters that count, the same from every keyboard.

    What is too long for a password however it is spelled stays as it is: to order very many accents takes very long.
    """
    return password if len(password) > LONGEST_SPELLED else unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """The hash to store, with its parameters and a fresh salt."""
    with _AT_ONCE:
        return HASHER.hash(_bytes(password))


def verify_password(stored: str, password: str) -> bool:
    """Whether the password belongs to the stored hash; False for a hash that cannot be read."""
    with _AT_ONCE:
        try:
            return HASHER.verify(stored, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def _bytes(password: str) -> bytes:
    return normalised(password).encode("utf-8", "surrogatepass")
