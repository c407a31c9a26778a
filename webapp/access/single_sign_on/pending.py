"""Sign-ins that were begun in a browser: kept in its signed cookie, each good for one answer within ten minutes."""

from __future__ import annotations

import secrets
import time
from typing import NamedTuple

from flask import session as cookie

from .issuer import Pending

KEPT = "oidc"
LIFE = 600
MOST = 3
"""Tabs of one browser; the oldest has to begin again."""


class Begun(NamedTuple):
    """What the provider's answer must fit, and where to go on after it."""

    pending: Pending
    next: str


def begin(next_address: str, *, is_anew: bool) -> Begun:
    """Random values, which nobody but this browser and the provider learn."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    kept = list(cookie.get(KEPT, ()))[-MOST + 1 :]
    cookie[KEPT] = [*kept, [state, nonce, verifier, is_anew, next_address, int(time.time())]]
    return Begun(Pending(state, nonce, verifier, is_anew), next_address)


def take(state: str) -> Begun | None:
    """What was begun with this state in this browser, once; None for what was not, or too long ago."""
    kept = cookie.pop(KEPT, [])
    cookie[KEPT] = [one for one in kept if one[0] != state]
    for known, nonce, verifier, is_anew, next_address, moment in kept:
        if secrets.compare_digest(known.encode(), state.encode()) and time.time() - moment <= LIFE:
            return Begun(Pending(known, nonce, verifier, is_anew), next_address)
    return None
