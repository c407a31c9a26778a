"""Many writers at once, threads and processes: no fork, no gap, no error, and each hundredth entry anchored."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from webapp.audit import anchors
from webapp.core.extensions import db

from .log import Log

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, THREADS, COUNT = 3, 4, 20


def test_threads_of_one_process_make_one_chain(log: Log) -> None:
    def write(_number: int) -> None:
        with log.app.app_context():
            log.write(COUNT)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    verdict = log.verify()
    assert (verdict.ok, verdict.entries, verdict.last_seq) == (True, 1 + 8 * COUNT, 1 + 8 * COUNT)


@pytest.mark.requirement("R64")
def test_processes_with_threads_make_one_chain(log: Log, tmp_path: Path) -> None:
    url = db.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.audit.writer", url, str(tmp_path), str(THREADS), str(COUNT)]
    running = [subprocess.Popen(command, cwd=ROOT) for _ in range(PROCESSES)]
    assert [process.wait(60) for process in running] == [0] * PROCESSES
    written = 1 + PROCESSES * THREADS * COUNT
    verdict = log.verify()
    assert (verdict.ok, verdict.entries, verdict.last_seq) == (True, written, written)
    anchored = sorted(anchor.seq for anchor in anchors.file_of(log.settings))
    assert anchored == [100, 200], "one anchor for each hundred, whoever wrote the hundredth"


def test_readers_do_not_wait_for_writers(log: Log) -> None:
    log.write()
    with log.app.app_context(), db.engine.connect() as reading:
        before = anchors.head(reading)
        log.write(5)
        after = anchors.head(reading)
    assert before is not None
    assert after is not None
    assert before[0] <= after[0]
    assert log.entries()[-1].seq == 7
