"""A few random histories in every test run, on both engines; `make histories` has the long ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp.emulators.postpay.server import Sandbox

from .run import run


@pytest.mark.storm
@pytest.mark.timeout(600)
def test_every_figure_is_the_providers_or_one_that_was_proved_before(
    engine_url: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    assert run(sandbox, engine_url, tmp_path, number=9, histories=4, length=54) >= 150
