"""The desk and its provider as real processes: gunicorn with two workers, the sandbox, killed at random."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import requests

from tests.conftest import PASSWORD
from tests.people import hire
from webapp import create_app
from webapp.core.environment import load_settings
from webapp.core.extensions import db
from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET

COOKIE = re.compile(r"(?:^|, )((?:__Host-)?[a-z]+)=([^;,]*)")
PATIENCE = 90
"""Seconds until a desk answers that has just been started, on a busy machine."""
BIG = {
    currency: {"single": "900000", "day": "90000000", "per_order": "90000000", "per_hour": 100000}
    for currency in ("AED", "KWD", "JPY")
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Desk:
    """One desk over a database and a provider of its own; deadlines short, so that a storm is over soon."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.port, self.provider_port = free_port(), free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.provider_address = f"http://127.0.0.1:{self.provider_port}"
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
            "POSTPAY_BASE_URL": self.provider_address,
            "POSTPAY_MERCHANT_ID": EMBEDDED_MERCHANT,
            "POSTPAY_SECRET_KEY": EMBEDDED_SECRET,
            "SECRET_KEY": "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2,
            "AUDIT_KEY": "a0b1c2d3e4f5061728394a5b6c7d8e9f" * 2,
            "ANCHOR_KEY": "1a2b3c4d5e6f70819203a4b5c6d7e8f9" * 2,
            "SEAL_KEY": "5e4d3c2b1a09f8e7d6c5b4a39281706f" * 2,
            "ANCHOR_FILE": str(folder / "anchors.jsonl"),
            "PROVIDER_DEADLINE": "2",
            "PROVIDER_CONNECT_TIMEOUT": "1",
            "REFUND_LIMITS": '{"agent": %s, "finance": %s}' % ((str(BIG).replace("'", '"'),) * 2),
            "WEB_WORKERS": "2",
            "WEB_THREADS": "8",
        }
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Desk:
        credentials = f"{EMBEDDED_MERCHANT}:{EMBEDDED_SECRET}"
        self._start(
            "sandbox", "-m", "webapp.emulators.postpay", "--port", str(self.provider_port), "--orders", "0",
            "--credentials", credentials,
        )  # fmt: skip
        self.command("migrate")
        self.start_web()
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self._processes):
            self._stop(name)

    def start_web(self) -> None:
        self._start("web", "-m", "flask", "--app", "webapp", "serve")
        self._await(f"{self.address}/healthz")
        self._await(f"{self.provider_address}/_sandbox")

    def stop_web(self) -> None:
        self._stop("web")

    def start_worker(self) -> None:
        self._start("worker", "-m", "flask", "--app", "webapp", "work")

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One flask command, in this process: Python starts slowly. What its exit code means is the caller's matter."""
        app = create_app(load_settings(self.environment))
        done = app.test_cli_runner().invoke(args=list(words))
        with app.app_context():
            db.engine.dispose()
        wrong = "" if done.exception is None else f"{done.exception!r}\n"
        return subprocess.CompletedProcess(words, done.exit_code, done.stdout, wrong + done.stderr)

    def hire(self, role: str, *emails: str) -> None:
        """By the command an operator uses."""
        app = create_app(load_settings(self.environment))
        with app.app_context():
            hire(app, {f"{email} {role}": (email, email) for email in emails}, PASSWORD)
            db.engine.dispose()

    def kill_a_process(self, dice: random.Random) -> None:
        """kill -9 of a gunicorn worker, which the master replaces, or of the background worker."""
        web = self._processes["web"]
        victims = psutil.Process(web.pid).children(recursive=True)
        worker = self._processes.get("worker")
        if worker is not None and dice.random() < 0.25:
            worker.kill()
            worker.wait()
            self.start_worker()
        elif victims:
            dice.choice(victims).kill()

    def _start(self, name: str, *arguments: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self._processes[name] = subprocess.Popen(
            [sys.executable, *arguments], env=self.environment, stdout=log, stderr=log
        )

    def _stop(self, name: str) -> None:
        process = self._processes.pop(name)
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for child in children:
            if child.is_running():
                child.kill()

    def _await(self, address: str) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                requests.get(address, timeout=1)
            except requests.RequestException:
                time.sleep(0.1)
            else:
                return
        logs = "\n".join(path.read_text()[-2000:] for path in self.folder.glob("*.log"))
        raise AssertionError(f"{address} does not answer\n{logs}")


class Killer(threading.Thread):
    """Kills a process about every so many seconds until it is told to stop."""

    def __init__(self, desk: Desk, dice: random.Random, every: float) -> None:
        super().__init__(daemon=True)
        self.desk, self.dice, self.every = desk, dice, every
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(self.every * self.dice.uniform(0.7, 1.3)):
            self.desk.kill_a_process(self.dice)

    def stop(self) -> None:
        self.over.set()
        self.join()


class Control:
    """The provider's control prefix."""

    def __init__(self, desk: Desk) -> None:
        self.root = f"{desk.provider_address}/_sandbox"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, self.root + path, json=body, timeout=30)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None
