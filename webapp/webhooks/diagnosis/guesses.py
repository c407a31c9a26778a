"""What a body or a secret may have been when it was signed, most likely first."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import product
from typing import Any

from webapp.providers.http.strict_json import DEEPEST, has_too_many, is_deeper

from .causes import Cause, Guess

BOM = b"\xef\xbb\xbf"
LAYOUTS: dict[str, dict[str, Any]] = {
    "compact": {"separators": (",", ":")},
    "spaced": {"separators": (", ", ": ")},
    "indent-2": {"indent": 2},
    "indent-4": {"indent": 4},
    "tabs": {"indent": "\t"},
}
"""How programs write JSON: PHP and JavaScript compact, Python spaced, tools for people indented."""


MOST_VALUES = 2_000
LARGEST_FOR_LAYOUTS = 64 * 1024
"""Each layout writes the whole anew, and there are many: real deliveries are far smaller."""


def bodies(body: bytes) -> Iterator[Guess]:
    """The body itself, then with other ends, other line ends, and written by other programs; each once."""
    seen: set[bytes] = set()
    for guess in (Guess(body), *_other_ends(body), *_reserialised(body)):
        if guess.value not in seen:
            seen.add(guess.value)
            yield guess


def _other_ends(body: bytes) -> Iterator[Guess]:
    bare = body.rstrip(b"\r\n")
    yield Guess(bare, Cause.NEWLINE_ADDED)
    yield Guess(body.strip(), Cause.BLANKS_ADDED)
    for end in (b"\n", b"\r\n"):
        yield Guess(bare + end, Cause.NEWLINE_REMOVED)
    lines = body.replace(b"\r\n", b"\n")
    for guess in (lines, lines.replace(b"\n", b"\r\n"), lines.rstrip(b"\n").replace(b"\n", b"\r\n")):
        yield Guess(guess, Cause.LINE_ENDS)
    yield Guess(body.removeprefix(BOM), Cause.BYTE_ORDER_MARK)
    yield Guess(BOM + body, Cause.BYTE_ORDER_MARK)


def _reserialised(body: bytes) -> Iterator[Guess]:
    """The same JSON as other programs write it; fractions digit by digit as they stand, or written anew."""
    if len(body) > LARGEST_FOR_LAYOUTS or has_too_many(body, MOST_VALUES):
        return
    for parse_float in (_kept, float):
        try:
            value = json.loads(body.decode("utf-8-sig"), parse_float=parse_float)
            if isinstance(value, dict | list) and is_deeper(value, DEEPEST):
                return
            yield from _written(value)
        except (TypeError, ValueError, RecursionError):
            return


def _written(value: object) -> Iterator[Guess]:
    for is_sorted, layout, is_ascii, slashes in product((False, True), LAYOUTS, (False, True), (False, True)):
        text = json.dumps(value, ensure_ascii=is_ascii, sort_keys=is_sorted, **LAYOUTS[layout])
        text = _KEPT.sub(r"\1", text)
        text = text.replace("/", "\\/") if slashes else text
        parts = (layout, *(["sorted"] * is_sorted), *(["ascii"] * is_ascii), *(["slashes"] * slashes))
        for end in ("", "\n"):
            yield Guess((text + end).encode("utf-8", "surrogatepass"), Cause.RESERIALISED, " ".join(parts))


_KEPT = re.compile(r'"@fraction:([-+.0-9eE]+)@"')


def _kept(digits: str) -> str:
    """A fraction as a text that `_KEPT` finds again: 1.50 must not become 1.5."""
    return f"@fraction:{digits}@"


def secrets(given: Sequence[str]) -> Iterator[Guess]:
    """Each of the secrets itself, then with what happens to secrets on their way. `note` is the place in the list."""
    seen: set[bytes] = set()
    every = [
        guess._replace(cause=guess.cause or (Cause.OTHER_SECRET if place else None), note=str(place))
        for place, secret in enumerate(given)
        for guess in _of_secret(secret)
    ]
    for guess in sorted(every, key=lambda one: one.cause not in (None, Cause.OTHER_SECRET)):
        if guess.value and guess.value not in seen:
            seen.add(guess.value)
            yield guess


def _of_secret(secret: str) -> Iterator[Guess]:
    bare = secret.strip()
    yield Guess(secret.encode())
    yield Guess(bare.encode(), Cause.SECRET_BLANKS)
    unquoted = bare.strip("'\"`“”‘’")
    yield Guess(unquoted.encode(), Cause.SECRET_QUOTED)
    for end in ("\n", "\r\n", " "):
        yield Guess((bare + end).encode(), Cause.SECRET_NEWLINE)
    for text in (bare.lower(), bare.upper()):
        yield Guess(text.encode(), Cause.SECRET_CASE)
    yield from _decoded(unquoted)


def _decoded(secret: str) -> Iterator[Guess]:
    """Some libraries take the bytes that a secret spells."""
    with suppress(ValueError):
        yield Guess(bytes.fromhex(secret), Cause.SECRET_DECODED)
    padded = secret.replace("-", "+").replace("_", "/")
    with suppress(ValueError):
        yield Guess(b64decode(padded + "=" * (-len(padded) % 4), validate=True), Cause.SECRET_DECODED)
