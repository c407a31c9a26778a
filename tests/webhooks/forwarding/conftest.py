"""A desk that forwards to a shop, which is a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulators.kit.receiver import Receiver
from tests.emulators.kit.receiver import receiving as listening
from tests.webhooks.receiving import Receiving

from .onward import add_target


@pytest.fixture
def shop() -> Iterator[Receiver]:
    with listening() as server:
        yield server


@pytest.fixture
def forwarded(receiving: Receiving, shop: Receiver) -> Receiving:
    """Its only target is the shop."""
    add_target(receiving, shop.url)
    return receiving
