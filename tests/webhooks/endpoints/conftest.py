"""An admin in front of the desk, and the provider's webhooks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import Browser
from webapp.emulators.postpay.server import Sandbox

from .at_provider import Hooks


@pytest.fixture
def hooks(sandbox: Sandbox) -> Hooks:
    return Hooks(sandbox.base_url)


@pytest.fixture
def adam(sign_in: Callable[[str], Browser]) -> Browser:
    """The admin."""
    return sign_in("admin")
