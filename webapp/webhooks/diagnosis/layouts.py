"""The same JSON as other programs write it: laid out, escaped, and its keys put in order in their ways."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import permutations, product
from math import factorial
from typing import Any

from webapp.providers.http.strict_json import DEEPEST, has_too_many, is_deeper
from webapp.providers.postpay import models

from .causes import Cause, Guess

LAYOUTS: dict[str, dict[str, Any]] = {
    "compact": {"separators": (",", ":")},
    "spaced": {"separators": (", ", ": ")},
    "indent-2": {"indent": 2},
    "indent-4": {"indent": 4},
    "tabs": {"indent": "\t"},
}
"""How programs write JSON: PHP and JavaScript compact, Python spaced, tools for people indented."""
ESCAPES = {"": "", "slashes": "/", "html": "<>&\u2028\u2029", "gson": "<>&='\u2028\u2029", "dotnet": "<>&+'`"}
"""What is escaped besides: nothing, or as PHP, Go, Gson and .NET do."""

MOST_VALUES = 2_000
LARGEST = 64 * 1024
"""Each layout writes the whole anew, and there are many: real deliveries are far smaller."""
LARGEST_FOR_ALL = 4 * 1024
MOST_ORDERS = 720

_DOCUMENTED: list[dict[str, int]] = [
    {name: place for place, name in enumerate(names)}
    for names in (
        ("event", "data"),
        *(one.model_fields for one in (models.Order, models.Transaction, models.Refund, models.Customer,
                                       models.Address, models.Shipping, models.Item, models.Discount)),
    )
]  # fmt: skip
_SMALL_DIGITS = re.compile(r"\\u([0-9a-f]{4})")
_KEPT = re.compile(r'"@number:([-+.0-9eE]+)@"')


def _sorted(value: dict[str, Any]) -> list[str]:
    return sorted(value)


def _by_length(value: dict[str, Any]) -> list[str]:
    """PostgreSQL's and MySQL's binary JSON."""
    return sorted(value, key=lambda name: (len(_bytes(name)), name))


def _documented(value: dict[str, Any]) -> list[str]:
    """As the provider's documents list them; keys that those do not name come last."""
    places = max(_DOCUMENTED, key=lambda names: len(names.keys() & value.keys()))
    return sorted(value, key=lambda name: places.get(name, len(places)))


ORDERS: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "": list,
    "sorted": _sorted,
    "documented": _documented,
    "by-length": _by_length,
}
"""Ways to put the keys of an object in order; first as they stand."""


def read(body: bytes, keep: Callable[[str], Any] = float) -> Any:
    """A body's JSON; None where there is none, or too much. `keep` makes something of a number with a fraction."""
    if len(body) > LARGEST or has_too_many(body, MOST_VALUES):
        return None
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_float=keep)
        return None if isinstance(value, dict | list) and is_deeper(value, DEEPEST) else value
    except (ValueError, RecursionError):
        return None


def written(body: bytes) -> Iterator[Guess]:
    """The body's JSON in each layout; fractions digit by digit as they stand, or written anew."""
    kept, anew = read(body, _kept), read(body)
    is_small = len(body) <= LARGEST_FOR_ALL
    for value in (kept, anew) if kept != anew else (kept,):
        if value is None:
            return
        texts = list(_laid_out(value, is_small=is_small))
        for escape, (text, cause, note), end in product(ESCAPES if is_small else ("", "slashes"), texts, ("", "\n")):
            yield Guess(_bytes(_escaped(text, escape) + end), cause, f"{note} {escape}".strip())


def reordered(body: bytes) -> Iterator[Guess]:
    """The body with its keys in every order, or only those of the outermost object, as far as they can be counted."""
    value = read(body, _kept) if len(body) <= LARGEST_FOR_ALL else None
    if not isinstance(value, dict):
        return
    if _count(value) <= MOST_ORDERS:
        orders = _orders(value)
    elif factorial(len(value)) <= MOST_ORDERS:
        orders = ({name: value[name] for name in names} for names in permutations(value))
    else:
        return
    for one, layout, is_ascii in product(orders, ("compact", "spaced"), (False, True)):
        yield Guess(_bytes(_text(one, layout, is_ascii)), Cause.KEYS_REORDERED, layout)


def is_sorted(value: Any) -> bool:
    """Whether every object has its keys in alphabetical order, and one of them more than two."""
    objects = list(_objects(value))
    return any(len(one) > 2 for one in objects) and all(list(one) == sorted(one) for one in objects)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _objects(child)


def _laid_out(value: Any, *, is_small: bool) -> Iterator[tuple[str, Cause, str]]:
    """The text, what was done where it is the one that was signed, and how it is written.

    Where there is much of it, not in every order and layout at once: Python itself writes what is indented.
    """
    for order, layout, is_ascii in product(ORDERS, LAYOUTS, (False, True)):
        if is_small or not order or layout in ("compact", "spaced"):
            cause = Cause.KEYS_REORDERED if order else Cause.RESERIALISED
            note = " ".join(part for part in (layout, order, "ascii" if is_ascii else "") if part)
            yield _text(_ordered(value, ORDERS[order]), layout, is_ascii), cause, note


def _text(value: Any, layout: str, is_ascii: bool) -> str:
    return _KEPT.sub(r"\1", json.dumps(value, ensure_ascii=is_ascii, **LAYOUTS[layout]))


def _escaped(text: str, escape: str) -> str:
    if escape == "slashes":
        return text.replace("/", "\\/")
    if escape == "dotnet":
        text = _SMALL_DIGITS.sub(lambda found: "\\u" + found[1].upper(), text)
    digits = "{:04X}" if escape == "dotnet" else "{:04x}"
    for one in ESCAPES[escape]:
        text = text.replace(one, "\\u" + digits.format(ord(one)))
    return text


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _kept(digits: str) -> str:
    """A fraction as a text that `_KEPT` finds again: 1.50 must not become 1.5."""
    return f"@number:{digits}@"


def _ordered(value: Any, order: Callable[[dict[str, Any]], list[str]]) -> Any:
    if isinstance(value, dict):
        return {name: _ordered(value[name], order) for name in order(value)}
    return [_ordered(one, order) for one in value] if isinstance(value, list) else value


def _count(value: Any) -> int:
    """How many orders there are; no more than `MOST_ORDERS` are counted."""
    count = 1
    for one in _objects(value):
        count *= factorial(len(one)) if len(one) <= 6 else MOST_ORDERS + 1
        if count > MOST_ORDERS:
            break
    return count


def _orders(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for names in permutations(value):
            for children in product(*(list(_orders(value[name])) for name in names)):
                yield dict(zip(names, children, strict=True))
    elif isinstance(value, list):
        yield from (list(children) for children in product(*(list(_orders(one)) for one in value)))
    else:
        yield value
