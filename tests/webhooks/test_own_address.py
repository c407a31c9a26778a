"""Nothing is sent on to the desk itself, whatever its address is called: neither saved, nor sent to later."""

from __future__ import annotations

import pytest
from flask import Flask
from pydantic import HttpUrl
from sqlalchemy import select

from tests.browser import Browser
from tests.conftest import PEOPLE
from tests.people import let_in
from tests.webhooks.forwarding.onward import add_target
from tests.webhooks.receiving import Receiving, order_body
from webapp import create_app
from webapp.core.accounts import Environment
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.forward import ForwardAttempt, ForwardTarget
from webapp.webhooks.forwarding.send import serve_target
from webapp.webhooks.own_address import _is_of_this_machine

PAGE = "/demo/deliveries/forwarding/new"
OWN = "This is the desk's own address"
SECRET = "the-shops-own-secret-0123456789"
NAMES = {
    "desk.shop.example": ["93.184.216.34", "2606:2800:220:1::1"],
    "alias.shop.example": ["93.184.216.34"],
    "six.shop.example": ["2606:2800:220:1::1"],
    "shop.example.com": ["93.184.216.34"],
    "else.example.com": ["8.8.8.8"],
}


@pytest.fixture
def live(settings: Settings) -> Receiving:
    """A desk behind a proxy, known as desk.shop.example, at a provider that is no emulator."""
    changes = {"environment": Environment.SANDBOX, "base_url": HttpUrl("http://127.0.0.1:1")}
    account = settings.accounts[0].model_copy(update=changes)
    hosts = ("desk.shop.example", "localhost")
    app = create_app(settings.model_copy(update={"accounts": (account,), "trusted_hosts": hosts}))
    app.extensions["resolve_name"] = lambda host: NAMES.get(host, [])
    return Receiving(app)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://desk.shop.example{path}", OWN),
        ("https://DESK.shop.example.:443/anything", OWN),
        ("https://desk.shop.example:8443/anything", OWN),
        ("https://else.example.com{path}", OWN),
        ("https://else.example.com{path}/", OWN),
        ("https://else.example.com{escaped}?a=b", OWN),
        ("https://alias.shop.example/hooks/demo/another-token", OWN),
        ("https://six.shop.example/hooks/demo/another-token", OWN),
        ("https://localhost{path}", "known inside of a network only"),
        ("http://localhost:8000{path}", "must start with https://"),
        ("https://127.0.0.1{path}", "instead of a number"),
        ("https://2130706433{path}", "instead of a number"),
        ("https://[::1]{path}", "instead of a number"),
        ("https://[::ffff:127.0.0.1]{path}", "instead of a number"),
    ],
)
def test_it_is_not_saved(live: Receiving, url: str, words: str) -> None:
    escaped = live.path[:-1] + f"%{ord(live.path[-1]):02X}"
    adam = let_in(live.app, PEOPLE["admin"][0])
    adam.open(PAGE)
    adam.submit(
        "Forward from now on", name="Shop", url=url.format(path=live.path, escaped=escaped), target_secret=SECRET
    )
    assert adam.status == 422
    assert words in adam.words
    with live.app.app_context():
        assert db.session.scalar(select(ForwardTarget)) is None


@pytest.mark.parametrize("url", ["https://shop.example.com/webhooks", "https://alias.shop.example/webhooks/postpay"])
def test_another_site_on_the_same_machine_is_a_shop(live: Receiving, url: str) -> None:
    adam = let_in(live.app, PEOPLE["admin"][0])
    adam.open(PAGE)
    adam.submit("Forward from now on", name="Shop", url=url, target_secret=SECRET)
    assert "goes to Shop from now on" in adam.words


@pytest.mark.parametrize(
    "url", ["http://localhost:{port}/x", "http://127.0.0.1:{port}", "http://[::1]:{port}/y", "http://localhost:1{path}"]
)
def test_the_demo_is_not_sent_its_own_news(receiving: Receiving, adam: Browser, url: str) -> None:
    adam.open(PAGE)
    where = url.format(port=receiving.settings.port, path=receiving.path)
    adam.submit("Forward from now on", name="Shop", url=where, target_secret=SECRET)
    assert adam.status == 422
    assert OWN in adam.words


def test_the_port_at_which_the_admin_reaches_the_desk_is_its_own(receiving: Receiving, adam: Browser) -> None:
    adam.open(PAGE)
    token = str(adam.page.find("input", attrs={"name": "csrf_token"})["value"])  # type: ignore[index]
    fields: dict[str, object] = {"csrf_token": token, "name": "Shop", "events": "order", "target_secret": SECRET}
    adam.send(PAGE, {**fields, "url": "http://localhost:5055/x"}, base_url="http://localhost:5055")
    assert OWN in adam.words


def test_what_became_the_desks_own_since_is_not_sent_to(live: Receiving) -> None:
    add_target(live, "https://alias.shop.example/hooks/demo/some-token")
    live.deliver(order_body())
    with live.app.app_context():
        accounts = {live.account.slug: live.account}
        serve_target(accounts, live.settings, stopping=lambda: False, resolve=lambda name: NAMES.get(name, []))
    assert errors(live.app) == ["own"]
    adam = let_in(live.app, PEOPLE["admin"][0])
    adam.open("/demo/deliveries/1")
    assert "This is the desk's own address, so nothing was sent" in adam.words


def test_the_demo_does_not_send_there_either(receiving: Receiving) -> None:
    add_target(receiving, f"http://localhost:{receiving.settings.port}/x")
    receiving.deliver(order_body())
    receiving.work("forward")
    assert errors(receiving.app) == ["own"]


def errors(app: Flask) -> list[str | None]:
    with app.app_context():
        return list(db.session.scalars(select(ForwardAttempt.error)))


def test_this_machine_knows_its_own_addresses() -> None:
    assert _is_of_this_machine("127.0.0.1")
    assert not _is_of_this_machine("93.184.216.34")
    assert not _is_of_this_machine("2606:2800:220:1::1")
    assert not _is_of_this_machine("no address")
