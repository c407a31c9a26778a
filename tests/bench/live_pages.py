"""What open pages cost that follow what happens: 200 of them on two workers of 32 threads, by polling and by streams.

A stream of events holds a thread for as long as its page is open. That is shown with answers that the provider keeps
back: 64 of them are as many streams as there are threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from .goals import Result, percentile
from .load import Connection, Page, _timed
from .places import Scene
from .servers import Control

OPEN_PAGES = 200
EVERY = 15
"""Seconds between two questions of a page, as in static/live.js."""
WORKERS, THREADS = 2, 32
SENDERS = 8
MEASURED = 150


def open_pages(scene: Scene) -> list[Result]:
    """The list's p95 beside 200 pages that poll, and beside 64 answers that are held open, against a quiet desk."""
    desk = scene.servers.desk(WEB_WORKERS=str(WORKERS), PROVIDER_CALLS=str(WORKERS * THREADS))
    page = replace(scene.list, port=desk.port)
    try:
        scene.servers.wait(desk, "/readyz")
        quiet = _p95(page)
        with _polling(page):
            polled = _p95(page)
        held = _held(scene, page)
    finally:
        scene.servers.stop(desk)
    how = f"p95 {quiet:.1f} -> {polled:.1f} ms, {OPEN_PAGES / EVERY:.0f} questions/s on {WORKERS} x {THREADS} threads"
    stream = f"{held:.0f} ms: each stream would hold one of {WORKERS * THREADS} threads"
    return [
        Result(15, f"list p95 beside {OPEN_PAGES} open pages that poll", polled / quiet, 2.0, 1.25, note=how),
        Result(
            15,
            f"/healthz beside {WORKERS * THREADS} held answers, as streams are",
            held / quiet,
            2.0,
            1.25,
            note=stream,
        ),
    ]


def _p95(page: Page) -> float:
    with Connection(page) as connection:
        connection.get()
        waits = []
        for _ in range(MEASURED):
            waits.append(_timed(connection) * 1000)
            time.sleep(0.01)
    return percentile(waits, 0.95)


@contextmanager
def _polling(page: Page) -> Iterator[None]:
    """200 pages that ask every 15 seconds whether something happened; nothing did."""
    stop = threading.Event()
    seen = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    question = page.at(f"/small/live?seen=drawn-{seen}").having(X_Background="1")

    def ask(number: int) -> None:
        with Connection(question.of(number)) as connection:
            while not stop.wait(EVERY * SENDERS / OPEN_PAGES):
                connection.get()

    senders = [threading.Thread(target=ask, args=(number,), daemon=True) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    try:
        yield
    finally:
        stop.set()
        for sender in senders:
            sender.join()


def _held(scene: Scene, page: Page) -> float:
    """How long even /healthz takes while as many answers as there are threads are held open for two seconds."""
    Control(scene.provider).latency(2000)
    try:
        everybody = range(WORKERS * THREADS)
        holding = [threading.Thread(target=_get_once, args=(page.of(n),), daemon=True) for n in everybody]
        for one in holding:
            one.start()
        time.sleep(0.3)
        began = time.perf_counter()
        _get_once(page.at("/healthz"))
        return (time.perf_counter() - began) * 1000
    finally:
        Control(scene.provider).latency(0)
        for one in holding:
            one.join()


def _get_once(page: Page) -> None:
    with Connection(page) as connection:
        connection.get()
