"""One sandbox for each module, whose tests put in what they speak of; and a filled one for those that only read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from webapp.emulators.paypro.server import Sandbox

from .client import Client

END = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(payments=0, keys=["pp_first", "pp_second"]) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    client = Client(sandbox)
    yield client
    client.control("DELETE", "/faults")
    settings = {"reason_length": None, "refund_cap": "whole", "cancel_race": None, "count_zero": False, "tricks": []}
    client.control("PUT", "/settings", {**settings, "link_host": None, "throttle": None})


@pytest.fixture(scope="session")
def filled() -> Iterator[Client]:
    """200 payments up to a fixed end. Only for tests that change nothing."""
    with Sandbox(payments=200, seed=7, end=END) as running:
        yield Client(running)
