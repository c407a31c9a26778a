"""An admin in front of the desk, and the provider's webhooks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import Browser
from tests.hooks.at_provider import Hooks
from webapp.gateways.postpay.sandbox.server import Sandbox


@pytest.fixture
def hooks(sandbox: Sandbox) -> Hooks:
    return Hooks(sandbox.base_url)


@pytest.fixture
def adam(sign_in: Callable[[str], Browser]) -> Browser:
    """The admin."""
    return sign_in("admin")
