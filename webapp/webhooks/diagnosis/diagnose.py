"""Finds what was signed: first what was pasted as it is, then with one mistake, then with two."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from itertools import product
from typing import NamedTuple

from webapp.providers.postpay.signature import TOLERANCE

from . import guesses
from .causes import Cause, Guess
from .parse import Given, read_date, read_signature

LARGEST_FOR_TWO = 64 * 1024
"""Bytes of a body for which mistakes in pairs are looked for, and times second by second."""
LARGEST_FOR_SECONDS = 4 * 1024
SCANNED = 3600
"""Seconds before and after the header's time that are tried for a small body."""
QUARTERS = range(-14 * 3600, 14 * 3600 + 1, 900)
"""Whole time zones that a clock may be off by."""
MOST_CAUSES = 2


class Form(StrEnum):
    TIMED = "timed"
    BARE = "bare"


class DiagnosisVerdict(StrEnum):
    """`GENUINE`: as it must be. `OUT_OF_TIME`: right, but not now. `EXPLAINED`: only with the causes. The rest: no."""

    GENUINE = "genuine"
    OUT_OF_TIME = "out_of_time"
    EXPLAINED = "explained"
    NO_MATCH = "no_match"
    NO_SIGNATURE = "no_signature"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What came of it. `off`: seconds by which the signature's time is behind the clock (negative: ahead).

    `signed_at`: the time that was really signed, where it is not the header's. `body_note` says how the JSON was
    written ("compact sorted"); `secret_place` which of the secrets it was, from 0.
    """

    verdict: DiagnosisVerdict
    form: Form | None = None
    hash: str | None = None
    time: int | None = None
    off: int | None = None
    causes: tuple[Cause, ...] = ()
    signed_at: int | None = None
    body_note: str = ""
    secret_place: int = 0


class _Frame(NamedTuple):
    """What stands before the body when it is signed."""

    before: bytes
    form: Form
    cause: Cause | None = None
    signed_at: int | None = None


def examine(headers: str, body: bytes, secrets: Sequence[str], *, now: float, tolerance: int = TOLERANCE) -> Diagnosis:
    """Whether one of the secrets signed the body, and if not, with which mistakes it would have.

    The first secret is the one that should have; the others are candidates. `now` in unix seconds.
    """
    try:
        given = read_signature(headers)
    except ValueError:
        return Diagnosis(DiagnosisVerdict.UNREADABLE)
    if given is None:
        return Diagnosis(DiagnosisVerdict.NO_SIGNATURE)
    off = None if given.time is None else int(now) - given.time
    found = _search(given, headers, body, secrets)
    if found is None:
        form = Form.BARE if given.time is None else Form.TIMED
        return Diagnosis(DiagnosisVerdict.NO_MATCH, form, given.hash, given.time, off, given.causes)
    body_guess, secret, frame = found
    causes = tuple(one for one in (body_guess.cause, secret.cause, frame.cause) if one) + given.causes
    if given.hash not in ("sha1", "sha256"):
        causes += (Cause.OTHER_HASH,)
    is_late = frame.form is Form.TIMED and off is not None and abs(off) > tolerance
    verdict = (
        DiagnosisVerdict.EXPLAINED if causes else DiagnosisVerdict.OUT_OF_TIME if is_late else DiagnosisVerdict.GENUINE
    )
    return Diagnosis(
        verdict, frame.form, given.hash, given.time, off, causes, frame.signed_at, body_guess.note, int(secret.note)
    )


def _search(given: Given, headers: str, body: bytes, secrets: Sequence[str]) -> tuple[Guess, Guess, _Frame] | None:
    """The simplest explanation: all guesses with no mistake, then one, then two; then times second by second."""
    body_guesses, secret_guesses = list(guesses.bodies(body)), list(guesses.secrets(secrets))
    frames = list(_frames(given, headers))
    most = MOST_CAUSES if len(body) <= LARGEST_FOR_TWO else 1
    for mistakes in range(most + 1):
        for guess in product(secret_guesses, frames, body_guesses):
            secret, frame, body_guess = guess
            if sum(one.cause is not None for one in guess) == mistakes and _fits(given, secret, frame, body_guess):
                return body_guess, secret, frame
    if given.time is None or len(body) > LARGEST_FOR_SECONDS:
        return None
    return _by_the_second(given, body, secret_guesses)


def _by_the_second(given: Given, body: bytes, secrets: Sequence[Guess]) -> tuple[Guess, Guess, _Frame] | None:
    """A header whose time is not the one that was signed."""
    moment = given.time or 0
    plain = [one for one in secrets if one.cause in (None, Cause.OTHER_SECRET)]
    for secret, off in product(plain, sorted({*range(-SCANNED, SCANNED + 1), *QUARTERS}, key=abs)):
        frame = _timed(moment + off, Cause.TIME_WRONG)
        if moment + off > 0 and _fits(given, secret, frame, Guess(body)):
            return Guess(body), secret, frame
    return None


def _fits(given: Given, secret: Guess, frame: _Frame, body: Guess) -> bool:
    digest = hmac.digest(secret.value, frame.before + body.value, given.hash)
    return hmac.compare_digest(digest, given.digest)


def _frames(given: Given, headers: str) -> Iterator[_Frame]:
    """What may stand before the body, as it must be first."""
    if given.time is None:
        yield _Frame(b"", Form.BARE)
    else:
        yield _Frame(b"%d:" % given.time, Form.TIMED)
        yield _Frame(b"", Form.BARE, Cause.TIME_NOT_SIGNED)
        for between in (b".", b"", b"\n"):
            yield _Frame(b"%d" % given.time + between, Form.TIMED, Cause.OTHER_JOIN)
        if given.time >= 10**11:
            yield _timed(given.time // 1000, Cause.TIME_IN_MILLISECONDS)
        else:
            yield _Frame(b"%d000:" % given.time, Form.TIMED, Cause.TIME_IN_MILLISECONDS)
    date = _date(headers)
    if date is not None:
        yield _timed(date, Cause.TIME_MISSING if given.time is None else Cause.TIME_WRONG)


def _timed(moment: int, cause: Cause) -> _Frame:
    return _Frame(b"%d:" % moment, Form.TIMED, cause, moment)


def _date(headers: str) -> int | None:
    text = read_date(headers)
    try:
        return int(parsedate_to_datetime(text).timestamp()) if text else None
    except (ValueError, OverflowError):
        return None
