"""Goals 1-3, 5, 6, 10 and 11: what a page costs beside the floor, the limit and Django's admin."""

from __future__ import annotations

from collections.abc import Callable

from .goals import Kind, Result, not_measured
from .load import Page, cpu_per_page, interleaved, median_wait, packed, pages_per_second
from .places import DJANGO_ROWS, ORDER, Scene
from .servers import Control

ROUNDS = 5
PAGES = 200
WAITS = 40
LATENCY = 50
MANY = 48
"""Clients at once where a worker should be busy: more than its threads."""
LIST_CALL = "/orders?ordering=-created&page=1&page_size=20"


def cost_of_the_list(scene: Scene) -> list[Result]:
    """Goal 1. The limit is shown for comparison."""
    best = _best_cpu({"list": scene.list, "floor": scene.floor_list, "limit": scene.limit_list}, scene)
    note = "CPU ms a page: " + ", ".join(f"{name} {value:.2f}" for name, value in best.items())
    return [Result(1, "list page CPU / floor", best["list"] / best["floor"], 1.25, 0.85, note=note)]


def growth_with_orders(scene: Scene, orders: tuple[int, int]) -> list[Result]:
    """Goal 10, by the desk's CPU: how long the provider itself takes is not ours."""
    pids = {"small": scene.desk.worker, "large": scene.desk.worker}
    pages = {"small": scene.list, "large": scene.large_list}
    best = _best({name: _cpu(pages[name], pids[name]) for name in pages})
    note = f"{orders[0]:,} -> {orders[1]:,} orders; CPU ms {best['small']:.2f} -> {best['large']:.2f}"
    return [Result(10, "list page with a larger provider", best["large"] / best["small"], 1.05, note=note)]


def against_django(scene: Scene) -> list[Result]:
    """Goals 2, 3 and 11."""
    whole, fragment = packed(scene.list), packed(scene.fragment)
    fragment_row = Result(
        11, "gzip bytes, fragment / page", fragment / whole, 0.65, 0.55, note=f"{fragment:,} / {whole:,}"
    )
    if scene.django is None:
        why = scene.no_django
        return [
            not_measured(2, "list pages/s / Django admin", 6, 10, Kind.AT_LEAST, why),
            not_measured(3, "order pages/s / Django admin", 3, 4, Kind.AT_LEAST, why),
            not_measured(11, "gzip bytes, list / Django admin", 0.6, 0.45, Kind.AT_MOST, why),
            fragment_row,
        ]
    lists, forms = scene.django_page(""), scene.django_page(f"{DJANGO_ROWS}/change/")
    theirs = packed(lists)
    return [
        _faster(2, "list pages/s / Django admin", scene.list, lists, must=6, stretch=10),
        _faster(3, "order pages/s / Django admin", scene.detail, forms, must=3, stretch=4),
        Result(11, "gzip bytes, list / Django admin", whole / theirs, 0.6, 0.45, note=f"{whole:,} / {theirs:,}"),
        fragment_row,
    ]


def _faster(goal: int, what: str, ours: Page, theirs: Page, *, must: float, stretch: float) -> Result:
    rates = interleaved({page: _rate(page, 4, 1.5) for page in (ours, theirs)}, 3)
    mine, other = max(rates[ours]), max(rates[theirs])
    return Result(goal, what, mine / other, must, stretch, Kind.AT_LEAST, note=f"{mine:.0f} / {other:.0f} pages/s")


def waiting_for_the_provider(scene: Scene) -> list[Result]:
    """Goals 5 and 6, with every answer of the provider 50 ms late."""
    control = Control(scene.provider)
    control.latency(LATENCY)
    try:
        return [*_round_trips(scene), _throughput(scene)]
    finally:
        control.latency(0)


def _round_trips(scene: Scene) -> list[Result]:
    call, order_call = scene.call(LIST_CALL), scene.call(f"/orders/{ORDER}")
    pages = (scene.list, call, scene.detail, order_call)
    waits = interleaved({page: lambda page=page: median_wait(page, WAITS) for page in pages}, 2)
    best = {page: min(found) for page, found in waits.items()}
    return [
        Result(5, f"{name} at {LATENCY} ms / one call", best[page] / best[one], 1.12, 1.07,
               note=f"p50 {best[page]:.1f} / {best[one]:.1f} ms")
        for name, page, one in (("list", scene.list, call), ("order", scene.detail, order_call))
    ]  # fmt: skip


def _throughput(scene: Scene) -> Result:
    rates = interleaved({page: _rate(page, MANY, 3) for page in (scene.list, scene.limit_list)}, 2)
    ours, limit = max(rates[scene.list]), max(rates[scene.limit_list])
    note = f"{ours:.0f} / {limit:.0f} pages/s, {MANY} clients"
    what = f"list pages/s at {LATENCY} ms / limit, 8 threads"
    return Result(6, what, ours / limit, 3, 3.9, Kind.AT_LEAST, note=note)


def _rate(page: Page, connections: int, seconds: float) -> Callable[[], float]:
    return lambda: pages_per_second(page, connections, seconds)


def _cpu(page: Page, pid: int) -> Callable[[], float]:
    return lambda: cpu_per_page(page, pid, PAGES)


def _best_cpu(pages: dict[str, Page], scene: Scene) -> dict[str, float]:
    pids = {"list": scene.desk.worker, "floor": scene.floor.worker, "limit": scene.limit.worker}
    return _best({name: _cpu(page, pids[name]) for name, page in pages.items()})


def _best(measures: dict[str, Callable[[], float]]) -> dict[str, float]:
    """The lowest of several short runs: what disturbs a run only ever adds."""
    return {name: min(found) for name, found in interleaved(measures, ROUNDS).items()}
