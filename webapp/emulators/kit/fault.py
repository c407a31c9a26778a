"""One rule of what goes wrong."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote

from .messages import READING, Request
from .store import Store

LAG = "lag"
"""The kind of rule by which reads find old data."""


@dataclass
class Fault:
    """One rule. `applied` says whether the work is done before the answer is spoiled (`after`) or not at all.

    `past` is what a lagging read finds: the data as it was when the rule was made.
    """

    kind: str = ""
    method: str | None = None
    path: str | None = None
    times: int | None = None
    skip: int = 0
    seconds: float = 0.0
    status: int | None = None
    code: str | None = None
    retry_after: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    applied: str = "before"
    weight: float = 1.0
    mix: list[Fault] = field(default_factory=list)
    rate: float = 1.0
    seed: int = 0
    id: str = ""
    seen: int = 0
    used: int = 0
    past: Store | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def matches(self, request: Request) -> bool:
        """By method, and by the raw or the decoded path: a beginning, a pattern with `*`, or after `=` the whole."""
        if self.method and self.method.upper() != request.method:
            return False
        if self.kind == LAG and request.method not in READING:
            return False
        if not self.path:
            return True
        paths = (request.path, unquote(request.path))
        if self.path.startswith("="):
            return self.path[1:] in paths
        if any(mark in self.path for mark in "*?["):
            return any(fnmatchcase(path, self.path) for path in paths)
        return any(path.startswith(self.path) for path in paths)

    def spoken(self) -> dict[str, Any]:
        shown = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in ("mix", "past")}
        return {**shown, "mix": [part.spoken() for part in self.mix]}
