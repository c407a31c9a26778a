"""Ids and texts are the shop's own: anything may stand in them, and nothing of it may act or break the page."""

from __future__ import annotations

from urllib.parse import quote

from tests.browser import Browser
from tests.provider import Provider

from .conftest import HTMX, calls

IDS = [
    "a/b", "a b", "100%", "a%2Fb", "#1", "?q=1", "طلب-١", "日本", "a+b", "a&b=c", "'\"><script>", "a\\b", "..a",
    "%2e%2e", "x" * 255, "peek", "a/../b", ";x", "©",
]  # fmt: skip
POLYGLOTS = [
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "javascript:alert(1)//",
    "<svg/onload=alert(1)>",
    "]]><!--<b hx-get=/sign-out hx-trigger=load>",
    "</title></textarea></style><script>alert(1)</script>",
    "\u202egnp.exe",
    "W" * 3000,
    "محمد " * 200,
]


def test_an_order_with_any_id_can_be_listed_opened_and_looked_at(alice: Browser, provider: Provider) -> None:
    for order_id in IDS:
        provider.order(order_id)
    alice.open("/demo/orders?page_size=50")
    links = {link.get_text(): str(link["href"]) for link in alice.page.select("td.at-start a")}
    assert set(links) == set(IDS)
    for order_id, href in links.items():
        provider.forget()
        alice.open(href)
        assert alice.heading == f"Order {order_id}"
        expected = "/orders/" + quote(order_id, safe="")
        assert {call["path"] for call in calls(provider)} == {expected, f"{expected}/refunds"}
        alice.open(href.replace("?", "/peek?"), headers=HTMX)
        assert alice.page.select_one("#peek-title").get_text() == order_id  # type: ignore[union-attr]


def test_what_is_no_id_is_not_asked_for(alice: Browser, provider: Provider) -> None:
    provider.forget()
    for path in ("..", ".", "%2e%2e", "%2E", "a%00b", "a%0d%0aX-Evil:1", "a%c2%85", "%ff", "%ed%a0%80", "x" * 256):
        for address in (f"/demo/orders/{path}/peek", f"/demo/orders/{path}"):
            response = alice.client.get("/", environ_overrides={"RAW_URI": address, "REQUEST_URI": address})
            assert response.status_code == 404, address
    assert calls(provider) == []


def test_hostile_texts_are_inert_in_every_place(alice: Browser, provider: Provider) -> None:
    for number, text in enumerate(POLYGLOTS):
        hostile(provider, f"order-{number}", text)
        alice.open(f"/demo/orders/order-{number}")
        alice.submit("Open personal data")
        assert " ".join(text.split())[:100] in alice.words
        assert_inert(alice)
        alice.open(f"/demo/orders/order-{number}/peek", headers=HTMX)
        assert_inert(alice)


def hostile(provider: Provider, order_id: str, text: str) -> None:
    """An order with the text wherever the shop can put one."""
    names = "first_name last_name phone alt_phone line1 line2 city state country postal_code"
    address = dict.fromkeys(names.split(), text)
    person = dict.fromkeys(["id", "email", "first_name", "last_name", "gender", "account", "date_of_birth"], text)
    item = {"unit_price": 1, "qty": 1, **dict.fromkeys(["reference", "name", "description", "url", "image_url"], text)}
    provider.order(
        order_id,
        customer={**person, "default_address": address},
        billing_address=address,
        shipping={"id": text, "name": text, "amount": 1, "address": address},
        items=[item],
        discounts=[{"code": text, "name": text, "amount": 1}],
        metadata={text: text},
    )


def test_hostile_filters_are_inert(alice: Browser) -> None:
    for text in POLYGLOTS[:7]:
        for name in ("q", "order_id", "currency", "total_from", "created", "created_from", "week_day", "hour"):
            alice.open("/demo/orders", query_string={name: text})
            assert alice.status in (200, 422)
            assert_inert(alice)


def test_a_hostile_status_and_currency_are_inert(alice: Browser, provider: Provider) -> None:
    for number, text in enumerate(POLYGLOTS[:7]):
        provider.order(f"order-{number}", status=text, currency=text)
        alice.open(f"/demo/orders/order-{number}")
        assert alice.status == 200
        assert_inert(alice)
    alice.open("/demo/orders")
    assert_inert(alice)


def assert_inert(browser: Browser) -> None:
    """The page polices handlers and inline code itself; here: no element and no address came from the text."""
    scripts = [
        script for script in browser.page.find_all("script") if not str(script.get("src", "")).startswith("/static")
    ]
    assert not scripts
    assert not browser.page.select("[onload], [onerror], main img, [hx-trigger=load], iframe")
    for tag in browser.page.select("[href], [src], [action]"):
        address = str(tag.get("href") or tag.get("src") or tag.get("action"))
        assert address.startswith(("/", "#", "?", "https://")), address
