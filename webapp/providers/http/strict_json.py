"""JSON as the providers promise it, and nothing else that Python's reader would let through."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

DEEPEST = 32
LONGEST_NUMBER = 40
MOST_VALUES = 100_000
"""Keys, values and brackets, about. A page of 50 orders has a thousand; so many are read in a blink, and a body of
nothing but brackets cannot hold up its reader for longer than the network may."""


class NotJSON(ValueError):
    """`str()` is a few words of our own, never a part of the body."""


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body.

    Raises NotJSON: not UTF-8, malformed, no object, a key twice, NaN or Infinity, a number of more than
    `LONGEST_NUMBER` characters, nested deeper than `DEEPEST`, half of a surrogate pair, more than `MOST_VALUES`.
    """
    if has_too_many(body):
        raise NotJSON("too many values")
    try:
        text = body.decode("utf-8-sig")  # what begins with a byte order mark may be read without it (RFC 8259, 8.1)
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_int=_whole,
            parse_float=_finite,
        )
    except UnicodeDecodeError:
        raise NotJSON("not UTF-8") from None
    except RecursionError:
        raise NotJSON("nested too deep") from None
    except json.JSONDecodeError:
        raise NotJSON("not JSON") from None
    if not isinstance(value, dict):
        raise NotJSON("not an object")
    if is_deeper(value, DEEPEST):
        raise NotJSON("nested too deep")
    if "\\ud" in text or "\\uD" in text:
        _refuse_half_pairs(value)
    return value


def has_too_many(body: bytes, most: int = MOST_VALUES) -> bool:
    """Whether reading a body as JSON may give too many values. Counts what separates them, also inside of texts."""
    return sum(map(body.count, (b",", b"[", b"{"))) > most


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotJSON("a key twice")
    return found


def _refuse_constant(_name: str) -> NoReturn:
    raise NotJSON("not a number")


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise NotJSON("a number too long")
    return int(digits)


def _finite(digits: str) -> float:
    if len(digits) > LONGEST_NUMBER or not math.isfinite(number := float(digits)):
        raise NotJSON("a number too long")
    return number


def is_deeper(value: dict[str, Any] | list[Any], limit: int) -> bool:
    """Whether objects and lists are nested in it more than `limit` times."""
    level: list[Any] = [value]
    for _ in range(limit):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _refuse_half_pairs(value: dict[str, Any]) -> None:
    """A lone surrogate is a text that no page can be encoded with."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise NotJSON("half of a surrogate pair") from None
