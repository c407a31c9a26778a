"""A short storm in every test run, on both engines; `make storm` has the long ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from .storm import Plan, run


@pytest.mark.storm
@pytest.mark.timeout(240)
@pytest.mark.requirement("R07", "R63")
def test_no_refund_is_doubled_in_a_storm(engine_url: str, tmp_path: Path) -> None:
    counts = run(Plan(seed=7, intentions=20, orders=8, longest=120, kill_every=4), tmp_path, engine_url)
    assert counts["refunds"] > 0
    assert counts["intents"] > 8
