"""A process of its own that writes from several threads: `python -m tests.audit.writer URL VAR THREADS COUNT`."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .conftest import store_app
from .log import Log


def main(url: str, var: str, threads: str, count: str) -> None:
    """Writes `count` entries from each of `threads` threads, one transaction each; any error ends it with status 1."""
    app = store_app(url, Path(var))

    def write(_number: int) -> None:
        with app.app_context():
            Log(app).write(int(count))

    with ThreadPoolExecutor(int(threads)) as pool:
        list(pool.map(write, range(int(threads))))


if __name__ == "__main__":
    main(*sys.argv[1:])
