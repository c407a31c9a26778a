"""Somebody who is signed in wants lists as files as fast as the desk answers, each another one."""

from __future__ import annotations

from collections import Counter

from . import Target, attack
from .person import Person

FORM, EXPORTS = "/demo/orders", "/demo/exports"


@attack("exports")
def ask_for_exports(target: Target) -> Counter[str]:
    """No two are the same, so that none is answered with one that is under way."""
    person = Person(target, target.cookie)

    def ask(number: int) -> None:
        query = f"order_id=none-{target.number}-{number}"
        person.fill_in(FORM, EXPORTS, {"what": "orders", "format": "csv", "query": query})

    return person.go_on(ask)
