"""Clients of whatever address, and raw servers, closed at the end of each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from pydantic import SecretStr

from tests.provider import Provider, provider_of
from webapp.core.accounts import Account, Environment
from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET
from webapp.emulators.postpay.server import Sandbox
from webapp.providers.http.transport import TransportSettings
from webapp.providers.postpay.client import PostpayClient

from .raw_server import Behaviour, RawServer

MakeClient = Callable[..., PostpayClient]
Serve = Callable[[Behaviour], RawServer]


def account_at(base_url: str) -> Account:
    """The embedded merchant's account at an address."""
    return Account.model_validate(
        {
            "slug": "demo",
            "title": "Demo",
            "environment": Environment.EMBEDDED,
            "base_url": base_url,
            "merchant_id": EMBEDDED_MERCHANT,
            "secret_key": SecretStr(EMBEDDED_SECRET),
        }
    )


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as open_until_the_end:
        yield open_until_the_end


@pytest.fixture
def make_client(stack: ExitStack) -> MakeClient:
    """Makes a client of an address; further arguments are transport settings."""

    def make(base_url: str, **settings: object) -> PostpayClient:
        client = PostpayClient(account_at(base_url), TransportSettings(**settings))  # type: ignore[arg-type]
        return stack.enter_context(closing(client))

    return make


@pytest.fixture
def serve(stack: ExitStack) -> Serve:
    """Starts a raw server that behaves so."""
    return lambda behaviour: stack.enter_context(RawServer(behaviour))


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[PostpayClient]:
    """The client of the sandbox."""
    with closing(PostpayClient(account_at(sandbox.base_url), TransportSettings())) as ready:
        yield ready


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)
