"""Somebody who is signed in types new passwords that are made to cost much: very long, and all of one pattern."""

from __future__ import annotations

from collections import Counter

from tests.bench.places import PASSWORD
from webapp.access.passwords import LONGEST, LONGEST_SPELLED

from . import Target, attack
from .person import Person

FORM = "/you/password"
TEXTS = (
    "ab" * (LONGEST // 2),
    "a" * (LONGEST - 1) + "!",
    "a1" * (LONGEST // 2 - 1) + "!!",
    "abcdefgh" * (LONGEST // 8),
    "postpayattacker" * (LONGEST // 15),
    "e" + "\u0301\u0323" * (LONGEST_SPELLED // 2 - 1),
    "\ufdfa" * LONGEST_SPELLED,
    "a\u0301" * (LONGEST_SPELLED * 16),
)


@attack("hostile-passwords")
def type_hostile_passwords(target: Target) -> Counter[str]:
    """The password of now is right, so that the new one is looked at."""
    person = Person(target, target.cookie)

    def type_one(number: int) -> None:
        text = TEXTS[(target.number + number) % len(TEXTS)]
        person.fill_in(FORM, FORM, {"current": PASSWORD, "new": text, "again": text})

    return person.go_on(type_one)
