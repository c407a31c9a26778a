"""A person signs in at the OpenID provider and is back at the desk, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr

from tests.access.single_sign_on.provider import CLIENT, SECRET, OpenIDProvider, running
from webapp.core.settings import Settings

from .eyes import PHONE, Eyes

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def issuer() -> Iterator[OpenIDProvider]:
    with running() as started:
        yield started


@pytest.fixture
def settings(settings: Settings, issuer: OpenIDProvider) -> Settings:
    given = {"oidc_issuer": issuer.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SecretStr(SECRET)}
    given |= {"oidc_roles": {"team": {"*": "finance"}}, "oidc_name": "Shop account", "cookie_secure": False}
    return settings.model_copy(update=given)


def test_by_a_link_and_back_to_the_page_that_was_asked_for(eyes: Callable[..., Eyes], issuer: OpenIDProvider) -> None:
    issuer.person("fatima", name="Fatima Finance", groups=["team"])
    one = eyes(viewport=PHONE)
    one.context.route(re.compile("^https://"), lambda route: route.fulfill(body="", content_type="text/css"))
    one.open("/demo/payouts")
    one.check()
    one.check_in_the_dark()
    one.page.get_by_role("link", name="Sign in with Shop account").click()
    one.page.locator("input[name=sub]").fill("fatima")
    one.page.get_by_role("button", name="Authorize").first.click()
    one.page.wait_for_url("**/demo/payouts")
    assert "Fatima Finance" in one.page.content()
    one.open("/you/confirm?next=/you")
    one.check()
