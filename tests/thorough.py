"""What is tried out in full only where somebody has the time: `THOROUGH=1 make test`.

Otherwise each test takes a share of the cases, each another one, so that every case is met by some test of a run.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

THOROUGH = bool(os.environ.get("THOROUGH"))


def share(cases: Iterable[T], number: int, of: int = 3) -> list[T]:
    """Every `of`-th of the cases, beginning with that of the number; all of them where there is time."""
    return list(cases) if THOROUGH else list(cases)[number % of :: of]
