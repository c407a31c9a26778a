"""How gunicorn serves the desk: its configuration, `gunicorn --config python:webapp.ops.server "webapp:create_app()"`.

`flask --app webapp serve` is the same with the files compressed first. Threads, because the desk mostly waits for the
provider. A worker that is told to stop has the time of a whole refund: two readings, the sending, and reading it back.
"""

from __future__ import annotations

import ctypes
import shutil
import sys
import tempfile
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from webapp.core import logs
from webapp.core.environment import settings_or_exit
from webapp.core.extensions import db

from . import lifecycle, schema

LARGE = 256 * 1024
"""Bytes of memory in one piece that are given back as soon as they are not used any more."""
MMAP_THRESHOLD = -3
"""mallopt(3)."""

SHORTEST_TURN = 0.0005
"""Seconds that a thread goes on before another one may have its turn."""

_settings = settings_or_exit()
_metrics_folder = tempfile.mkdtemp(prefix="desk-metrics-")


def give_back_memory() -> None:
    """Bodies and files go back to the system at once: many threads would each keep a heap as large as its largest.

    Only glibc has such heaps.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(MMAP_THRESHOLD, LARGE)


class JsonLogger(Logger):  # type: ignore[misc]
    """The server's own lines, written like all others; requests are logged by the desk."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        logs.configure(_settings.log_level)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


bind = f"{_settings.host}:{_settings.port}"
worker_class = "webapp.ops.connections.Worker"
workers = _settings.web_workers
threads = _settings.web_threads
worker_connections = 400  # and as many files at most for their bodies: processes may open 1,024
backlog = 512
timeout = 60
graceful_timeout = int(4 * _settings.provider_deadline) + 5
keepalive = 75  # longer than proxies keep an idle connection, so that they close it and not we
max_requests = 0
preload_app = True
control_socket_disable = True
accesslog = None
logger_class = JsonLogger
proc_name = "postpay-desk"
umask = 0o077
raw_env = [f"PROMETHEUS_MULTIPROC_DIR={_metrics_folder}"]


def on_starting(server: Arbiter) -> None:
    """Refuses to serve with another schema than the code's: wrong answers are worse than none."""
    give_back_memory()
    with server.app.wsgi().app_context():
        if not schema.is_current():
            server.log.error("the database does not have this version's schema; run `flask --app webapp migrate`")
            shutil.rmtree(_metrics_folder)
            raise SystemExit(1)


def post_fork(_server: Arbiter, _worker: Any) -> None:
    """Threads that reckon give way to those that only answer: of ten busy ones Python would let each have 5 ms, every
    time another one wants its turn.
    """
    sys.setswitchinterval(SHORTEST_TURN)


def when_ready(server: Arbiter) -> None:
    """Puts the start on record, and lets go of the database: the workers open connections of their own."""
    with server.app.wsgi().app_context():
        lifecycle.record_start("web")
        if _settings.all_embedded and _settings.is_reachable:
            server.log.warning("this demo can be reached from the network, and its passwords are known to everybody")
        db.engine.dispose()


def on_exit(server: Arbiter) -> None:
    """Puts the stop on record, and leaves nothing behind."""
    with server.app.wsgi().app_context():
        lifecycle.record_stop("web")
    shutil.rmtree(_metrics_folder, ignore_errors=True)
