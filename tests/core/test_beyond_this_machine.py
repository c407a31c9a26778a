"""Settings of a desk that others can reach: what must be given then, and what must be off."""

from __future__ import annotations

import pytest

from webapp.core.environment import load_settings

from .test_settings import LIVE, problems, var

__all__ = ["var"]


@pytest.mark.parametrize("token", [None, "short"])
@pytest.mark.requirement("R52")
def test_behind_a_proxy_metrics_need_a_token(token: str | None) -> None:
    [said] = problems(PROXY_HOPS="1", METRICS_TOKEN=token)
    assert said.startswith("METRICS_TOKEN: ")
    assert load_settings({**LIVE, "PROXY_HOPS": "1", "METRICS_TOKEN": "metrics-token-4711"}).proxy_hops == 1


@pytest.mark.requirement("R52")
def test_flasks_debugger_is_for_the_emulator_only() -> None:
    assert problems(FLASK_DEBUG="1") == ["FLASK_DEBUG: only where every account is embedded"]
    assert load_settings({**LIVE, "FLASK_DEBUG": "0"}).accounts[0].is_live
    assert load_settings({"FLASK_DEBUG": "1"}).all_embedded


@pytest.mark.parametrize(
    ("given", "is_reachable"),
    [({}, False), ({"HOST": "::1"}, False), ({"HOST": "0.0.0.0"}, True), ({"PROXY_HOPS": "1"}, True)],
)
def test_a_demo_knows_whether_others_can_reach_it(given: dict[str, str], is_reachable: bool) -> None:
    assert load_settings(given).is_reachable is is_reachable
