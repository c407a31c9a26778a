"""The cookie: bound to this host, unreadable for scripts, gone with the browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE, make_settings
from webapp import create_app
from webapp.core.environment import load_settings

from .conftest import NOWHERE

KNOWN = "__Host-browser="


def cookies_of_a_day(browser: Browser) -> list[str]:
    found = []
    for step in (
        lambda: browser.open("/sign-in?next=/you/sessions"),
        lambda: browser.submit("Sign in", email=PEOPLE["agent"][0], password=PASSWORD),
        lambda: browser.submit("Sign out"),
    ):
        step()
        for response in (*browser.response.history, browser.response):
            found += response.headers.getlist("Set-Cookie")
    return found


@pytest.mark.requirement("R35")
def test_every_cookie_of_a_session_is_bound_to_this_host(stranger: Browser) -> None:
    cookies = cookies_of_a_day(stranger)
    assert len(cookies) >= 3
    for cookie in cookies:
        name, *attributes = [part.strip() for part in cookie.split(";")]
        assert name.startswith(("__Host-desk=", KNOWN))
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes)
        assert not [attribute for attribute in attributes if attribute.startswith("Domain")]
        lasts = [attribute for attribute in attributes if attribute.startswith("Max-Age")]
        assert not lasts or name.startswith(KNOWN), "which says that a browser is known, and lets nobody in"


@pytest.mark.requirement("R35")
def test_nobody_is_remembered_beyond_the_browser(app: Flask, stranger: Browser) -> None:
    stranger.open("/sign-in")
    assert not stranger.page.find("input", attrs={"type": "checkbox"})
    stranger.submit("Sign in", email=PEOPLE["agent"][0], password=PASSWORD, remember="1")
    names = {header.split("=")[0] for header in stranger.response.history[0].headers.getlist("Set-Cookie")}
    assert names == {"__Host-desk", "__Host-browser"}
    stranger.client.delete_cookie("__Host-desk")
    stranger.open("/you/sessions")
    assert stranger.heading == "Sign in"


@pytest.mark.parametrize("value", ["", "x", "e30.x.y", "__Host-desk", "1"])
def test_a_made_up_cookie_is_a_stranger(stranger: Browser, value: str) -> None:
    stranger.client.set_cookie("__Host-desk", value)
    stranger.client.set_cookie("remember_token", "1|abc")
    stranger.open("/you/sessions")
    assert stranger.heading == "Sign in"


def test_a_cookie_signed_with_another_key_is_a_stranger(tmp_path: Path, migrated_database: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    (tmp_path / "desk.sqlite3").write_bytes(migrated_database.read_bytes())
    forger = Browser(create_app(make_settings(NOWHERE, url, tmp_path, secret_key="f" * 20 + "0123456789abcdef" * 2)))
    forger.open("/sign-in?next=/you/sessions")
    forger.submit("Sign in", email=PEOPLE["admin"][0], password=PASSWORD)
    assert forger.heading == "Your sessions"
    visitor = Browser(create_app(make_settings(NOWHERE, url, tmp_path)))
    visitor.client.set_cookie("__Host-desk", forger.client.get_cookie("__Host-desk").value)  # type: ignore[union-attr]
    visitor.open("/you/sessions")
    assert visitor.heading == "Sign in"


KEYS = {
    f"{name}_KEY": f"{number}d41c9a6f70b3e85" * 4 for number, name in enumerate(("SECRET", "AUDIT", "ANCHOR", "SEAL"))
}
LIVE = {
    "POSTPAY_ENVIRONMENT": "live",
    "POSTPAY_BASE_URL": "https://api.provider.example",
    "POSTPAY_MERCHANT_ID": "id_of_the_shop",
    "POSTPAY_SECRET_KEY": "sk_live_0123456789abcdef",
    "TRUSTED_HOSTS": "localhost",
}


def cookie_at_start(tmp_path: Path, **given: str) -> str:
    """What a desk with these settings sends to a browser that opens it, whatever its headers claim."""
    settings = load_settings({**KEYS, "DATABASE_URL": f"sqlite:///{tmp_path / 'desk.sqlite3'}", **given})
    claims = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "127.0.0.1", "X-Forwarded-For": "127.0.0.1"}
    (cookie,) = create_app(settings).test_client().get("/sign-in", headers=claims).headers.getlist("Set-Cookie")
    return cookie


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.1.2.3", None])
def test_where_only_this_machine_tries_the_desk_a_browser_without_https_keeps_the_cookie(
    tmp_path: Path, host: str | None
) -> None:
    cookie = cookie_at_start(tmp_path, **({"HOST": host} if host else {}))
    assert cookie.startswith("desk=")
    assert "Secure" not in cookie
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}


@pytest.mark.parametrize(
    "given",
    [
        {"HOST": "0.0.0.0"},
        {"HOST": "::"},
        {"HOST": "desk.shop.example"},
        {"HOST": "10.0.0.7"},
        {"COOKIE_SECURE": "true"},
        LIVE,
        {**LIVE, "POSTPAY_ENVIRONMENT": "sandbox"},
        {**LIVE, "HOST": "127.0.0.1"},
    ],
)
def test_everywhere_else_it_stays_bound_to_https_and_to_the_host(tmp_path: Path, given: dict[str, str]) -> None:
    cookie = cookie_at_start(tmp_path, **given)
    assert cookie.startswith("__Host-desk=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
