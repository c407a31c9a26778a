"""Whatever is wrong gets a documented error, never a 500, and leaves everything as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from . import samples
from .client import NO_AUTH, Client, error_of
from .test_odd_clients import head

CODES = {
    "invalid": 400,
    "parse_error": 400,
    "authentication_failed": 401,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "conflict": 409,
    "invalid_status": 409,
    "limit_exceeded": 409,
    "unsupported_media_type": 415,
}
JSON_HEADERS = {"Content-Type": "application/json"}
FUZZ = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"not json",
        b'{"refund_id": "r-1", "amount": NaN}',
        b'{"refund_id": "r-1", "amount": Infinity}',
        b'{"refund_id": "r-1", "amount": 1e999}',
        b'{"refund_id": "r-1", "amount": 01}',
        b'{"refund_id": "r-1",}',
        b"{'refund_id': 'r-1'}",
        b'{"refund_id": "\\ud800"}',
        b'{"refund_id": "\xff"}',
        b'\xef\xbb\xbf{"refund_id": "r-1"}',
        b'{"refund_id": "r-1"} x',
        b'{"amount": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 50 + b"1" + b"}" * 50,
        b"\x00",
        b" ",
    ],
)
def test_what_is_not_json_is_malformed(client: Client, body: bytes) -> None:
    address = client.order()
    answer = client.request("POST", f"{address}/refunds", data=body, headers=JSON_HEADERS)
    assert error_of(answer) == (400, "parse_error")
    assert client.state(address)["refunds"] == []


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"7", b"true", b'[{"refund_id": "r-1"}]'])
def test_json_that_is_no_object_is_invalid(client: Client, body: bytes) -> None:
    for path in (f"{client.order(f'order-{len(body)}')}/refunds", "/checkouts", "/hooks"):
        assert error_of(client.request("POST", path, data=body, headers=JSON_HEADERS)) == (400, "invalid")


def test_of_a_repeated_key_the_last_wins(client: Client) -> None:
    body = b'{"refund_id": "a", "amount": 10, "amount": 20}'
    answer = client.request("POST", f"{client.order()}/refunds", data=body, headers=JSON_HEADERS)
    assert answer.json()["amount"] == 20


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json"]
)
def test_other_media_types_are_unsupported(client: Client, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    address = client.order()
    for method, path in (("POST", f"{address}/refunds"), ("POST", "/checkouts"), ("POST", "/hooks")):
        answer = client.request(method, path, data=b'{"refund_id": "r-1", "amount": 1}', headers=headers)
        assert error_of(answer) == (415, "unsupported_media_type")
    assert error_of(client.post("/orders/none/refunds")) == (404, "not_found")


def test_a_body_too_large_is_refused(client: Client) -> None:
    address = client.order()
    body = json.dumps({"refund_id": "r-1", "amount": 1, "description": "x" * 3_000_000})
    assert error_of(client.request("POST", f"{address}/refunds", data=body, headers=JSON_HEADERS)) == (
        400,
        "parse_error",
    )
    chunks = iter([b"x" * 60_000] * 60)
    assert error_of(client.request("POST", f"{address}/refunds", data=chunks, headers=JSON_HEADERS)) == (
        400,
        "parse_error",
    )
    assert client.state(address)["refunds"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/orders/",
        "/orders/order-77/",
        "/orders/order-77/captures",
        "/orders/order-77/refunds/",
        "/orders/a/b/c/d/e",
        "/orders/%FF",
        "/orders/%zz",
        "/orders/%00",
        "/orders/%2e%2e",
        "/ORDERS",
        "/orders;x=1",
        "/v1/orders",
        "//orders//",
        "/checkouts/x",
        "/_sandbox/nothing",
    ],
)
def test_unknown_addresses_are_not_found(client: Client, path: str) -> None:
    client.order()
    assert error_of(client.request("GET", path)) == (404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "BREW", "POST"])
def test_other_methods_are_not_allowed(client: Client, method: str) -> None:
    client.order()
    assert error_of(client.request(method, "/orders")) == (405, "method_not_allowed")
    assert error_of(client.request(method, "/orders/order-77")) == (405, "method_not_allowed")


values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def is_documented(answer: Any) -> None:
    """A success, or an error of the documents with the status that they give it."""
    if answer.status_code >= 400:
        status, code = error_of(answer)
        assert CODES[code] == status


@FUZZ
@given(changes=some.dictionaries(some.sampled_from(sorted(samples.CHECKOUT)), values, min_size=1, max_size=4))
def test_any_checkout_is_made_or_refused(client: Client, changes: dict[str, Any]) -> None:
    is_documented(client.post("/checkouts", {**samples.CHECKOUT, **changes}))
    is_documented(client.get("/orders"))


@FUZZ
@given(
    part=some.sampled_from(["shipping", "billing_address", "customer", "items", "discounts", "merchant"]),
    data=some.data(),
)
def test_any_part_of_a_checkout_is_taken_or_refused(client: Client, part: str, data: some.DataObject) -> None:
    sample = samples.CHECKOUT[part]
    inner = sample[0] if isinstance(sample, list) else sample
    changed = {**inner, **data.draw(some.dictionaries(some.sampled_from(sorted(inner)), values, min_size=1))}
    body = samples.checkout(
        order_id=data.draw(some.text()), **{part: [changed] if isinstance(sample, list) else changed}
    )
    is_documented(client.post("/checkouts", body))


@FUZZ
@given(body=some.dictionaries(some.sampled_from(["refund_id", "refundId", "amount", "description", "x"]), values))
def test_any_refund_is_made_or_refused(client: Client, body: dict[str, Any]) -> None:
    client.request("POST", "/_sandbox/orders", json={"order_id": "order-77", "status": "captured"}, auth=NO_AUTH)
    is_documented(client.post("/orders/order-77/refunds", body))


@FUZZ
@given(body=values, method=some.sampled_from(["POST", "PATCH", "PUT"]))
def test_any_hook_is_made_or_refused(client: Client, body: Any, method: str) -> None:
    hook = client.post("/hooks", samples.HOOK).json()["id"]
    is_documented(client.request(method, "/hooks" if method == "POST" else f"/hooks/{hook}", json=body))


@FUZZ
@given(raw=some.binary(max_size=60), content_type=some.sampled_from(["application/json", "text/html", "\\"]))
def test_any_bytes_are_refused(client: Client, raw: bytes, content_type: str) -> None:
    for path in ("/checkouts", "/hooks"):
        is_documented(client.request("POST", path, data=raw, headers={"Content-Type": content_type}))


@FUZZ
@given(
    name=some.sampled_from(
        [
            "order_id__in",
            "status",
            "total_amount__gte",
            "created",
            "created__date",
            "created__year__lt",
            "page",
            "ordering",
        ]
    ),
    value=some.text() | some.from_regex(r"[0-9+\-:TZ .e]{1,30}", fullmatch=True),
)
def test_any_filter_is_answered(client: Client, name: str, value: str) -> None:
    is_documented(client.get("/orders", **{name: value.encode("utf-8", "replace")}))


@FUZZ
@given(tail=some.text(some.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\\"), max_size=30))
def test_any_address_is_answered(client: Client, tail: str) -> None:
    answer = client.raw(head(client, "GET", f"/orders/{tail}", "Connection: close"))
    assert answer.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 200 ", b"HTTP/1.1 405 ", b"HTTP/1.1 400 "))
