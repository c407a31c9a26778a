"""A provider's emulator as a server: real HTTP/1.1 with kept connections, one thread for each of them."""

from __future__ import annotations

import socket
import socketserver
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from functools import partial
from types import TracebackType
from typing import Generic, Self, TypeVar

from . import control
from .connection import Connection
from .messages import Answer, Delivery, Refusal, Request, Shapes
from .routes import Routes
from .store import Store
from .world import World, close

BACKLOG = 512
W = TypeVar("W", bound=World)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = BACKLOG
    answer: Callable[[Request], Answer]

    def __init__(self, host: str, port: int, shapes: Shapes) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.shapes = shapes
        self._open: set[socket.socket] = set()
        self._ending = False
        super().__init__((host, port), Connection)

    @property
    def address(self) -> str:
        """`http://host:port`, without a slash at the end."""
        host, port = self.server_address[:2]
        return f"http://[{host!s}]:{port}" if ":" in str(host) else f"http://{host!s}:{port}"

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
        """Clients may leave at any moment; all else is a defect of the emulator and is shown."""
        if not isinstance(sys.exception(), OSError):
            traceback.print_exc()


def _with(world: W, store: Store) -> W:
    """The same world with other data."""
    other = copy(world)
    other.store = store
    return other


class Emulator(Generic[W]):
    """One emulated provider, serving while started or within `with`.

    A provider passes in how it speaks (`shapes`), its work (`answer`, which may raise a Refusal), what it adds to the
    control prefix, and how its world is made once its address is known. Port 0 takes a free one.
    """

    def __init__(
        self,
        shapes: Shapes,
        answer: Callable[[W, Request], Answer],
        controls: Routes[control.Control[W]],
        make_world: Callable[[str], W],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._shapes = shapes
        self._work = answer
        self._controls: Routes[control.Control[W]] = {**control.ROUTES, **controls}
        self._make_world = make_world
        self._address = (host, port)
        self._running: tuple[_Server, W, threading.Thread] | None = None

    @property
    def world(self) -> W:
        if not self._running:
            raise RuntimeError("the emulator is not running")
        return self._running[1]

    @property
    def base_url(self) -> str:
        """`http://host:port`, without a slash at the end."""
        if not self._running:
            raise RuntimeError("the emulator is not running")
        return self._running[0].address

    def start(self) -> Self:
        server = _Server(*self._address, self._shapes)
        world = self._make_world(server.address)
        server.answer = partial(self._answer, world)
        accepting = threading.Thread(target=server.accept_all, name="emulator", daemon=True)
        self._running = (server, world, accepting)
        accepting.start()
        return self

    def stop(self) -> None:
        if not self._running:
            return
        (server, world, accepting), self._running = self._running, None
        server.end(accepting)
        close(world)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _answer(self, world: W, request: Request) -> Answer:
        """The answer of whichever part the address belongs to, spoiled by a fault where one is due."""
        if control.owns(request.path):
            return self._refusing(lambda: control.answer(self._controls, world, request))
        seen = world.log.start(request)
        fault = world.faults.pick(request)
        at = world if fault is None or fault.past is None else _with(world, fault.past)

        def work() -> Answer:
            if at.store.closed:
                return Answer(503)
            done = self._refusing(lambda: self._work(at, request))
            seen.record_work(done.status)
            return done

        if not fault:
            final = work()
        else:
            seen.fault = fault.kind
            final = world.faults.apply(fault, work, self._shapes)
        world.log.finish(seen, final.status if final.delivery not in (Delivery.CLOSED, Delivery.RESET) else None)
        return final

    def _refusing(self, work: Callable[[], Answer]) -> Answer:
        try:
            return work()
        except Refusal as refusal:
            return self._shapes.refuse(refusal)
        except Exception:
            # A defect of ours: said aloud, and answered as the provider's own would be.
            traceback.print_exc()
            return self._shapes.refuse(Refusal("error"))
