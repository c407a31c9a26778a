"""The processes that are measured: each on a free port of this machine, stopped when the run is over."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import psutil
import requests

from tests.storm.desk import free_port
from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET, ROOT

PATIENCE = 120.0
LIMIT_THREADS = 8
GUNICORN = (
    "-m",
    "gunicorn",
    "--worker-class",
    "gthread",
    "--workers",
    "1",
    "--no-control-socket",
    "--keep-alive",
    "75",
)


class Server:
    """One process that serves; of gunicorn the one worker is what is measured."""

    def __init__(self, name: str, port: int, process: subprocess.Popen[bytes]) -> None:
        self.name, self.port, self.process = name, port, process
        self.address = f"http://127.0.0.1:{port}"

    @property
    def worker(self) -> int:
        """Process id of gunicorn's worker."""
        return int(psutil.Process(self.process.pid).children()[0].pid)

    @property
    def megabytes(self) -> float:
        """Resident memory of the worker."""
        return float(psutil.Process(self.worker).memory_info().rss) / 2**20

    def answers(self, path: str, headers: dict[str, str]) -> bool:
        try:
            return (
                requests.get(self.address + path, headers=headers, timeout=5, allow_redirects=False).status_code == 200
            )
        except requests.RequestException:
            return False

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Servers:
    """Starts servers over one folder of data; leaving the context stops all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[Server] = []
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "DATABASE_URL": f"sqlite:///{folder / 'desk.sqlite3'}",
            "SECRET_KEY": "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2,
            "AUDIT_KEY": "a0b1c2d3e4f5061728394a5b6c7d8e9f" * 2,
            "ANCHOR_KEY": "1a2b3c4d5e6f70819203a4b5c6d7e8f9" * 2,
            "SEAL_KEY": "5e4d3c2b1a09f8e7d6c5b4a39281706f" * 2,
            "ANCHOR_FILE": str(folder / "anchors.jsonl"),
            "ACCOUNTS_FILE": str(folder / "accounts.toml"),
            "WEB_WORKERS": "1",
            "BENCH_MERCHANT": EMBEDDED_MERCHANT,
            "BENCH_SECRET": EMBEDDED_SECRET,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for server in reversed(self.running):
            server.stop()

    def provider(self, name: str, orders: int) -> Server:
        """An emulated provider with so many orders; it may still be making them up, see `wait`."""
        port = free_port()
        credentials = f"{EMBEDDED_MERCHANT}:{EMBEDDED_SECRET}"
        words = ["--port", str(port), "--orders", str(orders), "--credentials", credentials]
        return self._start(name, port, ["-m", "webapp.emulators.postpay", *words])

    def accounts(self, providers: dict[str, Server]) -> None:
        """Tells the desk of one account per provider."""
        tables = [
            f'[[account]]\nslug = "{slug}"\nenvironment = "embedded"\nbase_url = "{provider.address}"\n'
            for slug, provider in providers.items()
        ]
        (self.folder / "accounts.toml").write_text("\n".join(tables), encoding="utf-8")

    def desk(self, **more: str) -> Server:
        """The desk as `flask serve` runs it, with one worker; `more` settings."""
        port = free_port()
        words = ["-m", "gunicorn", "--config", "python:webapp.ops.server", "webapp:create_app()"]
        return self._start("desk", port, words, **{"PORT": str(port), **more})

    def plain(self, name: str, provider: Server) -> Server:
        """`limit` or `floor` of plain_pages."""
        port = free_port()
        words = [*GUNICORN, "--threads", str(LIMIT_THREADS), "--preload", "--bind", f"127.0.0.1:{port}"]
        return self._start(name, port, [*words, f"tests.bench.plain_pages:{name}()"], BENCH_PROVIDER=provider.address)

    def django(self, python: Path, file: Path) -> Server:
        """Django's admin over a table that is filled already."""
        port = free_port()
        words = [*GUNICORN, "--threads", str(LIMIT_THREADS), "--bind", f"127.0.0.1:{port}"]
        words += ["--pythonpath", str(Path(__file__).parent), "django_site:application"]
        return self._start("django", port, words, python=python, BENCH_DJANGO_FILE=str(file))

    def stop(self, server: Server) -> None:
        server.stop()
        self.running.remove(server)

    def wait(self, server: Server, path: str, headers: dict[str, str] | None = None) -> None:
        """Until it answers 200 there. Raises RuntimeError with its log when it does not."""
        end = time.monotonic() + PATIENCE
        while not server.answers(path, headers or {}):
            if server.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{server.name} does not answer:\n{self._log(server.name).read_text()[-3000:]}")
            time.sleep(0.02)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _start(self, name: str, port: int, words: list[str], python: Path | None = None, **more: str) -> Server:
        with self._log(name).open("ab") as log:
            process = subprocess.Popen(
                [str(python or sys.executable), *words],
                cwd=ROOT,
                env={**self.environment, **more},
                stdout=log,
                stderr=log,
            )
        server = Server(name, port, process)
        self.running.append(server)
        return server


class Control:
    """The control prefix of a provider."""

    def __init__(self, provider: Server) -> None:
        self.root = f"{provider.address}/_sandbox"

    def latency(self, milliseconds: int) -> None:
        """Every answer from now on comes so much later; 0 ends it."""
        self._ask("DELETE", "/faults")
        if milliseconds:
            self._ask("POST", "/faults", {"kind": "latency", "seconds": milliseconds / 1000})

    def fault(self, **fields: Any) -> None:
        """One more rule; the oldest that applies is used."""
        self._ask("POST", "/faults", fields)

    def order(self, **fields: Any) -> None:
        self._ask("POST", "/orders", fields)

    def refund(self, order_id: str, amount: int) -> None:
        self._ask("POST", f"/orders/{order_id}/refunds", {"amount": amount})

    def _ask(self, method: str, path: str, body: Any = None) -> None:
        requests.request(method, self.root + path, json=body, timeout=30).raise_for_status()
