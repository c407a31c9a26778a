"""A sandbox on a free port for each test, and a filled one shared by the tests that only read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from webapp.emulators.postpay.server import Sandbox

from .client import Client

END = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(orders=0) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return Client(sandbox)


@pytest.fixture(scope="session")
def filled() -> Iterator[Client]:
    """400 orders up to a fixed end. Only for tests that change nothing."""
    with Sandbox(orders=400, seed=7, end=END) as running:
        yield Client(running)
