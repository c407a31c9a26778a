"""One PayPro for each module, its control prefix, and clients of it or of a raw server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from pydantic import SecretStr

from tests.emulators.paypro.client import Client as Provider
from webapp.emulators.paypro.server import Sandbox
from webapp.providers.http.transport import TransportSettings
from webapp.providers.paypro.client import PayProClient

KEY = "pp_ffTBYqhJjsxs6CzdyDq6Mwza4UztqGin"
MakePayPro = Callable[..., PayProClient]


@pytest.fixture(scope="module")
def paypro() -> Iterator[Sandbox]:
    with Sandbox(payments=0, keys=[KEY]) as running:
        yield running


@pytest.fixture
def provider(paypro: Sandbox) -> Iterator[Provider]:
    """What a test does at the provider."""
    provider = Provider(paypro)
    yield provider
    provider.control("DELETE", "/faults")
    provider.control("PUT", "/settings", {"reason_length": None, "count_zero": False, "link_host": None})


@pytest.fixture
def make_paypro(stack: ExitStack) -> MakePayPro:
    """Makes a client of an address; further arguments are transport settings."""

    def make(base_url: str, key: str = KEY, **settings: object) -> PayProClient:
        client = PayProClient("demo-paypro", base_url, SecretStr(key), TransportSettings(**settings))  # type: ignore[arg-type]
        return stack.enter_context(closing(client))

    return make


@pytest.fixture
def client(paypro: Sandbox, make_paypro: MakePayPro) -> PayProClient:
    return make_paypro(paypro.base_url)
