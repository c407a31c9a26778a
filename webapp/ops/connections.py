"""How a connection becomes a request, and an answer gets out: no thread waits for who is slow to send or to read.

waitress gathers each request to its last byte, between all other connections, before it gives it to a thread, and sends
the answers in the same way; gunicorn's master starts, watches, replaces and stops the processes. Said here are the
limits, what is read more strictly, and how a process ends.
"""

from __future__ import annotations

import os
import re
import time
import uuid
from collections import deque
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import structlog
from gunicorn.workers.base import Worker as GunicornWorker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask
from waitress.utilities import Error

from webapp.web.headers import OF_NO_PAGE
from webapp.web.public_slots import HOLD_BACK

SECONDS_FOR_REQUEST = 20
"""From its first byte to its last."""
SECONDS_WITHOUT_READING = 20
"""For somebody who takes nothing of an answer."""
SECONDS_HELD_BACK = 0.5
"""After an answer that said to come later: who asks again at once on the same connection waits so long, without a
thread, so that a flood of refused requests leaves the processor to everybody else.
"""
SECONDS_AT_THE_END = 2
"""For what comes in while the process is told to stop: a request may be on its way on a kept connection."""
LARGEST_HEAD = 64 * 1024
LARGEST_BODY = 1024 * 1024 + 64 * 1024
"""More than any view takes, so that it can say so itself."""
LARGEST_IN_MEMORY = 64 * 1024
"""Of one body; a larger one waits in a file."""
MOST_PIECES_DROPPED = 16
LOOK_EVERY = 0.5
TARGET = re.compile(r"[\x21-\x7e]+")

log = structlog.stdlib.get_logger("webapp.ops.connections")


class TooSlow(Error):  # type: ignore[misc]
    """The request did not end in time."""

    code = 408
    reason = HTTPStatus.REQUEST_TIMEOUT.phrase


class NotExpected(Error):  # type: ignore[misc]
    """The request expects what the server does not do."""

    code = 417
    reason = HTTPStatus.EXPECTATION_FAILED.phrase


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """Knows when the request began, and refuses what two servers could read differently."""

    def __init__(self, adj: Adjustments) -> None:
        super().__init__(adj)
        self.began = time.time()

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        two_lengths = self.chunked and "CONTENT_LENGTH" in self.headers
        unread_length = "TRANSFER_ENCODING" in self.headers  # waitress takes it away where it goes by it
        two_hosts = "," in self.headers.get("HOST", "")
        is_known = self.version in ("1.0", "1.1") and TARGET.fullmatch(self.request_uri)
        if two_lengths or unread_length or two_hosts or not is_known:
            raise ParsingError("ambiguous")
        if self.headers.get("EXPECT", "100-continue").lower() != "100-continue":
            self.error = NotExpected("")


class StrictAnswer(ErrorTask):  # type: ignore[misc]
    """Answers what is no request, without repeating any of it."""

    def execute(self) -> None:
        error = self.request.error
        body = f"{error.reason}\n".encode()
        request_id = uuid.uuid4().hex
        log.warning("invalid request", status=error.code, request_id=request_id)
        self.status = f"{error.code} {error.reason}"
        self.response_headers.extend([*OF_NO_PAGE.items(), ("X-Request-Id", request_id)])
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class DeskAnswer(WSGITask):  # type: ignore[misc]
    """What the desk answers; the last one on its connection when the process is told to stop."""

    def build_response_header(self) -> bytes:
        if self.channel.server.stopping:
            self.set_close_on_finish()
        if HOLD_BACK in self.environ:
            self.channel.held_until = time.monotonic() + SECONDS_HELD_BACK
        return bytes(super().build_response_header())

    def set_close_on_finish(self) -> None:
        """An answer that has no body (204, 304) ends by itself; waitress would hang up for lack of a length."""
        asked_to_close = self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.has_body or self.version != "1.1" or asked_to_close or self.channel.server.stopping:
            super().set_close_on_finish()


class Connection(HTTPChannel):  # type: ignore[misc]
    """One connection, with limits of time."""

    parser_class = Parser
    task_class = DeskAnswer
    error_task_class = StrictAnswer
    request: Parser | None
    """What has come in so far of the next request."""
    held_until = 0.0
    """Before this its next request is not worked on."""

    def look_after(self, moment: float) -> None:
        """In the main loop, about once a second: ends what takes too long. A thread that works is left alone."""
        stopping = self.server.stopping
        quiet = moment - self.last_activity
        if self.total_outbufs_len:
            if quiet > SECONDS_WITHOUT_READING:
                self.handle_close()
        elif self.requests:
            return
        elif self.request is not None:
            if moment - self.request.began > (SECONDS_AT_THE_END if stopping else SECONDS_FOR_REQUEST):
                self._give_up(self.request)
        elif quiet > (SECONDS_AT_THE_END if stopping else self.adj.channel_timeout):
            self.handle_close()

    def handle_close(self) -> None:
        """Takes what is not wanted off the socket first: with it unread, the sender would lose the answer too."""
        with suppress(OSError):
            for _ in range(MOST_PIECES_DROPPED):
                if self.socket is None or not self.socket.recv(LARGEST_IN_MEMORY):
                    break
        super().handle_close()

    def _give_up(self, unfinished: Parser) -> None:
        with self.requests_lock:
            unfinished.error = TooSlow("")
            self.requests.append(unfinished)
            self.request = None
            self.server.add_task(self)


class Server(TcpWSGIServer):  # type: ignore[misc]
    """One address that is listened at."""

    channel_class = Connection
    stopping = False

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.held: deque[Connection] = deque()

    def add_task(self, connection: Connection) -> None:
        """Has a thread work on its next request, now or when it is not held back any more."""
        if connection.held_until > time.monotonic():
            self.held.append(connection)
            self.pull_trigger()
        else:
            super().add_task(connection)

    def release(self) -> None:
        """In the main loop: goes on with connections that were held back long enough, all of them at the end."""
        moment = time.monotonic()
        while self.held and (self.stopping or self.held[0].held_until <= moment):
            super().add_task(self.held.popleft())

    def maintenance(self, now: float) -> None:
        for connection in list(self.active_channels.values()):
            connection.look_after(now)

    def stop(self) -> None:
        """Accepts nobody any more; who is here is served."""
        self.stopping = True
        self.accepting = False


class Worker(GunicornWorker):  # type: ignore[misc]
    """One process of gunicorn's, in which waitress serves."""

    def run(self) -> None:
        """Until told to stop, and then until what is in hand is answered."""
        self.map: dict[int, Any] = {}
        self.servers = servers = self._servers()
        while self.alive and self.ppid == os.getppid():
            self._turn()
        for server in servers:
            server.stop()
        ends = time.monotonic() + self.cfg.graceful_timeout
        while any(server.active_channels for server in servers) and time.monotonic() < ends:
            self._turn()

    def _servers(self) -> list[Server]:
        sockets = [listener.sock for listener in self.sockets]
        limits = Adjustments(
            sockets=sockets,
            server_name=sockets[0].getsockname()[0],
            backlog=self.cfg.backlog,
            connection_limit=self.cfg.worker_connections,
            channel_timeout=self.cfg.keepalive,
            cleanup_interval=1,
            max_request_header_size=LARGEST_HEAD,
            max_request_body_size=LARGEST_BODY,
            inbuf_overflow=LARGEST_IN_MEMORY,
            recv_bytes=LARGEST_IN_MEMORY,
            clear_untrusted_proxy_headers=False,  # which proxies to believe is PROXY_HOPS' business alone
            log_socket_errors=False,
            ident=None,
        )
        threads = ThreadedTaskDispatcher()
        threads.set_thread_count(self.cfg.threads)
        return [
            Server(
                self.wsgi, self.map, _sock=one, dispatcher=threads, adj=limits, bind_socket=False,
                sockinfo=(one.family, one.type, one.proto, one.getsockname()),
            )
            for one in sockets
        ]  # fmt: skip

    def _turn(self) -> None:
        self.notify()
        is_holding = any(server.held for server in self.servers)
        wasyncore.loop(timeout=LOOK_EVERY / 10 if is_holding else LOOK_EVERY, use_poll=True, map=self.map, count=1)
        for server in self.servers:
            server.release()
