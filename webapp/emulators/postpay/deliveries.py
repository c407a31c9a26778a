"""Deliveries to hooks: signed, sent from a thread of their own, and recorded in the hook's last response."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import queue
import threading
import time
import traceback
from collections import deque
from typing import Any
from urllib.parse import urlsplit

from . import clock
from .loopback import is_loopback
from .messages import as_json
from .store import Store

SIGNATURE_HEADER = "X-Postpay-Signature"
TIMEOUT = 5.0
KEPT = 1000


def signature(secret: str, moment: int, body: bytes) -> str:
    """`<unix seconds>:<hex>`: HMAC-SHA256 with the hook's secret over `<unix seconds>:<raw body>`."""
    signed = hmac.new(secret.encode(), b"%d:" % moment + body, hashlib.sha256)
    return f"{moment}:{signed.hexdigest()}"


class Deliveries:
    """The queue of deliveries of one sandbox. Without `anywhere` only receivers on this machine are called."""

    def __init__(self, store: Store, *, anywhere: bool = False) -> None:
        self._store = store
        self._anywhere = anywhere
        self._queue: queue.Queue[tuple[int, str, bytes] | None] = queue.Queue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._log: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def announce(self, merchant: int, event: str, data: Any) -> None:
        """Queues one delivery for each active hook of the merchant that listens to the event."""
        listens = "EXISTS (SELECT 1 FROM json_each(events) WHERE value = ?)"
        sql = f"SELECT key FROM hooks WHERE merchant = ? AND active AND {listens}"  # noqa: S608
        hooks = self._store.rows(sql, (merchant, event))
        if not hooks:
            return
        body = as_json({"event": event, "data": data})
        with self._lock:
            for hook in hooks:
                self._queue.put((hook["key"], event, body))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="deliveries", daemon=True)
                self._thread.start()

    def seen(self) -> dict[str, Any]:
        """The latest deliveries, oldest first, and how many are still to be made."""
        return {"pending": self._queue.unfinished_tasks, "deliveries": list(self._log)}

    def close(self) -> None:
        """Ends the thread; what was not sent by now never is."""
        with self._lock:
            self._closing = True
            thread, self._thread = self._thread, None
        if thread:
            self._queue.put(None)
            thread.join(TIMEOUT)

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            try:
                if not self._closing:
                    self._deliver(*job)
            except Exception:
                # A defect of ours, or a disk that is full: said aloud, and the next deliveries are made all the same.
                traceback.print_exc()
            finally:
                self._queue.task_done()

    def _deliver(self, key: int, event: str, body: bytes) -> None:
        found = self._store.rows("SELECT * FROM hooks WHERE key = ? AND active", [key])
        if not found:
            return
        hook = found[0]
        if not self._anywhere and not is_loopback(urlsplit(hook["url"]).hostname):
            return
        code = _post(hook["url"], hook["secret"], body)
        status = "success" if code is not None and 200 <= code < 300 else "failure"
        with self._store.write() as db:
            db.execute("UPDATE hooks SET last_code = ?, last_status = ? WHERE key = ?", (code, status, key))
        sent = clock.spoken(clock.now())
        self._log.append(
            {"hook": hook["id"], "event": event, "url": hook["url"], "code": code, "status": status, "time": sent}
        )


def _post(url: str, secret: str, body: bytes) -> int | None:
    """The receiver's status, or None where there was no answer. Redirects are not followed, nothing is repeated."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Postpay-Sandbox",
        SIGNATURE_HEADER: signature(secret, int(time.time()), body),
    }
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
        try:
            connection.request("POST", target, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        return None
