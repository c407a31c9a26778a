"""A desk for the checks: its provider, the worker's one job, and a ledger that tests fill in themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.browser import Browser
from tests.provider import Provider, provider_of
from webapp import jobs
from webapp.gateways.postpay.sandbox.server import Sandbox


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    """Without orders."""
    return provider_of(sandbox)


@pytest.fixture
def checked(app: Flask, farah: Browser) -> Callable[[], Browser]:
    """Farah presses "Check now", the worker does it, and she looks at all lists."""

    def check() -> Browser:
        farah.open("/demo/to-look-at")
        farah.submit("Check now")
        assert jobs.work_once(app)
        farah.open("/demo/to-look-at")
        return farah

    return check
