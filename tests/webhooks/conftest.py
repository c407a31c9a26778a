"""An admin in front of the desk, the provider's webhooks, and a receiver of their deliveries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.browser import Browser
from tests.provider import Provider, provider_of
from webapp.emulators.postpay.server import Sandbox

from .at_provider import Hooks
from .receiving import Receiving


@pytest.fixture
def hooks(sandbox: Sandbox) -> Hooks:
    return Hooks(sandbox.base_url)


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


@pytest.fixture
def adam(sign_in: Callable[[str], Browser]) -> Browser:
    """The admin."""
    return sign_in("admin")


@pytest.fixture
def receiving(app: Flask) -> Receiving:
    """The desk with a receiver for its account."""
    return Receiving(app)
