"""Passwords: hashed with Argon2id, stored with their parameters, verified in bounded numbers at a time.

A password is normalised by NFKC before it is hashed (NIST SP 800-63B 5.1.1.2): the same accented letter is one
character on one keyboard and two on another, and a person must get in from both. Nothing is cut off or stripped.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from threading import Lock, get_native_id

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import hash_secret_raw

from .slots import Slots

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
"""The OWASP parameters; each verification takes 19 MiB and most of a processor, so that only a few run at once."""

LONGEST = 1024
LONGEST_SPELLED = 4 * LONGEST
"""Of the longest password before it is normalised: no character is made of more than four."""

STRANGERS = Slots(1, waiting=8, patience=2.0)
"""For whoever signs in. Of those who guess, only so many keep the processor, the memory and the database busy."""
STAFF = Slots(1, waiting=4, patience=5.0)
"""For those who are signed in and prove who they are: no stranger takes their place."""

THREADS = 1
NICENESS = 5
"""Of the threads that hash: while somebody guesses without a pause, those who work come first."""
_LOCK = Lock()
_HASHERS: list[ThreadPoolExecutor] = []
"""The threads that hash, made when first needed. Each keeps the memory that one hash takes; the server's are many."""

NOBODYS = HASHER.hash("nobody has this password")
"""Verified when there is no such person, so that the answer takes as long as for somebody."""


def normalised(password: str) -> str:
    """The characters that count, the same from every keyboard.

    What is too long for a password however it is spelled stays as it is: to order very many accents takes very long.
    """
    return password if len(password) > LONGEST_SPELLED else unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """The hash to store, with its parameters and a fresh salt."""
    return _hashers().submit(HASHER.hash, _bytes(password)).result()


def verify_password(stored: str, password: str) -> bool:
    """Whether the password belongs to the stored hash; False for a hash that cannot be read."""
    try:
        return _hashers().submit(HASHER.verify, stored, _bytes(password)).result()
    except (VerificationError, InvalidHashError):
        return False


def slow_digest(text: str, salt: str) -> str:
    """64 hex digits of a short secret that is looked for by what is kept of it; as costly to guess as a password."""
    return _hashers().submit(_slow_digest, text.encode(), bytes.fromhex(salt)).result()


def _slow_digest(text: bytes, salt: bytes) -> str:
    return hash_secret_raw(text, salt, HASHER.time_cost, HASHER.memory_cost, 1, 32, Type.ID).hex()


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def _bytes(password: str) -> bytes:
    return normalised(password).encode("utf-8", "surrogatepass")


def _hashers() -> ThreadPoolExecutor:
    with _LOCK:
        if not _HASHERS:
            _HASHERS.append(ThreadPoolExecutor(THREADS, thread_name_prefix="hash", initializer=_step_back))
        return _HASHERS[0]


def _step_back() -> None:
    """Gives this thread less of a busy processor, where threads have a priority of their own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, get_native_id(), NICENESS)


os.register_at_fork(after_in_child=_HASHERS.clear)  # threads stay behind in the parent
