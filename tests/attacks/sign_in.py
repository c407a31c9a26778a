"""Guessing passwords as fast as the desk answers, from one address or from ever new ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from . import Target, attack
from .person import Person

FORM = "/sign-in"


@attack("sign-in")
def guess_from_one_address(target: Target) -> Counter[str]:
    """After 500 failures the address has to wait, but goes on."""
    return _guess(target, lambda _number: {})


@attack("sign-in-many-addresses", PROXY_HOPS="1")
def guess_from_many_addresses(target: Target) -> Counter[str]:
    """No address fails often enough to have to wait: each guess is checked, as far as there are places for it."""
    return _guess(target, lambda number: {"X-Forwarded-For": f"2001:db8::{target.number:x}:{number:x}"})


def _guess(target: Target, origin: Callable[[int], dict[str, str]]) -> Counter[str]:
    person = Person(target)

    def guess(number: int) -> None:
        typed = {"email": f"person-{number}@example.test", "password": f"guess {number}"}
        person.fill_in(FORM, FORM, typed, origin(number))

    return person.go_on(guess)
