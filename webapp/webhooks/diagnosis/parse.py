"""The signature in pasted headers: which value, which time, which digits, which hash."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote

from .causes import Cause
from .headers import find_header, find_other

HASHES = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
"""The hash that makes so many digits."""
DIGITS = 64
FEWEST_DIGITS = 16
"""What is left of a cut digest must still be no coincidence."""
LONGEST = 400

_HEX = re.compile(r"[0-9A-Fa-f]+")
_STRIPE_TIME = re.compile(r"(?:^|,)t=([0-9]{1,16})(?=,|$)")
_STRIPE_DIGEST = re.compile(r"(?:^|,)v1=([0-9A-Za-z+/_-]{16,200}=*)")
_SVIX = re.compile(r"v1,([0-9A-Za-z+/_-]{16,200}=*)(?:\s.*)?")
_PREFIXED = re.compile(r"(?:hmac-?)?(?:sha-?1|sha-?224|sha-?256|sha-?384|sha-?512|md5|v0|v1)[=:](.+)", re.I)
_TIMED = re.compile(r"([0-9]{1,16})([:.,;|])(.+)")
_TIME_LAST = re.compile(r"([0-9A-Fa-f]{32,128}):([0-9]{1,16})")
_ALONE = re.compile(r"(?:[0-9]{1,16}:)?[A-Za-z0-9+/=_-]{16,200}")


class Reading(NamedTuple):
    """One way to understand the digits: of which hash they are (lower case hex), and whether some are missing."""

    digits: str
    hash: str
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A signature as it was given: `value` is what a receiver sees, `time` the digits before the digest, `causes` what
    is odd about its looks.
    """

    value: str
    time: str | None
    readings: tuple[Reading, ...]
    causes: tuple[Cause, ...]

    @property
    def seconds(self) -> int | None:
        return int(self.time) if self.time else None


def read_signature(headers: str) -> Given | None:
    """The signature in headers, or in the header's value alone. None where there is none that could be one.

    Raises ValueError when there is one that is no digest in any form we know.
    """
    found = find_header(headers)
    if found:
        causes = (Cause.SEVERAL_HEADERS,) if len(found) > 1 else ()
        text = next(filter(None, found), None)
        return _read(text, ",".join(found), causes) if text else None
    other = find_other(headers)
    text = headers.strip() if other is None else other
    try:
        return _read(text, text, ()) if other is None else _read(text, "", (Cause.OTHER_HEADER,))
    except ValueError:
        if other is None and _ALONE.fullmatch("".join(text.split())):
            raise
        return None


def _read(text: str, value: str, causes: tuple[Cause, ...]) -> Given:
    """Takes the text apart, and notes all that is odd on the way. Raises ValueError."""
    if len(text) > LONGEST:
        raise ValueError("no digest")
    bare = text.strip("'\"`,; ")
    odd = [*causes, *([Cause.SIGNATURE_QUOTED] if bare != text else [])]
    svix = _SVIX.fullmatch(bare)
    if len(bare.split()) > 1 and not svix:
        odd.append(Cause.SIGNATURE_BLANKS)
    whole = "".join(bare.split())
    if "%" in whole:
        whole = unquote(whole)
        odd.append(Cause.SIGNATURE_PERCENT)
    if svix:
        time, digest, more = None, svix[1], [Cause.SVIX_HEADER]
    else:
        time, digest, more = _parts(whole)
    readings, looks = _digits(digest)
    looks = [one for one in looks if not (svix and one is Cause.BASE64)]
    return Given(value, time, readings, (*odd, *more, *looks))


def _parts(text: str) -> tuple[str | None, str, list[Cause]]:
    """Time, digest, and how else they are put together."""
    if (digest := _STRIPE_DIGEST.search(text)) and "," in text:
        time = _STRIPE_TIME.search(text)
        return time and time[1], digest[1], [Cause.STRIPE_HEADER]
    if last := _TIME_LAST.fullmatch(text):
        return last[2], last[1], [Cause.SWAPPED_PARTS]
    causes = []
    if prefixed := _PREFIXED.fullmatch(text):
        text = prefixed[1]
        causes.append(Cause.PREFIX)
    timed = _TIMED.fullmatch(text)
    if timed is None:
        return None, text, causes
    if timed[2] != ":":
        causes.append(Cause.OTHER_SEPARATOR)
    rest = timed[3]
    if prefixed := _PREFIXED.fullmatch(rest):
        rest = prefixed[1]
        causes.append(Cause.PREFIX)
    return timed[1], rest, causes


def _digits(text: str) -> tuple[tuple[Reading, ...], list[Cause]]:
    """The ways to read a digest, the likeliest first, and how it is spelled. Raises ValueError."""
    if _HEX.fullmatch(text) and (readings := _readings(text.lower())):
        return readings, [] if text == text.lower() else [Cause.UPPER_CASE]
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        digest = b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("no digest") from None
    if len(digest) == DIGITS and _HEX.fullmatch(spelled := digest.decode("latin-1")):
        return (Reading(spelled.lower(), "sha256"),), [Cause.BASE64]
    if 2 * len(digest) not in HASHES:
        raise ValueError("no digest")
    return _readings(digest.hex())[-1:], [Cause.BASE64]


def _readings(digits: str) -> tuple[Reading, ...]:
    """Fewer digits than SHA-256 has may be what is left of them, or those of another hash."""
    count = len(digits)
    if count == DIGITS:
        return (Reading(digits, "sha256"),)
    cut = [Reading(digits, "sha256", Cause.CUT)] if FEWEST_DIGITS <= count < DIGITS else []
    other = [Reading(digits, HASHES[count], Cause.OTHER_HASH)] if count in HASHES else []
    return (*cut, *other)
