"""What one stranger with many connections can do to the desk, and what everybody else notices of it.

Each attack is a function in a file of its own, marked with `@attack`; `python -m tests.attacks` runs them all.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.bench.servers import Server


@dataclass(frozen=True, slots=True)
class Target:
    """What one connection of an attack goes for: which it is, where the desk listens, and until when it lasts.

    `cookie` is that of somebody with the role finance, for attacks by those who are signed in.
    """

    number: int
    port: int
    until: float
    cookie: str = ""

    @property
    def is_over(self) -> bool:
        """The clock is the machine's own, so it is the same in every process."""
        return time.monotonic() >= self.until


Act = Callable[[Target], Counter[str]]
"""One connection's part in an attack: goes on until the target is over, and counts what it was answered."""


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack by name; `settings` are those of the desk that suffers it, `arrange` prepares the provider."""

    name: str
    act: Act
    arrange: Callable[[Server], None] | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


ATTACKS: dict[str, Attack] = {}


def attack(name: str, *, arrange: Callable[[Server], None] | None = None, **settings: str) -> Callable[[Act], Act]:
    """Marks a function as what each connection of an attack does."""

    def enter(act: Act) -> Act:
        ATTACKS[name] = Attack(name, act, arrange, settings)
        return act

    return enter
