"""The provider of the tests about orders, and how a row or a call reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.browser import Browser
from tests.conftest import PEOPLE
from tests.people import let_in
from tests.provider import Provider, provider_of
from webapp import create_app
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox

HTMX = {"HX-Request": "true"}


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    """Without orders."""
    return provider_of(sandbox)


@pytest.fixture
def hasty(settings: Settings) -> Browser:
    """An agent at a desk that waits for the provider two seconds at most."""
    return let_in(create_app(settings.model_copy(update={"provider_deadline": 2.0})), PEOPLE["agent"][0])


@pytest.fixture
def zoned(settings: Settings) -> Callable[[str], Browser]:
    """An agent at a desk whose account lives in another zone."""

    def in_zone(name: str) -> Browser:
        account = settings.accounts[0].model_copy(update={"time_zone": name})
        return let_in(create_app(settings.model_copy(update={"accounts": (account,)})), PEOPLE["agent"][0])

    return in_zone


@pytest.fixture
def shown() -> Callable[[Browser], list[str]]:
    """The order ids of the list on the page, in its order."""
    return lambda browser: [cell.get_text() for cell in browser.page.select("td.at-start bdi")]


@pytest.fixture
def asked(provider: Provider) -> Callable[[], list[dict[str, str]]]:
    """What the desk asked of lists of orders, as parameters."""
    return lambda: [dict(parse_qsl(call["query"])) for call in calls(provider) if call["path"] == "/orders"]


def calls(provider: Provider) -> list[dict[str, Any]]:
    """Every call of the desk at the provider's API."""
    return [call for call in provider.seen() if not call["path"].startswith("/_sandbox")]
