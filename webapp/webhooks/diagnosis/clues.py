"""What points to a mistake that cannot be tried out, where no other was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .causes import Clue
from .layouts import is_sorted, read
from .parse import Given

LOST = "\ufffd".encode()
MASKS = ("•", "…", "***", "xxxx", "XXXX")


def clues(given: Given, body: bytes, secrets: Sequence[str], *, is_partial: bool) -> Iterator[Clue]:
    if any(one.cause for one in given.readings):
        yield Clue.SHORT_DIGEST
    if any(mask in secret for mask in MASKS for secret in secrets):
        yield Clue.SECRET_MASKED
    if any(mask.encode() in body for mask in MASKS[:3]):
        yield Clue.BODY_MASKED
    if LOST in body:
        yield Clue.CHARACTERS_LOST
    bare = body.strip()
    if bare[:1] in (b"{", b"[") and bare[-1:] not in (b"}", b"]"):
        yield Clue.BODY_CUT
    if is_sorted(read(body)):
        yield Clue.KEYS_SORTED
    if is_partial:
        yield Clue.NOT_ALL_TRIED
