"""Goals 12 and 14: the memory of a worker, and how soon it answers."""

from __future__ import annotations

import time
from collections.abc import Callable

from .goals import Result
from .load import Page, drive, interleaved
from .places import Scene
from .servers import Server

WARM_UP = 1000
"""Pages after which caches and arenas are full."""
GROWN = 1.0
"""Megabytes that count as no growth: what an allocator keeps differs a little from look to look."""


def memory(scene: Scene, pages: int) -> list[Result]:
    """Goal 12: after the same load, and how much the desk's worker grows over further pages."""
    drive(scene.floor_list, WARM_UP, 8)
    for page in (scene.list, scene.detail):
        drive(page, WARM_UP, 8)
    desk, floor = scene.desk.megabytes, scene.floor.megabytes
    for _ in range(4):
        drive(scene.list, pages // 8, 8)
        drive(scene.detail, pages // 8, 8)
    grown = scene.desk.megabytes - desk
    return [
        Result(12, "worker memory / floor", desk / floor, 1.25, 1.0, note=f"{desk:.0f} / {floor:.0f} MB"),
        Result(12, f"memory grown over {pages:,} pages", round(grown, 1), GROWN, unit="MB"),
    ]


def start(scene: Scene) -> list[Result]:
    """Goal 14: from the command to the first list page."""
    desk_page, floor_page = scene.list, scene.floor_list
    measures = {
        "desk": lambda: _until_answered(scene, scene.servers.desk, desk_page),
        "floor": lambda: _until_answered(scene, lambda: scene.servers.plain("floor", scene.provider), floor_page),
    }
    best = {name: min(found) for name, found in interleaved(measures, 2).items()}
    note = f"{best['desk']:.2f} / {best['floor']:.2f} s"
    return [Result(14, "start to first list page / floor", best["desk"] / best["floor"], 2, 1.3, note=note)]


def _until_answered(scene: Scene, begin: Callable[[], Server], page: Page) -> float:
    started = time.monotonic()
    server = begin()
    scene.servers.wait(server, page.path, dict(page.headers))
    took = time.monotonic() - started
    scene.servers.stop(server)
    return took
