"""A worker in a process of its own: `python -m tests.lists.exports.worker PROVIDER DATABASE VAR`, until SIGTERM."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from threading import Event

from tests.conftest import make_settings
from webapp import create_app
from webapp.jobs.runner import work_on


def main(provider: str, database: str, var: str) -> None:
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    work_on(create_app(make_settings(provider, database, Path(var))), stop)


if __name__ == "__main__":
    main(*sys.argv[1:])
