"""Finds what was signed: first what a receiver says, then with one mistake, then with two."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, product
from math import prod
from typing import Any, NamedTuple

from webapp.providers.postpay.signature import is_genuine, time_of

from .causes import Cause, Clue, Guess
from .clues import clues
from .digests import RECIPES, Form, Frame, Recipe, at, frames
from .guesses import bodies
from .keys import keys
from .layouts import LARGEST_FOR_ALL, reordered
from .parse import Given, Reading, read_signature

MOST_HASHED = 400 * 2**20
"""Bytes that are hashed in search of an explanation; a second of the processor, at the most."""
COST_OF_ONE = 8192
"""Bytes that could be hashed while one digest is set up."""
MOST_GUESSED = 24 * 2**20
"""Bytes of all bodies that are tried."""
LARGEST_FOR_TWO = 64 * 1024
"""Bytes of a body for which mistakes in pairs are looked for."""
LARGEST_FOR_SECONDS = 4 * 1024
SCANNED = 3600
"""Seconds before and after the header's time that are tried for a small body."""
QUARTERS = range(-14 * 3600, 14 * 3600 + 1, 900)
"""Whole time zones that a clock may be off by."""
MOST_CAUSES = 2


class DiagnosisVerdict(StrEnum):
    """`GENUINE`: a receiver takes it. `OUT_OF_TIME`: right, but not now. `EXPLAINED`: only with the causes. Else no."""

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
    written ("compact sorted"); `secret_place` which of the secrets it was, from 0; `clues` what there is where nothing
    was found.
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
    clues: tuple[Clue, ...] = ()


class _Attempt(NamedTuple):
    """What may have been done: a secret, what stood round the body, the body, and how the digits are made and read."""

    secret: Guess
    frame: Frame
    body: Guess
    recipe: Recipe
    reading: Reading


def examine(headers: str, body: bytes, secrets: Sequence[str], *, now: float, accepted: int = 1) -> Diagnosis:
    """Whether one of the secrets signed the body, and if not, with which mistakes it would have.

    The first `accepted` of the secrets are those that should have; the others are candidates. `now` in unix seconds.
    """
    try:
        given = read_signature(headers)
    except ValueError:
        return Diagnosis(DiagnosisVerdict.UNREADABLE)
    if given is None:
        return Diagnosis(DiagnosisVerdict.NO_SIGNATURE)
    off = None if given.seconds is None else int(now) - given.seconds
    verdict = _as_received(given, body, secrets[:accepted], now)
    if verdict is not None:
        form = Form.BARE if given.time is None else Form.TIMED
        return Diagnosis(verdict, form, "sha256", given.seconds, off)
    return _explained(given, headers, body, secrets, accepted, off)


def _as_received(given: Given, body: bytes, secrets: Sequence[str], now: float) -> DiagnosisVerdict | None:
    """What a receiver says of it; None where it is wrong."""
    if is_genuine(given.value, body, secrets, now=now):
        return DiagnosisVerdict.GENUINE
    signed_at = time_of(given.value)
    if signed_at is not None and is_genuine(given.value, body, secrets, now=signed_at):
        return DiagnosisVerdict.OUT_OF_TIME
    return None


def _explained(
    given: Given, headers: str, body: bytes, secrets: Sequence[str], accepted: int, off: int | None
) -> Diagnosis:
    found, is_partial = _search(given, headers, body, list(keys(secrets, accepted)))
    if found is None:
        form = Form.BARE if given.time is None else Form.TIMED
        name = given.readings[0].hash if len(given.readings) == 1 else None
        hints = tuple(clues(given, body, secrets, is_partial=is_partial))
        return Diagnosis(DiagnosisVerdict.NO_MATCH, form, name, given.seconds, off, given.causes, clues=hints)
    parts = (found.body, found.secret, found.frame, found.recipe, found.reading)
    causes = tuple(dict.fromkeys([*(one.cause for one in parts if one.cause), *given.causes]))
    return Diagnosis(
        DiagnosisVerdict.EXPLAINED,
        found.frame.form,
        found.reading.hash,
        given.seconds,
        off,
        causes,
        found.frame.signed_at,
        found.body.note,
        int(found.secret.note),
    )


def _search(given: Given, headers: str, body: bytes, secrets: list[Guess]) -> tuple[_Attempt | None, bool]:
    """The simplest explanation, and whether there was too much to try everything."""
    hashed = 0
    for attempt in _attempts(given, headers, body, secrets):
        hashed += COST_OF_ONE + len(attempt.body.value) + len(attempt.secret.value)
        if hashed > MOST_HASHED:
            return None, True
        if _fits(attempt):
            return attempt, False
    return None, len(body) > LARGEST_FOR_ALL


def _fits(attempt: _Attempt) -> bool:
    secret, frame, body, recipe, reading = attempt
    made = recipe.make(secret.value, frame.before + body.value + frame.after, reading.hash)
    if hmac.compare_digest(made, reading.digits):
        return True
    count = len(reading.digits)
    ends = (made[:count], made[-count:]) if reading.cause is Cause.CUT else ()
    return any(hmac.compare_digest(end, reading.digits) for end in ends)


def _attempts(given: Given, headers: str, body: bytes, secrets: list[Guess]) -> Iterator[_Attempt]:
    """All guesses with no mistake, then with one, then with two; at last, times second by second."""
    parts = (secrets, list(frames(given, headers, body)), list(_kept(bodies(body))), RECIPES)
    plain: list[list[Any]] = [[one for one in part if one.cause is None] for part in parts]
    odd: list[list[Any]] = [[one for one in part if one.cause is not None] for part in parts]
    for mistakes in range(MOST_CAUSES + 1 if len(body) <= LARGEST_FOR_TWO else MOST_CAUSES):
        ways = [
            [odd[place] if place in places else plain[place] for place in range(len(parts))]
            for places in combinations(range(len(parts)), mistakes)
        ]
        ways.sort(key=lambda lists: prod(map(len, lists)))
        if mistakes == 1:
            ways.append([plain[0], plain[1], list(_kept(reordered(body))), plain[3]])
        for way in ways:
            yield from (_Attempt(*choice) for choice in product(*way, given.readings))
    yield from _by_the_second(given, body, secrets)


def _kept(guesses: Iterable[Guess]) -> Iterator[Guess]:
    """So many of the guesses as fit into memory."""
    left = MOST_GUESSED
    for guess in guesses:
        left -= len(guess.value)
        if left < 0:
            return
        yield guess


def _by_the_second(given: Given, body: bytes, secrets: Sequence[Guess]) -> Iterator[_Attempt]:
    """A header whose time is not the one that was signed; where another secret signed, only other time zones."""
    if given.seconds is None or len(body) > LARGEST_FOR_SECONDS:
        return
    scanned = sorted({*range(-SCANNED, SCANNED + 1), *QUARTERS}, key=abs)
    for cause, offs in ((None, scanned), (Cause.OTHER_SECRET, QUARTERS)):
        tried = [one for one in secrets if one.cause is cause]
        moments = [at(given.seconds + off, Cause.TIME_WRONG) for off in offs if given.seconds + off > 0]
        yield from (_Attempt(*choice) for choice in product(tried, moments, [Guess(body)], RECIPES[:1], given.readings))
