"""A shop that is told of refunds: it verifies each delivery with the secrets it knows, and answers as it is told to."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.webhooks.at_provider import Hooks
from webapp.providers.postpay.signature import is_genuine

OLD = "made-by-hand"


class Shop(ThreadingHTTPServer):
    """Keeps the amounts it was told of, and counts what it could not verify.

    `status` is what it answers to what it has verified: 200, or whatever it is in the mood for.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Delivery)
        self.secrets = [OLD]
        self.status = 200
        self.told: list[int] = []
        self.unverified = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks"


class _Delivery(BaseHTTPRequestHandler):
    server: Shop

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_ours = is_genuine(self.headers["X-Postpay-Signature"], body, self.server.secrets)
        if is_ours:
            self.server.told.append(abs(json.loads(body)["data"].get("amount", 0)))
        else:
            self.server.unverified += 1
        self.send_response(self.server.status if is_ours else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class Trade:
    """Something happens in the shop: each refund has an amount of its own, and every webhook is told of it."""

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self.address = hooks.address.removesuffix("hooks") + "orders/busy/refunds"
        self.done = 0
        hooks.order("busy", total=10**9)

    def refund(self) -> int:
        """One refund, told to everybody by the time this returns; its amount."""
        self.done += 1
        body = {"refund_id": f"refund-{self.done}", "amount": self.done}
        assert self.hooks.direct.post(self.address, json=body, timeout=10).ok
        self.settle()
        return self.done

    def settle(self) -> None:
        """Waits until every delivery is made."""
        while self.hooks._ask("GET", "/deliveries")["pending"]:
            time.sleep(0.002)
