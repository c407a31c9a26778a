"""Browsers in which somebody has signed in before: a signed cookie says so, and names nobody whom others could read.

Failed sign-ins from a known browser are counted by themselves. So strangers who guess at an address lock strangers
out, and never the person in the browser they always use. The cookie lets nobody in.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import NamedTuple

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from .throttle import identity_digest

LIFE = timedelta(days=90)
MOST_PEOPLE = 8
"""So many people are known in one browser, the latest."""


class KnownBrowser(NamedTuple):
    """A browser's own number, and the digests of those who have signed in there, the latest last."""

    number: str
    people: list[str]


def number_for(email: str) -> str | None:
    """The number of this browser, if the person with this address has signed in here before."""
    browser = _read()
    return browser.number if browser and identity_digest(email) in browser.people else None


def remember(response: Response, email: str) -> None:
    """The browser is one of theirs from now on, for as long as they come back in time."""
    browser, digest = _read() or KnownBrowser(secrets.token_hex(16), []), identity_digest(email)
    people = [*(one for one in browser.people if one != digest), digest][-MOST_PEOPLE:]
    is_secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(
        _cookie(),
        _signer().dumps([browser.number, people]),
        max_age=LIFE,
        secure=is_secure,
        httponly=True,
        samesite="Lax",
    )


def _read() -> KnownBrowser | None:
    try:
        number, people = _signer().loads(request.cookies.get(_cookie(), ""), max_age=int(LIFE.total_seconds()))
    except (BadData, ValueError, TypeError):
        return None
    return KnownBrowser(str(number), [str(one) for one in people])


def _cookie() -> str:
    return "__Host-browser" if current_app.config["SESSION_COOKIE_SECURE"] else "browser"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known-browser")
