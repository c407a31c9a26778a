"""Somebody who is signed in opens orders for which the provider answers with as much as the desk takes at all."""

from __future__ import annotations

import base64
import json
from collections import Counter

import requests

from tests.bench.servers import Control, Server
from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET
from webapp.providers.http.transport import DEFAULT_TRANSPORT

from . import Target, attack
from .person import Person

REFUNDS, ITEMS = "huge-refunds", "huge-items"
ROOM = DEFAULT_TRANSPORT.body_limit - 8 * 1024
ITEM = {"reference": "a", "name": "b", "unit_price": 1, "qty": 1}


def _arrange(provider: Server) -> None:
    control = Control(provider)
    for order_id in (REFUNDS, ITEMS):
        control.order(order_id=order_id, status="captured", total_amount=60_000)
    nothing = '{"count":2,"next":null,"previous":null,"results":[' + ",".join(["{}"] * (ROOM // 3)) + "]}"
    _always(control, f"=/orders/{REFUNDS}/refunds", nothing)
    order = _order(provider, ITEMS)
    order["items"] = [ITEM] * (ROOM // len(json.dumps([ITEM])))
    _always(control, f"=/orders/{ITEMS}", json.dumps(order))


def _always(control: Control, path: str, body: str) -> None:
    control.fault(kind="status", status=200, method="GET", path=path, body=body)


def _order(provider: Server, order_id: str) -> dict[str, object]:
    word = base64.b64encode(f"{EMBEDDED_MERCHANT}:{EMBEDDED_SECRET}".encode()).decode()
    headers = {"Authorization": f"Basic {word}", "Accept": "application/json"}
    answer = requests.get(f"{provider.address}/orders/{order_id}", headers=headers, timeout=30)
    answer.raise_for_status()
    return dict(answer.json())


@attack("huge-answers", arrange=_arrange)
def open_huge_orders(target: Target) -> Counter[str]:
    """Half of the connections open the one order, half the other."""
    person = Person(target, target.cookie)
    path = f"/demo/orders/{(REFUNDS, ITEMS)[target.number % 2]}"
    return person.go_on(lambda _number: person.ask(path))
