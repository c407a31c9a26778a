"""A shop with a webhook, and something that happens in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.webhooks.at_provider import Hooks

from .shop import Shop, Trade


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def trade(hooks: Hooks) -> Trade:
    return Trade(hooks)


@pytest.fixture
def hook_id(hooks: Hooks, shop: Shop) -> str:
    """The webhook of the shop, made by hand."""
    return hooks.make(shop.url)
