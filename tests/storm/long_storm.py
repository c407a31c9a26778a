"""What `make storm` runs; not collected by the test command."""

from __future__ import annotations

from pathlib import Path

import pytest

from .storm import Plan, run


@pytest.mark.storm
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_thousand_intentions(engine_url: str, tmp_path: Path, seed: int) -> None:
    counts = run(Plan(seed=seed), tmp_path, engine_url)
    print(f"\nseed {seed} on {engine_url.partition(':')[0]}: {counts}")


@pytest.mark.storm
@pytest.mark.parametrize("seed", range(100, 120))
def test_a_gentle_storm_leaves_nothing_for_finance(engine_url: str, tmp_path: Path, seed: int) -> None:
    plan = Plan(seed=seed, intentions=40, orders=12, kills=False, fault_rate=0.3, read_fault_rate=0.0)
    print(f"\ngentle {seed}: {run(plan, tmp_path, engine_url)}")
