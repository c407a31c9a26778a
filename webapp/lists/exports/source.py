"""Where the rows of an export come from: what every kind of it is asked, and has to give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from webapp.core.accounts import Account
from webapp.providers.http.errors import UnreadableRow
from webapp.providers.postpay.answered import Answered


@dataclass(frozen=True, slots=True)
class Asked:
    """One export as its source needs it. `query` is the screen's; no row from `bound` on belongs to it."""

    account: Account
    query: Any
    object_id: str | None
    bound: datetime


def refuse_unread(row: Answered, row_id: str, endpoint: str) -> None:
    """A file holds every cell, or there is none: raises UnreadableRow for a field that a page would only mark."""
    if odd := sorted(row.unreadable):
        raise UnreadableRow(endpoint, "GET", "a field of a row", status=200, row=row_id, field=odd[0])


class Rows(Protocol):
    """Rows from wherever they are kept: in any order, and counted by their keeper before and after."""

    @property
    def counted(self) -> int | None:
        """The keeper's count when the reading began; None before."""

    def __iter__(self) -> Iterator[Sequence[Any]]: ...

    def recount(self) -> int:
        """The keeper's count now, by the same question."""
