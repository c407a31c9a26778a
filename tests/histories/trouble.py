"""What happens at any point of a reading: the provider moves, somebody else reads, a worker dies, a call fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from hypothesis import strategies as st
from sqlalchemy import event

from tests.provider import Provider
from webapp.core.extensions import db

from .moves import Move, moves_meanwhile

EVER = 24
"""Calls: as many as the most patient asks for, few enough that nobody waits for minutes."""
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 503}, {"kind": "status", "status": 429}, {"kind": "status", "status": 401},
    {"kind": "truncated"}, {"kind": "malformed"}, {"kind": "html"}, {"kind": "html", "status": 200},
    {"kind": "reset"}, {"kind": "drop_before"}, {"kind": "drop_after"}, {"kind": "status", "status": 500},
    {"kind": "malformed", "body": '{"count": 7777, "results": []}'},
    {"kind": "malformed", "body": '{"count": 7777, "results": null}'},
    {"kind": "status", "status": 503, "retry_after": "0"},
)  # fmt: skip


class Killed(BaseException):
    """The worker died."""


class Fault(NamedTuple):
    """Which one, after how many calls, and for how many."""

    which: int
    skip: int
    times: int


class Trouble(NamedTuple):
    """At the `at`th step of a reading (a word, a pause or a statement): `what` happens."""

    what: str
    at: int
    move: Move
    month: int


faults = st.builds(
    Fault, st.integers(0, len(FAULTS) - 1), st.integers(0, 7), st.sampled_from((1, 1, 1, 2, 3, EVER))
)
troubles = st.builds(
    Trouble, st.sampled_from(("move", "die", "move and read", "move", "read")),
    st.one_of(st.integers(0, 25), st.integers(0, 25), st.integers(0, 70)), moves_meanwhile,
    st.sampled_from((7, 6, 0, 1, 2, 3)),
)  # fmt: skip


@contextmanager
def broken(provider: Provider, fault: Fault | None) -> Iterator[None]:
    """The calls that go wrong; afterwards all is well again."""
    if fault is None:
        yield
        return
    provider.fault(method="GET", path="/transactions*", skip=fault.skip, times=fault.times, **FAULTS[fault.which])
    try:
        yield
    finally:
        provider.heal()


@dataclass
class Steps:
    """Counts the steps of this thread's reading, and has something happen at one of them."""

    at: int
    happen: Callable[[bool], bool]
    """Is told whether the reading is inside of a transaction, where only dying is possible; whether it happened."""

    def __post_init__(self) -> None:
        self._thread, self._count, self._done = threading.get_ident(), 0, False

    def __call__(self, *_: object) -> None:
        """A word or a pause."""
        self._step(inside=False)

    def _step(self, *, inside: bool) -> None:
        if threading.get_ident() != self._thread or self._done:
            return
        self._count += 1
        if self._count > self.at:
            self._done = True
            self._done = self.happen(inside)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Statements count too."""

        def before(*_: object) -> None:
            self._step(inside=True)

        event.listen(db.engine, "before_cursor_execute", before)
        try:
            yield
        finally:
            event.remove(db.engine, "before_cursor_execute", before)

