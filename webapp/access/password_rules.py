"""Which passwords the desk takes: long ones that cannot be guessed from a list, the keyboard, or the person.

There are no rules about kinds of characters: they make passwords worse (NIST SP 800-63B 5.1.1.2). All checks are
offline; the list of common passwords lies beside this file, with its source.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .passwords import LONGEST, normalised

SHORTEST = 12

TOO_SHORT = _l("Use at least 12 characters; 15 or more are better. Four words in a row are easy to remember.")
TOO_LONG = _l("Use at most 1,024 characters.")
TOO_COMMON = _l("This is one of the most common passwords. Choose something less common.")
TOO_REGULAR = _l("This repeats itself or follows the keyboard, so it is easy to guess. Choose something less regular.")
TOO_PERSONAL = _l("This contains your name, your e-mail address or the name of the desk. Choose something else.")
TOO_LOCAL = _l("This is made of a place, a month or a season. Choose something else.")

DEMO_PASSWORD = "try-the-desk-2026"  # noqa: S105 - of the people of the demo, and published
FEWEST_DIFFERENT = 5
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertzuiopasdfghjklyxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
)
HOUSE_WORDS = ("postpay", "desk", "admin", "password", "passwort", "welcome", "login", "refund", "secret", "the", "my")
PLACES_AND_TIMES = frozenset({
        "abudhabi", "ajman", "alain", "amman", "bahrain", "beirut", "cairo", "deira", "doha", "dubai", "egypt",
        "emirates", "fujairah", "gulf", "jeddah", "jordan", "khaleej", "kuwait", "lebanon", "makkah", "manama",
        "marina", "mecca", "medina", "middleeast", "muscat", "oman", "qatar", "riyadh", "rasalkhaimah", "saudi",
        "arabia", "sharjah", "uae", "ksa", "ummalquwain", "abu", "dhabi", "city", "london", "paris", "january",
        "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "spring", "summer",
        "autumn", "winter", "ramadan", "eid", "year",
})  # fmt: skip
"""What people put a year behind."""
_NO_LETTER = re.compile(r"[\W\d_]")
LOOKALIKES = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})


def problem(password: str, *, email: str, name: str) -> LazyString | None:
    """What is wrong with a password for this person, as a sentence for them; None if it is good."""
    password = normalised(password)
    if len(password) < SHORTEST:
        return TOO_SHORT
    if len(password) > LONGEST:
        return TOO_LONG
    plain = password.casefold()
    core = _core(plain)
    if _is_regular(plain):
        return TOO_REGULAR
    if {plain, core, _unmasked(core), _letters(plain)} & common_passwords():
        return TOO_COMMON
    words, spellings = _words_about(email, name), (_letters(core), _letters(_unmasked(core)))
    if any(_is_made_of(text, words) for text in spellings):
        return TOO_PERSONAL
    if any(_is_made_of(text, words | PLACES_AND_TIMES) for text in spellings):
        return TOO_LOCAL
    return None


@cache
def common_passwords() -> frozenset[str]:
    """The vendored list, lower case, and the password that the demo has published."""
    lines = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").splitlines()
    ours = frozenset({DEMO_PASSWORD, _letters(DEMO_PASSWORD)})
    return ours | frozenset(line for line in lines if line and not line.startswith("# "))


def _core(text: str) -> str:
    """Without the digits and signs that people put round a word."""
    places = [place for place, character in enumerate(text) if _NO_LETTER.fullmatch(character) is None]
    return text[places[0] : places[-1] + 1] if places else ""


def _unmasked(text: str) -> str:
    """With the letters that digits and signs stand for: `p4ssw0rd`."""
    return text.translate(LOOKALIKES)


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalpha())


def _is_regular(text: str) -> bool:
    return len(set(text)) < FEWEST_DIFFERENT or _repeats(text) or _walks(text)


def _repeats(text: str) -> bool:
    """Whether it is one shorter text, itself too short, several times over."""
    unit = (text + text).find(text, 1)
    return unit < len(text) and unit < SHORTEST


def _walks(text: str) -> bool:
    """Whether it runs along the alphabet, the digits or the keyboard, forwards or backwards."""
    return any(text in line * 3 for row in ROWS for line in (row, row[::-1]))


def _words_about(email: str, name: str) -> set[str]:
    pieces = re.split(rf"{_NO_LETTER.pattern}+", f"{email} {name}".casefold())
    return {piece for piece in pieces if len(piece) > 2} | set(HOUSE_WORDS)


def _is_made_of(text: str, words: set[str]) -> bool:
    """Whether it is some of the words in a row. Each place is looked at once, however many ways lead there."""
    ends = {0}
    for place in range(len(text)):
        if place in ends:
            ends.update(place + len(word) for word in words if text.startswith(word, place))
    return bool(text) and len(text) in ends
