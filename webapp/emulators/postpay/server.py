"""The sandbox as a server: real HTTP/1.1 with kept connections, one thread for each of them.

with Sandbox(orders=0, credentials=[("id_…", "sk_test_…")]) as sandbox:
    requests.get(f"{sandbox.base_url}/orders", auth=(sandbox.merchant_id, sandbox.secret_key))
"""

from __future__ import annotations

import socket
import socketserver
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from . import api, checkout, clock, control, seed
from .connection import Connection
from .gate import Throttle
from .messages import Answer, Delivery, Refusal, Request
from .store import Store
from .world import World

MERCHANT_ID = "id_" + "0123456789abcdef" * 2
SECRET_KEY = "sk_test_" + "0123456789" * 4
BACKLOG = 512


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = BACKLOG
    world: World

    def __init__(self, host: str, port: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._open: set[socket.socket] = set()
        self._ending = False
        super().__init__((host, port), Connection)

    def answer(self, request: Request) -> Answer:
        return answer(self.world, request)

    def accept_all(self) -> None:
        """Waits for connections without ever looking up, until `end` comes in as one."""
        while not self._ending:
            self.handle_request()

    def end(self, accepting: threading.Thread) -> None:
        """Takes no more connections, and ends the kept ones, so that clients see that nobody is there."""
        self._ending = True
        host, port = self.server_address[:2]
        with suppress(OSError), socket.create_connection((str(host), port), timeout=1):
            accepting.join(1)
        self.server_close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request_thread(self, request, client_address) -> None:  # type: ignore[no-untyped-def]
        self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.discard(request)

    def handle_error(self, request, client_address) -> None:  # type: ignore[no-untyped-def]
        """Clients may leave at any moment; all else is a defect of the sandbox and is shown."""
        if not isinstance(sys.exception(), OSError):
            traceback.print_exc()


def answer(world: World, request: Request) -> Answer:
    """The answer of whichever part of the sandbox the address belongs to, spoiled by a fault where one is due."""
    if control.owns(request.path):
        return control.answer(world, request)
    seen = world.log.start(request)

    def work() -> Answer:
        if world.store.closed:
            return Answer(503)
        done = _work(world, request)
        seen.record_work(done.status)
        return done

    fault = world.faults.pick(request)
    if not fault:
        final = work()
    else:
        seen.fault = fault.kind
        final = world.faults.apply(fault, work)
    world.log.finish(seen, final.status if final.delivery not in (Delivery.CLOSED, Delivery.RESET) else None)
    return final


def _work(world: World, request: Request) -> Answer:
    try:
        if request.path.startswith("/checkout/"):
            return checkout.answer_page(world, request)
        return api.answer(world, request)
    except Exception:
        # A defect of ours: said aloud, and answered as the documents' 50x.
        traceback.print_exc()
        return Refusal("error").answer()


class Sandbox:
    """One emulated provider, serving while started or within `with`.

    `credentials` are pairs of merchant id and secret; each merchant has `orders` orders of its own, made up from `seed`
    with the newest at `end` (default: now). With `db`, a file, data is kept and made up only where there is none.
    `throttle` is a rate as `60/min`. Port 0 takes a free one.
    """

    def __init__(
        self,
        *,
        orders: int = 500,
        seed: int = 1,
        end: datetime | None = None,
        credentials: Sequence[tuple[str, str]] | None = None,
        throttle: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        db: str | Path | None = None,
        deliver_anywhere: bool = False,
    ) -> None:
        self.credentials = list(credentials or [(MERCHANT_ID, SECRET_KEY)])
        self.merchant_id, self.secret_key = self.credentials[0]
        self._seed = (orders, seed, clock.micros(end) if end else clock.now())
        self._address = (host, port)
        self._db = db
        self._throttle = Throttle(throttle)
        self._deliver_anywhere = deliver_anywhere
        self._server: _Server | None = None

    @property
    def world(self) -> World:
        if not self._server:
            raise RuntimeError("the sandbox is not running")
        return self._server.world

    @property
    def base_url(self) -> str:
        """`http://host:port`, without a slash at the end."""
        return self.world.address

    def start(self) -> Self:
        server = _Server(*self._address)
        host, port = server.server_address[:2]
        shown = f"[{host!s}]" if ":" in str(host) else str(host)
        server.world = World(
            store=Store(self._db),
            credentials=dict(self.credentials),
            throttle=self._throttle,
            address=f"http://{shown}:{port}",
            deliver_anywhere=self._deliver_anywhere,
        )
        self._server = server
        orders, number, end = self._seed
        seed.fill(server.world.store, list(server.world.credentials), orders=orders, seed=number, end=end)
        self._accepting = threading.Thread(target=server.accept_all, name="sandbox", daemon=True)
        self._accepting.start()
        return self

    def stop(self) -> None:
        if not self._server:
            return
        server, self._server = self._server, None
        server.end(self._accepting)
        server.world.faults.close()
        server.world.deliveries.close()
        server.world.store.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
