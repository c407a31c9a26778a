"""The token in the desk's own address: no page, fragment or file shows it to who may not change receiving."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.browser import Browser
from tests.provider import Provider
from tests.webhooks.at_provider import Hooks
from tests.webhooks.receiving import order_body
from webapp.core.settings import ROOT
from webapp.jobs import work_once

RECEIVING = "/demo/deliveries/receiving"
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def token(adam: Browser, hooks: Hooks) -> str:
    """Of an address that is registered, was registered before, was edited, stands twice, and had trouble."""
    adam.open(RECEIVING)
    adam.submit("Make an address")
    address = adam.page.select_one("p.secret code").get_text()  # type: ignore[union-attr]
    adam.submit("Register it at Postpay")
    hooks.make(address)
    hooks.make(f"https://else.example.com{urlsplit(address).path}")
    hooks.fault("drop_before", path="=/hooks")
    adam.open("/demo/hooks/new")
    adam.submit("Create the webhook", url=f"{address}?lost=1", events=["order"])
    hooks.heal()
    return urlsplit(address).path.rpartition("/")[2]


def pages(app: Flask, hooks: Hooks) -> Iterator[str]:
    """Every address that can be opened, with each thing that there is."""
    known = {"account": ["demo"], "order_id": ["order-01"], "hook_id": [hook["id"] for hook in hooks.all()]}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "auth.tell_time_left"):
            continue
        choices = [known.get(name, ["1"]) for name in rule.arguments]
        names = list(rule.arguments)
        with app.test_request_context():
            for number in range(max(map(len, choices), default=1)):
                values = {name: some[number % len(some)] for name, some in zip(names, choices, strict=True)}
                yield app.url_for(rule.endpoint, **values)


@pytest.mark.parametrize("person", ["viewer", "agent", "finance", "auditor"])
def test_who_may_not_change_receiving_never_reads_the_token(
    app: Flask, sign_in: Callable[[str], Browser], hooks: Hooks, provider: Provider, token: str, person: str
) -> None:
    provider.order("order-01")
    path = f"/hooks/demo/{token}"
    headers = {"X-Original-URI": path, "X-Forwarded-Prefix": path, "User-Agent": path}
    assert app.test_client().post(path, data=order_body(), headers=headers).status_code == 401
    browser = sign_in(person)
    seen = 0
    for address in pages(app, hooks):
        for asked in ({}, FRAGMENT):
            answer = browser.client.get(address, headers=asked)
            assert token not in answer.get_data(as_text=True), f"{address} {asked}"
            seen += answer.status_code == 200
    assert seen > 20
    if person == "finance":
        browser.open("/demo/deliveries/1")
        browser.submit("Show all of it")
        assert "This is all of it" in browser.words
        assert token not in str(browser.page)


def test_no_file_holds_it(app: Flask, sign_in: Callable[[str], Browser], token: str) -> None:
    omar = sign_in("auditor")
    omar.open("/audit")
    omar.submit("As CSV")
    assert work_once(app)
    omar.open(omar.address)
    links = omar.page.select("main a#fetch, main a[download]")
    files = [omar.client.get(str(link["href"])).get_data() for link in links]
    assert b"hook.intent" in files[0]
    assert not [file for file in files if token.encode() in file]


def test_admins_read_it_where_they_need_it(adam: Browser, token: str) -> None:
    for page in ("/demo/hooks", "/demo/connection", RECEIVING):
        adam.open(page)
        assert token in str(adam.page), page


def test_every_template_asks_the_rule() -> None:
    """An address of a webhook that is printed as it is."""
    bare = re.compile(r"(?:hook|change|rotation)\.url(?!\s*\|)")
    told = {
        str(path.relative_to(ROOT)): found
        for path in (ROOT / "templates").rglob("*.html")
        if (found := bare.findall(path.read_text(encoding="utf-8")))
    }
    assert told == {}
