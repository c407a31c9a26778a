"""What is told to webhooks: the signed letter, who gets it, and what goes wrong on its way."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from webapp.emulators.kit.deliveries import Letter, Writing
from webapp.emulators.kit.messages import as_json

from . import things
from .world import World

SIGNATURE_HEADER, TIMESTAMP_HEADER = "PayPro-Signature", "PayPro-Timestamp"


def signature(secret: str, moment: int, body: bytes) -> str:
    """HMAC-SHA256 with the webhook's secret over `<unix seconds>.<raw body>`, in hex."""
    return hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest()


def announce(world: World, account: int, events: Sequence[dict[str, Any]]) -> None:
    """Queues each event for each active webhook of the account that wants it."""
    with world.store.read() as db:
        sql = "SELECT * FROM things WHERE account = ? AND kind = 'webhook' AND NOT gone ORDER BY key"
        hooks = [things.read(row) for row in db.execute(sql, (account,)).fetchall()]
    letters: list[Writing] = []
    late: list[Writing] = []
    for event in events:
        for hook in hooks:
            if not _wants(hook, event["event_type"]):
                continue
            trick = world.quirks.tricks.pop(0) if world.quirks.tricks else ""
            written = list(_written(world, account, hook.id, event, trick))
            if trick == "late":
                late += written
                continue
            letters += [*written, *late]
            late = []
    world.deliveries.queue([*letters, *late])


def _wants(hook: things.Thing, event_type: str) -> bool:
    asked = hook.body["enabled_event_types"]
    return bool(hook.body["active"]) and (not asked or event_type in asked)


def _written(world: World, account: int, hook: str, event: dict[str, Any], trick: str) -> Iterator[Writing]:
    times = {"lost": 0, "twice": 2}.get(trick, 1)
    for _ in range(times):
        yield partial(_letter, world, account, hook, event, trick)


def _letter(world: World, account: int, hook_id: str, event: dict[str, Any], trick: str) -> Letter | None:
    """As the webhook is when its turn comes; one that is gone or paused by then gets nothing."""
    with world.store.read() as db:
        hook = things.find(db, account, "webhook", hook_id)
    if not hook or not hook.body["active"]:
        return None
    body, moment = as_json(event), int(time.time())
    if trick == "form":
        body = urlencode({"id": event["id"], "event_type": event["event_type"]}).encode()
    headers = {
        TIMESTAMP_HEADER: str(moment),
        SIGNATURE_HEADER: signature(hook.body["secret"], moment, body),
        **({"Content-Type": "application/x-www-form-urlencoded"} if trick == "form" else {}),
    }
    signed = {} if trick == "unsigned" else headers
    return Letter(hook.id, event["event_type"], hook.body["url"], signed, body, lambda *_: None, world.quirks.waits)
