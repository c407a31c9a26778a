"""A desk whose people sign in at an OpenID provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from pydantic import SecretStr
from werkzeug.test import TestResponse

from tests.browser import Browser
from webapp import create_app
from webapp.core.settings import Settings

from .provider import CLIENT, SECRET, OpenIDProvider, running

ROLES = {"finance team": {"*": "finance"}, "desk admins": {"*": "admin"}, "demo agents": {"demo": "agent"}}


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIDProvider]:
    with running() as started:
        yield started


@pytest.fixture
def desk(settings: Settings, provider: OpenIDProvider) -> Callable[..., Flask]:
    def with_settings(**changes: Any) -> Flask:
        given = {
            "oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SecretStr(SECRET),
            "oidc_roles": ROLES, **changes,
        }  # fmt: skip
        return create_app(settings.model_copy(update=given))

    return with_settings


class Person:
    """Somebody in front of the desk and of the provider."""

    def __init__(self, app: Flask, provider: OpenIDProvider) -> None:
        self.browser, self.provider = Browser(app), provider

    def begin(self, address: str = "/sign-in/oidc") -> str:
        """Where the desk leads."""
        return str(self.browser.client.get(address).headers["Location"])

    def sign_in(self, sub: str, address: str = "/sign-in/oidc") -> TestResponse:
        """The whole way, and where the desk leads then."""
        return self.browser.client.get(self.provider.answer(self.begin(address), sub))

    def is_in(self) -> bool:
        return self.browser.client.get("/you").status_code == 200


@pytest.fixture
def person(desk: Callable[..., Flask], provider: OpenIDProvider) -> Person:
    return Person(desk(), provider)
