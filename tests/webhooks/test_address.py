"""Where a webhook may lead (R55)."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from pydantic import HttpUrl

from tests.conftest import PEOPLE
from tests.people import let_in
from webapp import create_app
from webapp.core.accounts import Environment
from webapp.core.settings import Settings
from webapp.webhooks.address import (
    BadAddress,
    Problem,
    is_public,
    public_addresses,
    read_address,
    resolve_name,
    same_address,
    without_tokens,
)

from .acting import changes
from .at_provider import Hooks

GOOD = {
    "https://shop.example.com": "https://shop.example.com",
    " https://shop.example.com/in?shop=1 ": "https://shop.example.com/in?shop=1",
    "HTTPS://Shop.Example.COM:443/In": "https://shop.example.com/In",
    "https://shop.example.com:8443/": "https://shop.example.com:8443/",
    "https://shop.example.com./in": "https://shop.example.com/in",
    "https://متجر.example/خطاف": "https://xn--pgbep1f.example/%D8%AE%D8%B7%D8%A7%D9%81",
    "https://shop.example.com/a%2Fb": "https://shop.example.com/a%2Fb",
    "https://1shop.example.com/": "https://1shop.example.com/",
    "https://127.0.0.1.example.com/": "https://127.0.0.1.example.com/",
}
BAD = {
    "": Problem.NOT_ONE,
    "shop.example.com": Problem.NOT_ONE,
    "//shop.example.com/in": Problem.NOT_ONE,
    "https://": Problem.NOT_HTTPS,
    "https:///in": Problem.NOT_HTTPS,
    "http://shop.example.com/": Problem.NOT_HTTPS,
    "ftp://shop.example.com/": Problem.NOT_HTTPS,
    "javascript:alert(1)": Problem.NOT_ONE,
    "file:///etc/passwd": Problem.NOT_HTTPS,
    "https://user@shop.example.com/": Problem.CREDENTIALS,
    "https://user:word@shop.example.com/": Problem.CREDENTIALS,
    "https://shop.example.com:443@10.0.0.1/": Problem.CREDENTIALS,
    "https://shop.example.com/#in": Problem.FRAGMENT,
    "https://shop.example.com\\@10.0.0.1/": Problem.NOT_ONE,
    "https://shop.example.com/in out": Problem.NOT_ONE,
    "https://shop.example.com/\r\nHost: x": Problem.NOT_ONE,
    "https://shop.exa\tmple.com/": Problem.NOT_ONE,
    "https://shop.example.com/\u202e": Problem.NOT_ONE,
    "https://fa\u00df.example.com/": Problem.NOT_ONE,
    "https://sh\u200dop.example.com/": Problem.NOT_ONE,
    "http://2130706433/": Problem.NOT_HTTPS,
    "https://2130706433/": Problem.NUMERIC,
    "https://0x7f000001/": Problem.NUMERIC,
    "https://0x7f.1/": Problem.NUMERIC,
    "https://0177.0.0.1/": Problem.NUMERIC,
    "https://127.0.0.1/": Problem.NUMERIC,
    "https://127.1/": Problem.NUMERIC,
    "https://8.8.8.8/": Problem.NUMERIC,
    "https://１２７.０.０.１/": Problem.NUMERIC,
    "https://①②⑦.0.0.1/": Problem.NUMERIC,
    "https://[::1]/": Problem.NUMERIC,
    "https://[::ffff:127.0.0.1]/": Problem.NUMERIC,
    "https://[fe80::1%25eth0]/": Problem.NUMERIC,
    "https://[2001:db8::1]:443/": Problem.NUMERIC,
    "https://[not-one/": Problem.NOT_ONE,
    "https://localhost/": Problem.NOT_PUBLIC,
    "https://LOCALHOST./": Problem.NOT_PUBLIC,
    "https://shop/": Problem.NOT_PUBLIC,
    "https://desk.local/": Problem.NOT_PUBLIC,
    "https://metadata.google.internal/": Problem.NOT_PUBLIC,
    "https://1.0.0.127.in-addr.arpa/": Problem.NOT_PUBLIC,
    "https://shop..example.com/": Problem.NOT_ONE,
    "https://-shop.example.com/": Problem.NOT_ONE,
    "https://shop_1.example.com/": Problem.NOT_ONE,
    "https://shop%2eexample.com/": Problem.NOT_ONE,
    f"https://{'a' * 64}.example.com/": Problem.NOT_ONE,
    "https://shop.example.com:80/": Problem.PORT,
    "https://shop.example.com:22/": Problem.PORT,
    "https://shop.example.com:0/": Problem.PORT,
    "https://shop.example.com:99999/": Problem.NOT_ONE,
    f"https://shop.example.com/{'a' * 500}": Problem.TOO_LONG,
}
INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:8.8.8.8",
    "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "nonsense",
    "168.63.129.16", "192.0.0.8", "192.88.99.1", "3fff::1",
]  # fmt: skip
OUTSIDE = ["8.8.8.8", "1.1.1.1", "2606:4700::1111"]


@pytest.mark.parametrize("typed", GOOD)
def test_it_takes_public_https_and_writes_it_one_way(typed: str) -> None:
    assert read_address(typed).url == GOOD[typed]


@pytest.mark.parametrize("typed", BAD)
@pytest.mark.parametrize("loopback", [False, True])
@pytest.mark.requirement("R55")
def test_it_refuses_and_says_why(typed: str, loopback: bool) -> None:
    if loopback and any(here in typed.lower() for here in ("/localhost/", "/127.0.0.1/", "/[::1]/")):
        assert read_address(typed, loopback=True).is_loopback
        return
    with pytest.raises(BadAddress) as refused:
        read_address(typed, loopback=loopback)
    assert refused.value.problem is BAD[typed]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8123/in", "http://localhost/", "https://[::1]:99/x?y=z"])
def test_plain_http_to_this_machine_is_for_the_emulator_only(url: str) -> None:
    assert read_address(url, loopback=True).url == url
    with pytest.raises(BadAddress):
        read_address(url)


def test_an_address_counts_as_public_only_when_it_is() -> None:
    assert [text for text in INSIDE if is_public(text)] == []
    assert [text for text in OUTSIDE if not is_public(text)] == []


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    assert public_addresses("shop.example.com", lambda host: OUTSIDE) == tuple(OUTSIDE)
    for found, problem in ((["8.8.8.8", "10.0.0.1"], Problem.LEADS_INSIDE), ([], Problem.NOT_FOUND)):
        with pytest.raises(BadAddress) as refused:
            public_addresses("shop.example.com", {"shop.example.com": found}.__getitem__)
        assert refused.value.problem is problem
    assert set(resolve_name("localhost")) <= {"127.0.0.1", "::1"}


def test_the_same_address_is_known_in_other_clothes() -> None:
    assert same_address("https://shop.example.com/", "HTTPS://SHOP.example.com:443")
    assert not same_address("https://shop.example.com/a", "https://shop.example.com/A")


def test_the_log_gets_no_key_that_stands_in_an_address() -> None:
    url = "https://shop.example.com/hooks/Zm9vYmFyYmF6cXV4MTIzNDU2/in?key=secret"
    assert without_tokens(url) == "https://shop.example.com/hooks/…/in?…"


def test_outside_of_the_emulator_the_name_is_looked_up(settings: Settings, hooks: Hooks, tmp_path: Path) -> None:
    account = settings.accounts[0].model_copy(
        update={"environment": Environment.SANDBOX, "base_url": HttpUrl(hooks.root.removesuffix("/_sandbox"))}
    )
    app: Flask = create_app(settings.model_copy(update={"accounts": (account,)}))
    answers = {"inside.example.com": ["8.8.8.8", "192.168.0.7"], "shop.example.com": ["8.8.8.8"]}
    app.extensions["resolve_name"] = lambda host: answers.get(host, [])
    adam = let_in(app, PEOPLE["admin"][0])
    for host, words in (
        ("inside.example.com", "leads into a private network"),
        ("nowhere.example.com", "cannot be found"),
        ("127.0.0.1", "instead of a number"),
    ):
        adam.open("/demo/hooks/new")
        adam.submit("Create the webhook", url=f"https://{host}/in", events=["order"])
        assert words in adam.words
    assert changes(app) == []
    adam.submit("Create the webhook", url="https://shop.example.com/in", events=["order"])
    assert "The webhook is created" in adam.words
