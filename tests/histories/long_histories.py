"""Thousands of steps on each engine: `make histories SEED=… STEPS=…`. Says after every few hundred how far it is."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

import pytest

from webapp.emulators.postpay.server import Sandbox

from .run import run

SEED, STEPS = int(os.environ.get("SEED", "1")), int(os.environ.get("STEPS", "10000"))
LENGTH = 60
MOST_AT_ONCE = 8
"""Histories of one seed; then comes the next seed, so that a finding is made short in reasonable time."""


@pytest.mark.timeout(6 * 3600)
def test_long_histories(engine_url: str, sandbox: Sandbox, tmp_path: Path) -> None:
    logging.disable(logging.CRITICAL)
    made, number, began = 0, SEED, time.monotonic()
    engine = engine_url.partition(":")[0]
    while made < STEPS // 2:
        histories = min(MOST_AT_ONCE, (STEPS // 2 - made) // LENGTH + 2)
        print(f"\n{engine}: seed {number}, {histories} histories …", end="", flush=True)
        (var := tmp_path / str(number)).mkdir()
        made += run(sandbox, engine_url, var, number=number, histories=histories, length=LENGTH)
        print(f" {made} steps, nothing found, {time.monotonic() - began:.0f} s", end="", flush=True)
        number += 1
    assert made >= STEPS // 2
