"""How words, numbers and addresses are made alike, so that one is found however it is typed. Text in, text out."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import phonenumbers
from babel.core import get_global

SHORTEST_PREFIX = 3
FEWEST_DIGITS = 7
"""Of a phone number that people would call one."""
RULES = 1
"""Rises when a word is made into something else than before: the index is then made anew."""

_ARTICLE = "ال"
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("ٱ", "ا"),  # alef with wasla; the other forms of alef come apart by themselves
        "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ۀ": "ه", "ہ": "ه",
        "ء": None, "ـ": None,
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
        "'": None, "’": None, "ʼ": None, "`": None,
    }
)  # fmt: skip
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_LETTERS_AND_DIGITS = re.compile(r"([^\W\d_]+)(\d+)|(\d+)([^\W\d_]+)")
_NO_DIGIT = re.compile(r"\D+")
LIKE_A_PHONE = re.compile(r"(?<!\w)(?:\+|00)?\(?\d[\d\s().\-/]{5,}\d(?!\w)")
"""Digits in groups, seven at least by the eye of whoever checks."""


def folded(text: str) -> str:
    """Small letters without marks, Arabic letters in their plain form, digits as 0 to 9."""
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = (_plain(character) for character in apart)
    return "".join(kept).translate(_LETTERS)


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    return "" if category in ("Mn", "Cf") else character


def words(text: str) -> list[str]:
    """Its words, folded, each once and in their order; numbers without leading zeros."""
    return list(dict.fromkeys(map(unpadded, chunks(text))))


def chunks(text: str) -> list[str]:
    """What stands between blanks and signs, folded, with the zeros that numbers begin with."""
    return [one for one in _BETWEEN_WORDS.split(folded(text)) if one]


def unpadded(word: str) -> str:
    """A number without leading zeros; any other word as it is."""
    return word.lstrip("0") or "0" if word.isdigit() else word


def plain_digits(text: str) -> str:
    """The text with all its digits as 0 to 9."""
    return "".join(str(unicodedata.digit(one)) if unicodedata.category(one) == "Nd" else one for one in text)


def parts(identifier: str) -> list[str]:
    """What people say of an ID: its words, and the number of a word such as "order10487"."""
    found = words(identifier)
    for word in list(found):
        if run := _LETTERS_AND_DIGITS.fullmatch(word):
            found += [unpadded(run[2] or run[3])]
    return list(dict.fromkeys(found))


def joined(identifier: str) -> str:
    """An ID without whatever stands between its words."""
    return "".join(words(identifier))


def name_forms(name: str) -> list[str]:
    """The words of a name, Arabic ones also without their article."""
    return list(dict.fromkeys(form for word in words(name) for form in (word, without_article(word))))


def without_article(word: str) -> str:
    """The word without "ال" where enough of it is left."""
    rest = word.removeprefix(_ARTICLE)
    return rest if len(rest) >= SHORTEST_PREFIX else word


def prefixes(word: str) -> list[str]:
    """Its beginnings, from three letters on, without itself."""
    return [word[:length] for length in range(SHORTEST_PREFIX, len(word))]


def email(text: str) -> str:
    """An e-mail address as it is compared; empty where it is none."""
    address = unicodedata.normalize("NFKC", text).strip().strip("<>,;").casefold()
    local, at, domain = address.rpartition("@")
    return address if at and local and "." in domain and not re.search(r"\s", address) else ""


def digits(text: str) -> str:
    """Only the digits, as 0 to 9."""
    return _NO_DIGIT.sub("", folded(text))


def phone(text: str, region: str | None) -> str:
    """A phone number in digits, with the country's code where it can be told; `region` is where others are dialled."""
    plain = folded(text)
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return digits(plain)
    if not phonenumbers.is_possible_number(number):
        return digits(plain)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")


def is_international(text: str) -> bool:
    """Whether a phone number says its country."""
    return folded(text).strip().lstrip("(").startswith(("+", "00"))


@cache
def region_of(time_zone: str) -> str | None:
    """The country of a time zone, "AE" for Asia/Dubai."""
    territory = get_global("zone_territories").get(time_zone)
    return territory if territory and len(territory) == 2 and territory.isalpha() else None
