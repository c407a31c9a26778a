"""How a digest may have been made: what stood round the body, and what was done with message and secret."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import NamedTuple

from webapp.providers.postpay.signature import time_before

from .causes import Cause
from .headers import find_date, find_id_and_time
from .parse import Given


class Form(StrEnum):
    TIMED = "timed"
    BARE = "bare"


class Frame(NamedTuple):
    """What stands before the body, and after it, when it is signed. `signed_at`: a time other than the header's."""

    before: bytes
    form: Form
    cause: Cause | None = None
    signed_at: int | None = None
    after: bytes = b""


class Recipe(NamedTuple):
    """Makes hex digits of secret, message and the name of a hash."""

    make: Callable[[bytes, bytes, str], str]
    cause: Cause | None = None


def _hmac(secret: bytes, message: bytes, hash: str) -> str:
    return hmac.digest(secret, message, hash).hex()


def _hash(message: bytes, hash: str) -> str:
    return hashlib.new(hash, message, usedforsecurity=False).hexdigest()


RECIPES = (
    Recipe(_hmac),
    Recipe(lambda secret, message, hash: _hmac(message, secret, hash), Cause.SWAPPED_ARGUMENTS),
    Recipe(lambda secret, message, hash: _hash(message, hash), Cause.UNKEYED),
    Recipe(lambda secret, message, hash: _hash(secret + message, hash), Cause.CONCATENATED),
    Recipe(lambda secret, message, hash: _hash(message + secret, hash), Cause.CONCATENATED),
    Recipe(lambda secret, message, hash: _hmac(secret, _hash(message, hash).encode(), hash), Cause.HASH_SIGNED),
    Recipe(lambda secret, message, hash: _hmac(secret, bytes.fromhex(_hash(message, hash)), hash), Cause.HASH_SIGNED),
)


def frames(given: Given, headers: str, body: bytes) -> Iterator[Frame]:
    """What may stand round the body, as it must be first."""
    name, beside = find_id_and_time(headers)
    time = given.time or beside
    is_framed = time_before(body) is not None
    if given.time:
        yield from _timed(given.time, is_framed)
    else:
        yield Frame(b"", Form.BARE, Cause.TIME_IN_BODY if is_framed else None, _time_in(body))
    if time:
        yield from _joined(time.encode(), (name or "").encode())
    date = _date(headers)
    if date is not None:
        yield at(date, Cause.TIME_WRONG if given.time else Cause.TIME_MISSING)


def at(moment: int, cause: Cause) -> Frame:
    """As it should be, at another time than the header's."""
    return Frame(b"%d:" % moment, Form.TIMED, cause, moment)


def _timed(time: str, is_framed: bool) -> Iterator[Frame]:
    yield Frame(time.encode() + b":", Form.TIMED, Cause.TIME_NOT_SECONDS if len(time) > 12 else None)
    yield Frame(b"", Form.BARE, Cause.TIME_IN_BODY if is_framed else Cause.TIME_NOT_SIGNED)
    if int(time) >= 10**11:
        yield at(int(time) // 1000, Cause.TIME_IN_MILLISECONDS)
    else:
        yield Frame(time.encode() + b"000:", Form.TIMED, Cause.TIME_IN_MILLISECONDS)


def _joined(time: bytes, name: bytes) -> Iterator[Frame]:
    """As Stripe, Slack and Svix do it, and whoever had to guess."""
    before = [time + between for between in (b".", b"", b"\n", b",", b"|", b" ")]
    for one in (*before, b"v0:" + time + b":", *([name + b"." + time + b"."] if name else [])):
        yield Frame(one, Form.TIMED, Cause.OTHER_JOIN)
    for between in (b":", b".", b""):
        yield Frame(b"", Form.TIMED, Cause.OTHER_JOIN, after=between + time)


def _time_in(body: bytes) -> int | None:
    digits = time_before(body)
    return int(digits) if digits and len(digits) <= 12 else None


def _date(headers: str) -> int | None:
    text = find_date(headers)
    try:
        return int(parsedate_to_datetime(text).timestamp()) if text else None
    except (ValueError, OverflowError):
        return None
