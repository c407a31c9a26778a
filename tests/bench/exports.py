"""Goal 13: an export of many orders, its memory, and its pace against reading the list page by page at 50 ms."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch

from tests.people import hire
from webapp import create_app
from webapp.core.environment import load_settings
from webapp.core.settings import ROOT

from .goals import Kind, Result
from .servers import Control, Servers

ORDERS = 20_000
LATENCY = 50
STUMBLES = {
    "mix": [
        {"kind": "status", "status": 429, "code": "throttled", "retry_after": "1"},
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 500},
    ],
    "method": "GET",
    "path": "/orders",
    "rate": 0.01,
    "seed": 13,
}


class BusyShop:
    """Orders arrive, and now and then the provider stumbles; every answer takes its 50 ms all the same."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sell)

    def __enter__(self) -> Self:
        self._control.latency(0)
        self._control.fault(**STUMBLES)
        self._control.fault(kind="latency", method="GET", seconds=LATENCY / 1000)
        self._thread.start()
        return self

    def _sell(self) -> None:
        number = 0
        while not self._over.wait(0.05):
            number += 1
            self._control.order(
                order_id=f"late-{number}",
                total_amount=1000,
                currency="AED",
                status="captured",
                created=datetime.now(UTC).isoformat(),
            )

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join(10)


def exports(folder: Path) -> list[Result]:
    """In a process of its own: one export at rest, one in a busy shop, and the same list page by page."""
    folder.mkdir()
    with Servers(folder) as servers:
        shop = servers.provider("shop", ORDERS)
        servers.accounts({"shop": shop})
        with patch.dict("os.environ", servers.environment):
            app = create_app(load_settings())
            with app.app_context():
                hire(app, {"finance": ("finance@bench.test", "Farah Finance")}, "correct horse battery staple")
        servers.wait(shop, "/_sandbox")
        control = Control(shop)
        control.latency(LATENCY)
        calm = _run(servers, "calm")
        with BusyShop(control):
            busy = _run(servers, "busy")
    return _results(calm, busy)


def _run(servers: Servers, name: str) -> dict[str, Any]:
    words = [sys.executable, "-m", "tests.bench.export_run"]
    done = subprocess.run(words, cwd=ROOT, env=servers.environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the export in a {name} shop failed:\n{done.stderr[-3000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _results(calm: dict[str, Any], busy: dict[str, Any]) -> list[Result]:
    one_by_one = calm["pages_pace"]
    return [
        *(
            Result(
                13, f"export memory grown, {name}", round(max(grown, busy["grown"][name]), 1), 10, unit="MB",
                note=f"{ORDERS:,} orders",
            )
            for name, grown in calm["grown"].items()
        ),
        *(
            Result(
                13, f"{words} / one by one", told["pace"] / one_by_one, 3.5, 7, Kind.AT_LEAST,
                note=f"{told['rows']:,} rows, proved, as shown, in {told['seconds']:.1f} s; {one_by_one:.0f}/s singly",
            )
            for words, told in (("export at 50 ms", calm), ("export of a busy, stumbling shop", busy))
        ),
    ]  # fmt: skip
