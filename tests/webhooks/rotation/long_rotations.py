"""Hundreds of rotations on each engine: `make rotations SEED=… RUNS=…`. Says after every ten how far it is."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path

import pytest

from webapp.emulators.postpay.server import Sandbox

from .rotations import drive
from .shop import Shop

SEED, RUNS = int(os.environ.get("SEED", "1")), int(os.environ.get("RUNS", "500"))


@pytest.mark.timeout(6 * 3600)
def test_long_rotations(engine_url: str, sandbox: Sandbox, shop: Shop, tmp_path: Path) -> None:
    began, ended = time.monotonic(), Counter[str]()
    engine, runs = engine_url.partition(":")[0], max(1, RUNS // 2)
    for how in drive(sandbox, engine_url, shop, tmp_path, seed=SEED, runs=runs, moves=20):
        ended[how] += 1
        if ended.total() % 10 == 0:
            told = ", ".join(f"{count} {how}" for how, count in sorted(ended.items()))
            print(f"\n{engine}: {told}, nothing found, {time.monotonic() - began:.0f} s", end="", flush=True)
    assert ended.total() == runs
