"""A client that costs little: raw kept connections, one thread each, pages counted and timed."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from statistics import median
from typing import TypeVar

Name = TypeVar("Name")


@dataclass(frozen=True, slots=True)
class Page:
    """An address on this machine, the headers to ask for it with, and the cookies of the people who may ask at once."""

    port: int
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    people: tuple[str, ...] = ()

    @property
    def request(self) -> bytes:
        lines = [f"GET {self.path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines += [f"Cookie: {cookie}" for cookie in self.people[:1]]
        return "\r\n".join([*lines, "", ""]).encode()

    def having(self, **headers: str) -> Page:
        more = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return replace(self, headers=self.headers + more)

    def at(self, path: str) -> Page:
        """Another page for the same people."""
        return replace(self, path=path)

    def of(self, number: int) -> Page:
        """For one of many connections: one person alone is not served on so many."""
        return replace(self, people=self.people[number % len(self.people) :][:1]) if self.people else self


class Connection:
    """One kept connection."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.request = page.request
        self.socket = socket.create_connection(("127.0.0.1", page.port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def get(self) -> bytes:
        """The page's body, empty for 204. Raises RuntimeError for anything but 200 and 204."""
        self.socket.sendall(self.request)
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head = data[:end].lower()
        if head.startswith(b"http/1.1 204"):
            return b""
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"{self.page.path}: {head.splitlines()[0].decode()}")
        length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        body = bytearray(data[end + 4 :])
        while len(body) < length:
            body += self._more()
        return bytes(body)

    def _more(self) -> bytes:
        some = self.socket.recv(1 << 16)
        if not some:
            raise RuntimeError(f"{self.page.path}: the connection was closed")
        return some


def cpu_seconds(pid: int) -> float:
    """What a process has computed so far, all threads, to the nanosecond (Linux: clock_getcpuclockid)."""
    return time.clock_gettime((~pid << 3) | 2)


def cpu_per_page(page: Page, pid: int, times: int) -> float:
    """Milliseconds of the serving process for one page, one after the other."""
    with Connection(page) as connection:
        connection.get()
        before = cpu_seconds(pid)
        for _ in range(times):
            connection.get()
        return (cpu_seconds(pid) - before) * 1000 / times


def median_wait(page: Page, times: int) -> float:
    """Milliseconds that one person waits for a page."""
    with Connection(page) as connection:
        connection.get()
        return median(_timed(connection) for _ in range(times)) * 1000


def _timed(connection: Connection) -> float:
    start = time.perf_counter()
    connection.get()
    return time.perf_counter() - start


def pages_per_second(page: Page, connections: int, seconds: float) -> float:
    """What many who ask at once get."""

    def ask(number: int) -> int:
        with Connection(page.of(number)) as connection:
            connection.get()
            count, end = 0, time.monotonic() + seconds
            while time.monotonic() < end:
                connection.get()
                count += 1
            return count

    with ThreadPoolExecutor(connections) as pool:
        return sum(pool.map(ask, range(connections))) / seconds


def drive(page: Page, times: int, connections: int = 4) -> None:
    """Only load."""

    def ask(number: int) -> None:
        with Connection(page.of(number)) as connection:
            for _ in range(times // connections):
                connection.get()

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(ask, range(connections)))


def packed(page: Page) -> int:
    """Bytes of the page as gzip."""
    with Connection(page) as connection:
        return len(gzip.compress(connection.get(), 6))


def interleaved(measures: Mapping[Name, Callable[[], float]], rounds: int) -> dict[Name, list[float]]:
    """Each measure in turn, round after round, so that a busy moment of the machine hits all alike."""
    found: dict[Name, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            found[name].append(measure())
    return found
