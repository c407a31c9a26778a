"""Tables of addresses: which work stands behind which path and method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from .messages import Refusal

Work = TypeVar("Work")
# A part that is None stands for an id.
Routes = Mapping[tuple[str | None, ...], Mapping[str, Work]]


def find(routes: Routes[Work], parts: Sequence[str]) -> tuple[Mapping[str, Work], tuple[str, ...]]:
    """What may be done at an address, by method, and the ids in it. Refuses with `not_found`."""
    for pattern, methods in routes.items():
        if len(pattern) != len(parts):
            continue
        pairs = list(zip(pattern, parts, strict=True))
        if all(part == expected if expected is not None else part for expected, part in pairs):
            return methods, tuple(part for expected, part in pairs if expected is None)
    raise Refusal("not_found")
