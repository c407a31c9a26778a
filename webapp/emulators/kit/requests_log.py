"""The log of requests seen, for tests that look from outside at what a client really did."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from . import clock
from .messages import Request

KEPT = 20_000
LONGEST_BODY = 64 * 1024
SECRET_HEADERS = ("authorization", "cookie", "proxy-authorization")


@dataclass
class Seen:
    """One request. `status` is what was answered (null: nothing), `work_status` what the work itself came to
    (null: it was not done), `worked` whether that was a success."""

    number: int
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str
    body_sha256: str
    request_id: str | None
    started: str | None
    ended: str | None = None
    status: int | None = None
    fault: str | None = None
    work_status: int | None = None
    worked: bool = False

    def record_work(self, status: int) -> None:
        self.work_status, self.worked = status, status < 400


class RequestLog:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._seen: deque[Seen] = deque(maxlen=KEPT)

    def start(self, request: Request) -> Seen:
        headers = {name: value for name, value in request.headers.items() if name not in SECRET_HEADERS}
        seen = Seen(
            number=next(self._numbers),
            method=request.method,
            path=request.path,
            query=request.query,
            headers=headers,
            body=request.body[:LONGEST_BODY].decode(errors="replace"),
            body_sha256=hashlib.sha256(request.body).hexdigest(),
            request_id=headers.get("x-request-id"),
            started=clock.spoken(clock.now()),
        )
        with self._lock:
            self._seen.append(seen)
        return seen

    def finish(self, seen: Seen, status: int | None) -> None:
        seen.status, seen.ended = status, clock.spoken(clock.now())

    def entries(self, *, method: str | None = None, path: str | None = None, after: int = 0) -> list[dict[str, Any]]:
        """What was seen, oldest first; `path` is a beginning of the raw path."""
        with self._lock:
            kept = list(self._seen)
        return [
            asdict(seen)
            for seen in kept
            if seen.number > after and method in (None, seen.method) and seen.path.startswith(path or "")
        ]

    def clear(self) -> None:
        with self._lock:
            self._seen.clear()
