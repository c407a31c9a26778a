"""Which process of the test run takes which test: each takes the next one, what takes long first."""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/attacks/test_attacks.py",
    "tests/audit/test_search.py",
    "tests/ops/test_connections.py",
    "tests/webhooks/deliveries/test_at_the_socket.py",
    "tests/webhooks/diagnosis/test_all_agree.py",
    "tests/webhooks/rotation/test_snippets.py",
}
"""Their tests share something that is dear to start, so that one process takes them all."""


class ByTest(LoadScopeScheduling):
    """Hands out one test at a time, or one file of those above."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return path if path in TOGETHER else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByTest | None:
    return ByTest(config, log) if config.getvalue("dist") == "loadscope" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever may take longer than usual comes first, so that no process is alone with it at the end."""
    items.sort(key=lambda item: -_patience(item))


def _patience(item: pytest.Item) -> float:
    """How many seconds the test may take, where it says so."""
    longer = item.get_closest_marker("timeout")
    return float(longer.args[0]) if longer else 100.0 * (item.nodeid.partition("::")[0] in TOGETHER)
