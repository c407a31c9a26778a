"""Shops write HTML into names and descriptions: what it says is read, and it stays a text like any other."""

from __future__ import annotations

import pytest

from tests.browser import Browser
from tests.budget import Budget
from tests.provider import Provider, provider_of
from webapp.emulators.postpay.server import Sandbox
from webapp.providers.postpay.models import Item

TEXTS = {
    "Blue &amp; Green": "Blue & Green",
    "<p>Soft &#8211; <b>very</b> soft</p>": "Soft \u2013 very soft",
    "<p>One</p><p>Two</p>": "One Two",
    "Line<br/>break<br>again": "Line break again",
    "<ul><li>a</li>\n<li>b</li></ul>": "a b",
    "Bl<strong class='x'>u</strong>e": "Blue",
    "<!-- secret -->shown": "shown",
    "&lt;b&gt;5 &amp;lt; 6&lt;/b&gt;": "<b>5 &lt; 6</b>",
    "5 < 6 > 4 <3": "5 < 6 > 4 <3",
    "from <sales@shop.example>": "from <sales@shop.example>",
    "AT&T": "AT&T",
    "<p>&nbsp;</p>": "",
    "عطر &quot;ورد&quot;": 'عطر "ورد"',
    "plain  text ": "plain  text ",
    "<p": "<p",
    "&#xD800;&#0;": "\ufffd\ufffd",
}
HOSTILE = ["<", "<a", "<a ", "</", "<!--", "&", "&#", "&#x", "&#9", "&lt;", "<p><", "< ", "<a\n", ">", "<a>"]


@pytest.mark.parametrize("text", TEXTS)
def test_the_text_is_read(text: str) -> None:
    assert Item.model_validate({"name": text, "description": text}).name == TEXTS[text]


def test_no_text_takes_longer_than_it_is_long() -> None:
    with Budget():
        for piece in HOSTILE:
            Item.model_validate({"name": piece * (150_000 // len(piece))})
        for text in ("<" + "a" * 1_000_000, "&#" + "9" * 1_000_000, "&#x" + "f" * 1_000_000, "<a" + " " * 1_000_000):
            Item.model_validate({"name": text})


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


@pytest.mark.requirement("R44")
def test_it_is_shown_as_a_text_and_is_never_markup(alice: Browser, provider: Provider) -> None:
    escaped = "&lt;img src=x onerror=alert(1)&gt;"
    items = [
        {"name": "Blue &amp; <em>Green</em>", "description": "<p>Soft</p><script>alert(1)</script>", "unit_price": 5,
         "qty": 1},
        {"name": escaped, "description": f"<p>{escaped}</p>", "unit_price": 5, "qty": 1},
    ]  # fmt: skip
    discounts = [{"name": "<b>Ten</b> &percnt;", "amount": 0}]
    provider.order("order-01", 10, items=items, discounts=discounts, shipping={"name": "<i>Fast</i> &amp; safe"})
    alice.open("/demo/orders/order-01")
    for words in ("Blue & Green Soft alert(1)", "<img src=x onerror=alert(1)>", "Discount: Ten %", "Fast & safe"):
        assert words in alice.words, words
    assert "&amp;" not in alice.words
    assert not alice.page.select("main img, main em, main b, main script")
