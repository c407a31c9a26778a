"""The desk as a small family of processes on one machine: started in order, watched, stopped in reverse order."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Self

from webapp.core.settings import ROOT

PATIENCE = 60.0
"""Seconds that a part may take to start, or to stop before it is made to."""
LOOK_EVERY = 0.1


class PartFailed(Exception):
    """A part did not start, or ended by itself; the message says which and shows the end of its log."""


@dataclass
class Part:
    """One process, and the file that its output goes to."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(cls, name: str, arguments: list[str], logs: Path, told: str = "") -> Self:
        """Starts `python ARGUMENTS` from the project's folder, out of reach of the terminal's Ctrl-C.

        `told` is what it reads from its standard input.
        """
        logs.mkdir(parents=True, exist_ok=True)
        log = logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own programs
                [sys.executable, *arguments],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        with suppress(BrokenPipeError), process.stdin as said:  # type: ignore[union-attr]
            said.write(told.encode())
        return cls(name, process, log)

    def check(self) -> None:
        """Raises PartFailed if the process is no more."""
        code = self.process.poll()
        if code is not None:
            last = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
            raise PartFailed("\n".join([f"The {self.name} ended (exit {code}). The end of {self.log}:", *last]))

    def stop(self) -> None:
        """Asks it to finish, and waits; makes it stop when it does not."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Family:
    """The parts that run; leaving the context stops them, the last one first."""

    def __init__(self, logs: Path, stop: Event) -> None:
        self.logs = logs
        self.stop = stop
        self.parts: list[Part] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        for part in reversed(self.parts):
            part.stop()

    def start(self, name: str, arguments: list[str], ready: Callable[[], bool], told: str = "") -> None:
        """Starts a part and waits until it is ready, or until `stop` is set. Raises PartFailed."""
        if self.stop.is_set():
            return
        part = Part.start(name, arguments, self.logs, told)
        self.parts.append(part)
        end = time.monotonic() + PATIENCE
        while not self.stop.is_set() and not ready():
            part.check()
            if time.monotonic() > end:
                raise PartFailed(f"The {name} was not ready after {PATIENCE:.0f} seconds; see {part.log}.")
            self.stop.wait(LOOK_EVERY)

    def watch(self) -> None:
        """Returns when `stop` is set; raises PartFailed when one of them ends before."""
        while not self.stop.wait(LOOK_EVERY * 5):
            for part in self.parts:
                part.check()


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(host: str, port: int, path: str | None = None) -> bool:
    """Whether somebody listens there, and answers 200 to `path` if one is given."""
    try:
        if path is None:
            socket.create_connection((host, port), timeout=1).close()
            return True
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", path, headers={"Host": "localhost"})
            return connection.getresponse().status == 200
        finally:
            connection.close()
    except (OSError, http.client.HTTPException):
        return False
