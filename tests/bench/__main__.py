"""Prints how the desk stands against its goals: `python -m tests.bench` (`make bench` also installs the yardstick)."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from . import audit_log, calls, exports, live_pages, pages, processes
from .goals import Result, table
from .places import set_up

Measure = Callable[[], list[Result]]


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped too
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="desk-bench-")))
        results = [result for measure in _measures(stack, folder, options) for result in _spoken(*measure)]
    print(table(results))
    print(f"\n{time.monotonic() - began:.0f} s. Ratios hold within this run only; a busy machine blurs them.")
    return 0


def _measures(stack: ExitStack, folder: Path, options: argparse.Namespace) -> list[tuple[str, Measure]]:
    orders = (max(options.orders // 100, 1), options.orders)
    sizes = (min(10_000, options.audit_rows), options.audit_rows)
    scene = set_up(stack, folder, orders=orders, install=options.install)
    environment = scene.servers.environment
    measures: dict[str, Measure] = {
        "cost": lambda: pages.cost_of_the_list(scene),
        "orders": lambda: pages.growth_with_orders(scene, orders),
        "django": lambda: pages.against_django(scene),
        "latency": lambda: pages.waiting_for_the_provider(scene),
        "live": lambda: live_pages.open_pages(scene),
        "memory": lambda: processes.memory(scene, options.pages),
        "start": lambda: processes.start(scene),
        "calls": lambda: calls.count_calls(folder / "calls", environment),
        "exports": lambda: exports.exports(folder / "exports"),
        "audit": lambda: audit_log.growth(folder, environment, sizes),
    }
    return [(name, measure) for name, measure in measures.items() if name in (options.only or measures)]


def _spoken(name: str, measure: Measure) -> list[Result]:
    print(f"… {name}", file=sys.stderr, flush=True)
    return measure()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--install", action="store_true", help="install Django beside the desk, if it is not there")
    parser.add_argument("--orders", type=int, default=100_000, help="of the larger provider (default: %(default)s)")
    parser.add_argument("--audit-rows", type=int, default=300_000, help="of the larger log; 10000000 takes an hour")
    parser.add_argument("--pages", type=int, default=4000, help="over which memory may not grow (default: %(default)s)")
    parser.add_argument("--only", nargs="*", help="a few of them by name, such as cost, live or exports")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
