"""What is told to hooks: which of them listen, the signed letter, and the hook's last response."""

from __future__ import annotations

import hashlib
import hmac
import time
from functools import partial
from typing import Any

from webapp.emulators.kit.deliveries import Letter
from webapp.emulators.kit.messages import as_json
from webapp.emulators.kit.store import Store

from .world import World

SIGNATURE_HEADER = "X-Postpay-Signature"


def signature(secret: str, moment: int, body: bytes) -> str:
    """`<unix seconds>:<hex>`: HMAC-SHA256 with the hook's secret over `<unix seconds>:<raw body>`."""
    signed = hmac.new(secret.encode(), b"%d:" % moment + body, hashlib.sha256)
    return f"{moment}:{signed.hexdigest()}"


def announce(world: World, merchant: int, event: str, data: Any) -> None:
    """Queues one delivery for each active hook of the merchant that listens to the event."""
    listens = "EXISTS (SELECT 1 FROM json_each(events) WHERE value = ?)"
    sql = f"SELECT key FROM hooks WHERE merchant = ? AND active AND {listens}"  # noqa: S608
    body = as_json({"event": event, "data": data})
    letters = [
        partial(_letter, world.store, hook["key"], event, body) for hook in world.store.rows(sql, (merchant, event))
    ]
    world.deliveries.queue(letters)


def _letter(store: Store, key: int, event: str, body: bytes) -> Letter | None:
    """As the hook is when its turn comes; a hook that is gone or paused by then gets nothing."""
    found = store.rows("SELECT * FROM hooks WHERE key = ? AND active", [key])
    if not found:
        return None
    hook = found[0]
    headers = {SIGNATURE_HEADER: signature(hook["secret"], int(time.time()), body)}
    return Letter(hook["id"], event, hook["url"], headers, body, partial(_record, store, key))


def _record(store: Store, key: int, code: int | None, status: str) -> None:
    with store.write() as db:
        db.execute("UPDATE hooks SET last_code = ?, last_status = ? WHERE key = ?", (code, status, key))
