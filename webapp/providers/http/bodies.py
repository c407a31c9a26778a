"""What is sent: paths of identifiers and bodies of JSON, the same bytes for the same data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from webapp.core.provider_id import has_control

LONGEST_IDENTIFIER = 512


class BadIdentifier(ValueError):
    """The text cannot stand in a path: empty, `.`, `..`, too long, or with a control character in it."""


def path(*parts: str) -> str:
    """The path of these parts, each encoded whole: an id may hold slashes, spaces, `%`, `#`, Arabic."""
    return "".join(f"/{_segment(part)}" for part in parts)


def _segment(part: str) -> str:
    if part in ("", ".", "..") or len(part) > LONGEST_IDENTIFIER:
        raise BadIdentifier("an identifier is empty, dots or too long")
    if has_control(part):
        raise BadIdentifier("an identifier holds a control character")
    return quote(part, safe="")


def encode(data: Mapping[str, Any]) -> bytes:
    """Compact ASCII JSON, keys in the order given. Raises TypeError for a float: amounts are whole minor units."""
    _refuse_floats(data)
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a float is no amount")
    children = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    for child in children:
        _refuse_floats(child)
