"""What somebody typed, as a question to the index: terms that must all be there, each in one of several meanings."""

from __future__ import annotations

from dataclasses import dataclass

from . import spelling
from .entry import OPEN, PERSONAL, Entry, terms

MOST_WORDS = 8
LONGEST = 200
_FEWEST_LETTERS = 2
_WHOLE_PHONE = 8


@dataclass(frozen=True, slots=True)
class Term:
    """One term; with `phone` only orders with a number that is this one, or ends so unless it `is_whole`."""

    text: str
    phone: str = ""
    is_whole: bool = False

    def holds(self, entry: Entry, found: frozenset[str]) -> bool:
        if self.text not in found:
            return False
        if not self.phone:
            return True
        same = str.__eq__ if self.is_whole else str.endswith
        return any(same(number, self.phone) for number in entry.phones)


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Expression, ...]

    def holds(self, entry: Entry, found: frozenset[str]) -> bool:
        return all(part.holds(entry, found) for part in self.parts)


@dataclass(frozen=True, slots=True)
class OneOf:
    """At least one part holds."""

    parts: tuple[Expression, ...]

    def holds(self, entry: Entry, found: frozenset[str]) -> bool:
        return any(part.holds(entry, found) for part in self.parts)


Expression = Term | All | OneOf


def matches(question: Expression, entry: Entry) -> bool:
    """Whether an order is what was asked for: the index's short digests may now and then say so of another one."""
    return question.holds(entry, terms(entry, prefixes=True))


def read_question(typed: str, *, may_open: bool, region: str | None) -> Expression | None:
    """What was typed, as a question; None where nothing can be asked.

    Who may not open personal data (`may_open`) asks only for ids, items, cities, and a whole e-mail or phone.
    """
    given = spelling.plain_digits(typed[:LONGEST]).split()
    addresses = [Term(PERSONAL + address) for address in map(spelling.email, given) if address]
    found: list[Expression] = list(dict.fromkeys(addresses))
    rest = " ".join(word for word in given if not spelling.email(word))
    for match in spelling.LIKE_A_PHONE.finditer(rest):
        if len(spelling.digits(match[0])) >= spelling.FEWEST_DIGITS:
            found.append(_phone(match[0], may_open, region))
            rest = rest.replace(match[0], " ", 1)
    found += [asked for word in rest.split() if (asked := _word(word, may_open))]
    if not found:
        return None
    return found[0] if len(found) == 1 else All(tuple(found[:MOST_WORDS]))


def _word(word: str, may_open: bool) -> Expression | None:
    parts = list(dict.fromkeys(spelling.chunks(word)))
    if len("".join(parts)) < _FEWEST_LETTERS:
        return None
    asked = tuple(_part(part, may_open) for part in parts)
    return asked[0] if len(asked) == 1 else OneOf((All(asked), Term(OPEN + spelling.joined(word))))


def _part(part: str, may_open: bool) -> Expression:
    """A word without blanks: of an ID, an item or a city; or of a person."""
    plain = spelling.unpadded(part)
    meanings = [OPEN + plain]
    if may_open:
        meanings += [PERSONAL + form for form in (plain, part, spelling.without_article(part))]
    found = tuple(Term(one) for one in dict.fromkeys(meanings))
    return found[0] if len(found) == 1 else OneOf(found)


def _phone(typed: str, may_open: bool, region: str | None) -> Expression:
    """Digits that may be a phone, whole or its last seven; or an ID such as 2026-0004711.

    Who may not open personal data asks for a whole number, with its country's code or as it is dialled in `region`:
    else its end could be guessed, and the rest of it digit by digit.
    """
    parts = tuple(Term(OPEN + word) for word in spelling.words(typed))
    asked: list[Expression] = [parts[0] if len(parts) == 1 else All(parts)]
    national = spelling.digits(typed).lstrip("0")
    is_whole = spelling.is_international(typed) or not may_open
    number = spelling.phone(typed, region) if is_whole else national
    if len(number) >= _WHOLE_PHONE:
        asked.append(Term(PERSONAL + number[-7:], number, is_whole))
    elif may_open:
        asked.append(Term(PERSONAL + spelling.digits(typed)))
    return OneOf(tuple(asked))
