"""A kind of operation: what the engine must know of it, and all that it knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from webapp.models.operation import Operation

from .classify import AttemptResult, Conclusion, Table

R = TypeVar("R", bound=Operation)
Facts = Mapping[str, str | int | bool | None]


class NotYet(Exception):
    """A person asked for something that is not allowed yet; nothing was changed."""


def _nothing(*_: object) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[R]):
    """One table of operations, and what is its own about them.

    `name`: of its audit events ("refund" in "refund.succeeded"); `subject`: the type and the id of what it is about,
    for the log; `facts`: what else the log says. `answers`: its table of answers. `not_started`, `busy` and `reused`:
    its exceptions, the last two take an operation. `calls`: how many deadlines one sending may take.
    """

    table: type[R]
    lock: str
    name: Callable[[R], str]
    subject: Callable[[R], tuple[str, str]]
    facts: Callable[[R], Facts]
    answers: Callable[[R], Table]
    not_started: type[Exception]
    busy: Callable[[R], Exception]
    reused: Callable[[R], Exception]
    may_send_again: Callable[[R, datetime], bool]
    may_close: Callable[[R, datetime], bool]
    calls: int = 1
    counts_misses: bool = True
    """Whether its table keeps which 409 it met, and how many looks have not found it since."""
    judge: Callable[[Session, R, AttemptResult], Conclusion] = lambda _session, _row, result: result.verdict
    """The verdict, where the desk's own book has a say in it."""
    sending: Callable[[datetime], dict[str, Any]] = _nothing
    """More columns to write when it is sent again."""
    closing: Callable[[R, AttemptResult], dict[str, Any]] = _nothing
    """More columns to write when it is over."""
    settled: Callable[[Session, R], object] = _nothing
    """What else becomes different with it, in the same transaction."""
