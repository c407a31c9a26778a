"""Twenty rotations in every test run, ten on each engine; `make rotations` has the five hundred."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp.emulators.postpay.server import Sandbox

from .rotations import drive
from .shop import Shop


@pytest.mark.storm
@pytest.mark.timeout(600)
def test_the_old_webhook_is_never_gone_before_the_shop_takes_the_new_one(
    engine_url: str, sandbox: Sandbox, shop: Shop, tmp_path: Path
) -> None:
    ended = list(drive(sandbox, engine_url, shop, tmp_path, seed=1, runs=10, moves=12))
    assert len(ended) == 10
    assert set(ended) == {"done", "undone"}, "they go both ways"
