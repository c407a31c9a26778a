"""What a secret may have been when it signed: with what happens to secrets on their way."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import suppress

from .causes import Cause, Guess

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_NAMED = re.compile(r"(?:export\s{1,9})?[A-Za-z_][A-Za-z0-9_.-]{0,80}\s{0,9}[=:]\s{0,9}(.+)")
PREFIXES = ("whsec_", "sk_", "secret_")
"""What Stripe, Svix and others put before a secret; Postpay nothing."""

LONGEST = 1000
"""Characters of a secret with which something may have happened."""


def keys(secrets: Sequence[str], accepted: int) -> Iterator[Guess]:
    """Each of the secrets itself, then with one mistake, then none at all. `note` is the place in the list.

    The first `accepted` of them may sign; another one is a mistake.
    """
    seen: set[bytes] = set()
    every = [
        guess._replace(cause=guess.cause or (Cause.OTHER_SECRET if place >= accepted else None), note=str(place))
        for place, secret in enumerate(secrets)
        for guess in _of_secret(secret)
    ]
    for guess in sorted(every, key=lambda one: one.cause not in (None, Cause.OTHER_SECRET)):
        if guess.value and guess.value not in seen:
            seen.add(guess.value)
            yield guess
    yield Guess(b"", Cause.EMPTY_SECRET, "0")


def _of_secret(secret: str) -> Iterator[Guess]:
    yield Guess(secret.encode())
    if len(secret) > LONGEST:
        return
    bare = _INVISIBLE.sub("", secret).strip()
    unquoted = bare.strip("'\"`“”‘’")
    yield Guess(bare.encode(), Cause.SECRET_BLANKS)
    yield Guess(unquoted.encode(), Cause.SECRET_QUOTED)
    if named := _NAMED.fullmatch(bare):
        yield Guess(named[1].strip("'\"` ").encode(), Cause.SECRET_NAMED)
    for end in ("\n", "\r\n", " "):
        yield Guess((bare + end).encode(), Cause.SECRET_NEWLINE)
    for text in (bare.lower(), bare.upper()):
        yield Guess(text.encode(), Cause.SECRET_CASE)
    for prefix in PREFIXES:
        text = bare.removeprefix(prefix) if bare.startswith(prefix) else prefix + bare
        yield Guess(text.encode(), Cause.SECRET_PREFIX)
        yield from _decoded(unquoted.removeprefix(prefix))
    for text in (bare.encode().hex(), b64encode(bare.encode()).decode()):
        yield Guess(text.encode(), Cause.SECRET_ENCODED)


def _decoded(secret: str) -> Iterator[Guess]:
    """Some libraries take the bytes that a secret spells."""
    with suppress(ValueError):
        yield Guess(bytes.fromhex(secret), Cause.SECRET_DECODED)
    padded = secret.replace("-", "+").replace("_", "/")
    with suppress(ValueError):
        yield Guess(b64decode(padded + "=" * (-len(padded) % 4), validate=True), Cause.SECRET_DECODED)
