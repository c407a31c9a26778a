"""Odd values in what the provider answers: a page shows everything else, and names honestly what cannot be read.

Never an error of the desk's own, never a row that is silently gone, never an offer on figures that are not known.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests import odd_values
from tests.browser import Browser
from tests.odd_values import ODD, changed, full_order
from tests.provider import Provider, provider_of
from webapp.emulators.postpay.server import Sandbox

NOT_IN = "is not what Postpay documents. Ask Postpay about it."
TRANSACTION = {
    "id": "t-1", "type": "order", "currency": "AED", "amount": 81480, "fee_amount": 100, "fee_rate": 450,
    "fee_tax_rate": 500, "total_amount": 77525, "description": "for Fatima", "created": "2026-05-08T10:53:57Z",
    "paid": None, "order": {name: full_order()[name] for name in ("order_id", "status", "total_amount", "currency")},
}  # fmt: skip
HOOK = {
    "id": "h-1", "active": True, "events": ["order"], "url": "https://www.example.ae/hooks",
    "last_response": {"code": 200, "status": "success"}, "created": "2026-05-06T02:14:16Z",
    "modified": "2026-05-06T02:14:16Z",
}  # fmt: skip
ROW = {name: full_order()[name] for name in (*odd_values.ORDER_NEEDED, *odd_values.ORDER_ROW)}
REFUND = {"refund_id": "r-1", "amount": 500, "full": False, "description": "", "created": "2026-05-09T11:20:04Z"}


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


def tell(provider: Provider, path: str, body: object) -> None:
    """The next call of exactly this path is answered so."""
    provider.fault("malformed", method="GET", path=f"={path}", body=json.dumps(body), applied="before")


def page_of(*rows: object) -> dict[str, object]:
    return {"count": len(rows), "next": None, "previous": None, "results": list(rows)}


def may_refund(browser: Browser) -> bool:
    return bool(browser.page.select('.page-actions a[href$="/refund"], a.btn[href$="/refund"]'))


@pytest.mark.parametrize("value", ODD)
def test_an_order_is_shown_with_all_that_can_be_read_of_it(alice: Browser, provider: Provider, value: str) -> None:
    provider.order()
    for part, fields in odd_values.ORDER_PARTS.items():
        told, odd = full_order(), []
        for name, allowed in fields.items():
            path = f"{part}.{name}" if part else name
            told = changed(told, path, ODD[value])
            odd += [] if value in allowed else [path]
        tell(provider, "/orders/order-01", told)
        alice.open("/demo/orders/order-01")
        assert alice.status == 200, part
        assert ("Parts of this order could not be read" in alice.words) == bool(odd)
        named = [part] if part and len(odd) == len(fields) else odd  # nothing of the part is left
        assert all(path in alice.words for path in named), (part, alice.words)
        assert "AED 814.80" in alice.words
        assert may_refund(alice), "what only decorates stands in the way of no refund"
        tell(provider, "/orders/order-01", told)
        alice.open("/demo/orders/order-01/peek")
        assert alice.status == 200, part
        assert "AED 814.80" in alice.words


def test_what_cannot_be_read_is_marked_in_its_place(alice: Browser, provider: Provider) -> None:
    provider.order()
    odd = {"items.0.qty": 1.5, "shipping": [], "customer.id": 12.0, "num_instalments": "4", "discounts": [{}]}
    told = full_order()
    for path, value in odd.items():
        told = changed(told, path, value)
    told["items"][1]["unit_price"] = "2.50"
    tell(provider, "/orders/order-01", told)
    alice.open("/demo/orders/order-01")
    items = [" ".join(row.get_text(" ").split()) for row in alice.page.select("table.items tbody tr")]
    assert items == [
        "Perfume (opens in a new tab) Rose sku-01 AED 420.00 not readable: qty –",
        "Sample sku-02 not readable: unit_price 1 –",
    ]
    money = " ".join(alice.page.select_one("#order-money").get_text(" ").split())  # type: ignore[union-attr]
    assert "Items not readable: items.0.qty" in money
    assert "Shipping not readable: shipping" in money
    assert "Difference to the total" not in money, "nobody can tell whether they add up"
    cards = {card.h3.get_text(strip=True): " ".join(card.get_text(" ").split()) for card in
             alice.page.select("#people section.card")}  # fmt: skip
    assert "Not readable id" in cards["Customer"]
    assert "Not readable shipping" in cards["Shipping"]
    assert "12.0" not in alice.words, "of a person no value is shown"


@pytest.mark.parametrize("name", odd_values.ORDER_NEEDED)
def test_an_order_that_cannot_be_read_says_which_field_it_is(alice: Browser, provider: Provider, name: str) -> None:
    for value, odd in ODD.items():
        tell(provider, "/orders/order-01", changed(full_order(), name, odd))
        alice.open("/demo/orders/order-01")
        if value in odd_values.ORDER_NEEDED[name]:
            assert alice.status == (502 if name == "order_id" else 200), "another order is not this one"
            continue
        assert alice.status == 502, value
        named = f"Order order-01 cannot be read: its field {name} {NOT_IN}"
        named = "An order has no ID" if name == "order_id" else named
        assert named in alice.words, value


LISTS: list[tuple[str, str, str, dict[str, Any], str, dict[str, set[str]], dict[str, set[str]]]] = [
    ("agent", "/demo/orders", "Order", ROW, "order_id", odd_values.ORDER_NEEDED, odd_values.ORDER_ROW),
    ("agent", "/demo/awaiting-capture", "Order", {**ROW, "status": "approved"}, "order_id",
     {**odd_values.ORDER_NEEDED, "status": set()}, {"status_changed": odd_values.MOMENT}),
    ("finance", "/demo/settlements", "Transaction", TRANSACTION, "id", odd_values.TRANSACTION_NEEDED,
     {name: allowed for name, allowed in odd_values.TRANSACTION.items() if name != "description"}),
    ("admin", "/demo/hooks", "Webhook", HOOK, "id", odd_values.HOOK_NEEDED,
     {"last_response": odd_values.OBJECT, "last_response.code": odd_values.AMOUNT}),
    ("admin", "/demo/connection", "Webhook", HOOK, "id", odd_values.HOOK_NEEDED,
     {"last_response": odd_values.OBJECT}),
]  # fmt: skip
PATHS = {"Order": "/orders", "Transaction": "/transactions", "Webhook": "/hooks"}


@pytest.mark.parametrize(("who", "address", "noun", "sample", "key", "needed", "decorating"), LISTS, ids=lambda x: x if
                         isinstance(x, str) and x.startswith("/") else "")  # fmt: skip
def test_a_row_that_cannot_be_read_is_named_in_its_place_and_takes_no_other_away(
    sign_in: Callable[[str], Browser], provider: Provider, who: str, address: str, noun: str, sample: dict[str, Any],
    key: str, needed: dict[str, set[str]], decorating: dict[str, set[str]],
) -> None:  # fmt: skip
    browser = sign_in(who)
    for name, allowed in {**needed, **decorating}.items():
        if address.endswith("awaiting-capture") and name == "status":
            continue  # a status that is not approved was not asked for
        rows = [{**sample, key: f"row-{value}"} for value in ODD]
        odd = [changed(row, name, value) for row, value in zip(rows, ODD.values(), strict=True)]
        tell(provider, PATHS[noun], page_of({**sample, key: "first"}, *odd, {**sample, key: "last"}))
        browser.open(address)
        assert browser.status == 200, name
        shown = [" ".join(row.get_text(" ").split()) for row in browser.page.select("tbody tr")]
        shown = shown[-len(rows) - 2 :]
        assert len(shown) == len(rows) + 2, name
        assert "cannot be read" not in shown[0] + shown[-1]
        for value, words in zip(ODD, shown[1:-1], strict=True):
            if value in allowed:
                assert "cannot be read" not in words.replace("not readable", "cannot be read"), (name, value, words)
            elif name in decorating:
                assert f"not readable: {name}" in words, (name, value, words)
            elif name == key:
                assert "has no ID that could be read" in words
            else:
                assert f"{noun} row-{value} cannot be read: its field {name} {NOT_IN}" in words, (name, value, words)


@pytest.mark.parametrize("name", odd_values.REFUND_NEEDED)
def test_a_refund_that_cannot_be_read_is_named_and_nothing_is_offered(
    alice: Browser, provider: Provider, name: str
) -> None:
    provider.order()
    for value, odd in ODD.items():
        if value in odd_values.REFUND_NEEDED[name]:
            continue
        body = page_of({**REFUND, "refund_id": "r-0"}, changed(REFUND, name, odd), {**REFUND, "refund_id": "r-2"})
        tell(provider, "/orders/order-01/refunds", body)
        alice.open("/demo/orders/order-01")
        assert alice.status == 200
        named = "A refund has no ID" if name == "refund_id" else f"Refund r-1 cannot be read: its field {name} {NOT_IN}"
        assert named in alice.words
        assert "How much was refunded is not known, so nothing can be refunded now." in alice.words
        assert {"r-0", "r-2"} <= {tag.get_text() for tag in alice.page.select(".reference bdi")}
        money = [" ".join(row.get_text(" ").split()) for row in alice.page.select(".money-lines tr")]
        assert "Refunded –" in money
        assert not [row for row in money if row.startswith("Partly")]
        assert not may_refund(alice)
        tell(provider, "/orders/order-01/refunds", body)
        alice.open("/demo/orders/order-01/refund")
        assert alice.status == 502
        assert named in alice.words
    assert provider.refunds("order-01") == []


@pytest.mark.parametrize("value", ODD)
def test_a_transaction_is_shown_with_all_that_can_be_read_of_it(farah: Browser, provider: Provider, value: str) -> None:
    of_order = {f"order.{name}": allowed for name, allowed in odd_values.ORDER_OF_TRANSACTION.items()}
    for path, allowed in {**odd_values.TRANSACTION, **of_order}.items():
        tell(provider, "/transactions/t-1", changed(TRANSACTION, path, ODD[value]))
        farah.open("/demo/settlements/t-1/peek" if path == "order.currency" else "/demo/settlements/t-1")
        assert farah.status == 200, path
        assert "AED 775.25" in farah.words
        if path == "order.currency":
            continue
        assert (f"Not readable: {path}. Ask Postpay about it." in farah.words) == (value not in allowed), path
        if path.startswith("fee") and value not in allowed:
            assert f"Its fee cannot be read ({path}), so Postpay's net of AED 775.25 is not checked." in farah.words
    for name, allowed in odd_values.TRANSACTION_NEEDED.items():
        tell(provider, "/transactions/t-1", changed(TRANSACTION, name, ODD[value]))
        farah.open("/demo/settlements/t-1")
        if value in allowed:
            assert farah.status == (502 if name == "id" else 200), name
            continue
        assert farah.status == 502, name
        named = f"Transaction t-1 cannot be read: its field {name} {NOT_IN}"
        named = "A transaction has no ID" if name == "id" else named
        assert named in farah.words


@pytest.mark.parametrize("value", ODD)
def test_a_webhook_is_shown_with_all_that_can_be_read_of_it(
    sign_in: Callable[[str], Browser], provider: Provider, value: str
) -> None:
    adam = sign_in("admin")
    decorating = {**odd_values.HOOK, **{f"last_response.{name}": ok for name, ok in odd_values.LAST_RESPONSE.items()}}
    for path, allowed in {**decorating, **odd_values.HOOK_NEEDED}.items():
        tell(provider, "/hooks/h-1", changed(HOOK, path, ODD[value]))
        adam.open("/demo/hooks/h-1")
        if value in allowed:
            assert adam.status == (502 if path == "id" else 200), path
        elif path in decorating:
            assert adam.status == 200, path
            assert path in adam.words
            assert "https://www.example.ae/hooks" in adam.words
        else:
            assert adam.status == 502, path
            named = "A webhook has no ID" if path == "id" else f"Webhook h-1 cannot be read: its field {path} {NOT_IN}"
            assert named in adam.words


def test_the_counter_of_what_waits_does_not_stop_at_a_row_that_cannot_be_read(
    alice: Browser, provider: Provider
) -> None:
    tell(provider, "/orders", page_of({**ROW, "status": "approved"}, {**ROW, "status": "approved", "created": 5}))
    alice.open("/demo/awaiting-capture")
    assert alice.status == 200
    assert len(alice.page.select("tbody tr")) == 2
