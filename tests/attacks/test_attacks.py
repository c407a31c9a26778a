"""Each attack for a moment: nobody gets a 500, and the desk is alive. Its speed tells `python -m tests.attacks`."""

from __future__ import annotations

import pytest

from . import ATTACKS
from .__main__ import find_attacks
from .runner import run

find_attacks()


@pytest.mark.storm
@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_the_desk_stays_alive(name: str) -> None:
    report = run(ATTACKS[name], connections=40, seconds=4)
    assert not report.crashes
    assert "500" not in report.answers
    assert set(report.health.answers) == {"200"}
    assert set(report.page.answers) == {"200"}
