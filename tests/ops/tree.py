"""A copy of the program with a var/ of its own, and its commands run as real processes."""

from __future__ import annotations

import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from webapp import create_app
from webapp.core.environment import load_settings
from webapp.core.extensions import db
from webapp.core.settings import KEYS, ROOT

KEPT = ("PATH", "HOME", "LANG", "TMPDIR")
PATIENCE = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Tree:
    """The program's folder. Processes see no settings but the given ones."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder = folder
        self.port, self.sandbox_port = free_port(), free_port()
        for name in ("webapp", "templates", "static", "migrations"):
            shutil.copytree(ROOT / name, folder / name)  # with what is compiled: to do it again takes a second
        given = {"PORT": self.port, "SANDBOX_PORT": self.sandbox_port, "SANDBOX_ORDERS": 30, **settings}
        self.environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.environment |= {name: str(value) for name, value in given.items()}

    def start(self, *arguments: str, **settings: object) -> Process:
        return Process(self, [sys.executable, "-m", *arguments], {name: str(value) for name, value in settings.items()})

    def flask(self, *arguments: str, **settings: object) -> Process:
        return self.start("flask", "--app", "webapp", *arguments, **settings)

    def command(self, *arguments: str) -> tuple[int, str]:
        """(exit code, output) of a command as by `flask`, but in this process: Python and the desk start slowly."""
        var = self.folder / "var"
        for name in KEYS:
            key = var / "keys" / name
            key.parent.mkdir(parents=True, exist_ok=True)
            if not key.exists():
                key.write_text(secrets.token_hex(32), encoding="ascii")
        kept = {f"{name.upper()}_FILE": str(var / "keys" / name) for name in KEYS}
        kept |= {"DATABASE_URL": f"sqlite:///{var / 'desk.sqlite3'}", "ANCHOR_FILE": str(var / "audit-anchors.jsonl")}
        app = create_app(load_settings({**self.environment, **kept}))
        try:
            done = app.test_cli_runner().invoke(args=list(arguments))
        finally:
            with app.app_context():
                db.engine.dispose()
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    def get(self, path: str, port: int | None = None) -> tuple[int, str]:
        """(status, body) as this machine sees it; status 0 when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()


class Process:
    """One command; what it wrote can be read while it runs. Leaving the context kills what is left of it."""

    def __init__(self, tree: Tree, command: list[str], settings: dict[str, str]) -> None:
        self.log = tree.folder / f"output-{time.monotonic_ns()}.txt"
        with self.log.open("wb") as output:
            self.popen = subprocess.Popen(
                command, cwd=tree.folder, env=tree.environment | settings, stdout=output, stderr=subprocess.STDOUT
            )

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def until(self, reached: Callable[[], object]) -> None:
        """Waits until the condition holds; the process must not end before."""
        end = time.monotonic() + PATIENCE
        while not reached():
            assert self.popen.poll() is None, self.output
            assert time.monotonic() < end, self.output
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Sends the signal and returns the exit code."""
        if self.popen.poll() is None:
            self.popen.send_signal(number)
        return self.end()

    def end(self) -> int:
        """Waits for the end and returns the exit code."""
        try:
            return self.popen.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            raise AssertionError(f"it did not end:\n{self.output}") from None
