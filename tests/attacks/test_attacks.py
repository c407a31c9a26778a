"""Each attack for a moment: nobody gets a 500, and the desk is alive. Its speed tells `python -m tests.attacks`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from . import ATTACKS
from .__main__ import find_attacks
from .runner import Scene, desk_for, run

find_attacks()


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """One desk that suffers all of them, one after the other."""
    with desk_for(*ATTACKS.values()) as scene:
        yield scene


@pytest.mark.storm
@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_the_desk_stays_alive(scene: Scene, name: str) -> None:
    report = run(scene, ATTACKS[name], connections=16, seconds=1.5, quiet_seconds=0)
    assert report.answers
    assert not report.crashes
    assert "500" not in report.answers
    assert set(report.health.answers) == {"200"}
    assert set(report.page.answers) == {"200"}
