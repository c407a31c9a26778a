"""Ids that a provider or a shop has chosen, of orders, refunds, transactions, and the unseen marks in them."""

from __future__ import annotations

import re
import string

LONGEST_ID = 255

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSEEN = "".join(
    chr(code)
    for first, last in (
        (0xA0, 0xA0), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x1680, 0x1680),
        (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x206F), (0x3000, 0x3000),
        (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF9, 0xFFFB),
        (0xE0001, 0xE0001), (0xE0020, 0xE007F),
    )
    for code in range(first, last + 1)
)  # fmt: skip
"""Blanks but the plain one, joiners, marks of the writing's direction, and what else leaves no trace on a page."""
_MARK = re.compile(f"[\x00-\x1f\x7f-\x9f{_UNSEEN}]")


def is_provider_id(text: str) -> bool:
    """Whether a text may stand in the path of a call to the provider, which takes all but control characters."""
    return 0 < len(text) <= LONGEST_ID and text not in (".", "..") and not has_control(text)


def has_control(text: str) -> bool:
    """Whether a text holds control characters or half a surrogate pair: nothing that an address can carry."""
    return _CONTROL.search(text) is not None


def without_marks(text: str) -> str:
    """Without the blanks and the unseen marks around it that are pasted along."""
    return text.strip(_UNSEEN + string.whitespace)


def spellings(typed: str) -> tuple[str, ...]:
    """What a pasted text may mean, the likeliest first: itself, without marks around it, without the apostrophe that
    the desk's own files put before a minus.
    """
    bare = without_marks(typed)
    return tuple(dict.fromkeys(text for text in (typed, bare, without_marks(bare.removeprefix("'"))) if text))


def visible(text: str) -> str:
    """The same for a page, its unseen marks named: `order-1[U+200B]`."""
    return _MARK.sub(lambda mark: f"[U+{ord(mark[0]):04X}]", text)
