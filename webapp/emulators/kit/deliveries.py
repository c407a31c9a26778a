"""Deliveries to receivers of webhooks: sent one after the other from a thread of their own, and remembered."""

from __future__ import annotations

import http.client
import queue
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from . import clock
from .messages import is_loopback

TIMEOUT = 5.0
KEPT = 1000
MOST_INTERIM = 16
"""Informational answers before the real one; a receiver that sends more never comes to an end."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One delivery, ready to be sent. `record` is told the receiver's status, if any, and `success` or `failure`.

    `waits` are the seconds before each further try where one has failed: it is written anew for each.
    """

    hook: str
    event: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    record: Callable[[int | None, str], None]
    waits: Sequence[float] = ()


Writing = Callable[[], Letter | None]
"""Writes a letter when its turn comes, for its receiver may have changed by then; None where it is not wanted now."""


class Deliveries:
    """The queue of deliveries of one emulator. Without `anywhere` only receivers on this machine are called."""

    def __init__(self, agent: str, *, anywhere: bool = False) -> None:
        self._agent = agent
        self._anywhere = anywhere
        self._queue: queue.Queue[tuple[Writing, int] | None] = queue.Queue()
        self._waiting: set[threading.Timer] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._log: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def queue(self, letters: Iterable[Writing]) -> None:
        with self._lock:
            for writing in letters:
                self._queue.put((writing, 0))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="deliveries", daemon=True)
                self._thread.start()

    def seen(self) -> dict[str, Any]:
        """The latest deliveries, oldest first, and how many are still to be made."""
        with self._lock:
            pending = self._queue.unfinished_tasks + len(self._waiting)
            return {"pending": pending, "deliveries": list(self._log)}

    def close(self) -> None:
        """Ends the thread; what was not sent by now never is."""
        with self._lock:
            self._closing = True
            thread, self._thread = self._thread, None
            for timer in self._waiting:
                timer.cancel()
        if thread:
            self._queue.put(None)
            thread.join(TIMEOUT)

    def _work(self) -> None:
        while (due := self._queue.get()) is not None:
            writing, tried = due
            try:
                if not self._closing and (letter := writing()):
                    done = self._deliver(letter)
                    if not done and tried < len(letter.waits):
                        self._try_later(letter.waits[tried], writing, tried + 1)
            except Exception:
                # A defect of ours, or a disk that is full: said aloud, and the next deliveries are made all the same.
                traceback.print_exc()
            finally:
                self._queue.task_done()

    def _try_later(self, seconds: float, writing: Writing, tried: int) -> None:
        def put() -> None:
            with self._lock:
                self._waiting.discard(timer)
                self._queue.put((writing, tried))

        timer = threading.Timer(seconds, put)
        timer.daemon = True
        with self._lock:
            if not self._closing:
                self._waiting.add(timer)
                timer.start()

    def _deliver(self, letter: Letter) -> bool:
        """Whether no other try is needed; receivers that may not be called need none."""
        if not self._anywhere and not is_loopback(urlsplit(letter.url).hostname):
            return True
        code = _post(letter, self._agent)
        status = "success" if code is not None and 200 <= code < 300 else "failure"
        letter.record(code, status)
        told = {"hook": letter.hook, "event": letter.event, "url": letter.url}
        self._log.append({**told, "code": code, "status": status, "time": clock.spoken(clock.now())})
        return status == "success"


class _Answer(http.client.HTTPResponse):
    """An answer before which informational ones (1xx) may come, all but 101, for which nobody asked."""

    _interim = 0

    def _read_status(self) -> tuple[str, int, str]:
        """The base class passes over a 100 with its headers, and only over that: every other is read as one."""
        version, status, reason = super()._read_status()  # type: ignore[misc]
        if status // 100 != 1 or status == HTTPStatus.SWITCHING_PROTOCOLS:
            return version, status, reason
        self._interim += 1
        if self._interim > MOST_INTERIM:
            raise http.client.HTTPException("informational answers without end")
        return version, HTTPStatus.CONTINUE, reason


def _post(letter: Letter, agent: str) -> int | None:
    """The receiver's status, or None where there was no answer. Redirects are not followed, nothing is repeated."""
    parts = urlsplit(letter.url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    headers = {"Content-Type": "application/json", "User-Agent": agent, **letter.headers}
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
        connection.response_class = _Answer
        try:
            connection.request("POST", target, letter.body, headers)
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        return None
