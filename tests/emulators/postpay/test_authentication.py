"""HTTP Basic credentials, permissions and the order of the first checks."""

from __future__ import annotations

import base64

import pytest

from webapp.emulators.postpay.server import Sandbox

from .client import NO_AUTH, Client, error_of

MERCHANT, SECRET = "id_" + "0123456789abcdef" * 2, "sk_test_" + "0123456789" * 4


def basic(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Basic é",
        "Bearer abc",
        basic(b"no colon"),
        basic(b":"),
        basic(f"{MERCHANT}:".encode()),
        basic(f"{MERCHANT}:wrong".encode()),
        basic(f"other:{SECRET}".encode()),
        basic(f"{SECRET}:{MERCHANT}".encode()),
        basic(b"\xff\xfe:\xff"),
    ],
)
def test_it_refuses_missing_malformed_and_wrong_credentials_alike(client: Client, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    answer = client.request("GET", "/orders", auth=NO_AUTH, headers=headers)
    assert error_of(answer) == (401, "authentication_failed")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_the_default_credentials_are_those_of_the_help_text(client: Client) -> None:
    assert client.request("GET", "/orders", auth=(MERCHANT, SECRET)).status_code == 200


def test_the_scheme_is_read_in_any_case(client: Client) -> None:
    header = basic(f"{MERCHANT}:{SECRET}".encode()).replace("Basic", "bASIC")
    assert client.request("GET", "/orders", auth=NO_AUTH, headers={"Authorization": header}).status_code == 200


def test_each_merchant_sees_only_its_own_data() -> None:
    pairs = [("id_first", "sk_test_first"), ("id_second", "sk_test_second")]
    with Sandbox(orders=0, credentials=pairs) as sandbox:
        first, second = (Client(sandbox, pair) for pair in pairs)
        address = first.order("order-1")
        hook = first.post("/hooks", {"events": ["order"], "url": "https://a.example", "secret": "s"}).json()
        assert first.get(address).status_code == 200
        for path in (address, f"{address}/refunds", f"/hooks/{hook['id']}"):
            assert error_of(second.get(path)) == (404, "not_found")
        assert error_of(second.post(f"{address}/capture")) == (404, "not_found")
        for path in ("/orders", "/transactions", "/hooks"):
            assert (first.get(path).json()["count"], second.get(path).json()["count"]) == (1, 0)


def test_the_same_order_id_may_exist_at_two_merchants() -> None:
    pairs = [("id_first", "sk_test_first"), ("id_second", "sk_test_second")]
    with Sandbox(orders=0, credentials=pairs) as sandbox:
        first, second = (Client(sandbox, pair) for pair in pairs)
        first.order("order-1", 100)
        second.control("POST", "/orders?merchant=id_second", {"order_id": "order-1", "total_amount": 200})
        assert first.get("/orders/order-1").json()["total_amount"] == 100
        assert second.get("/orders/order-1").json()["total_amount"] == 200


def test_a_merchant_without_permission_is_refused(client: Client) -> None:
    address = client.order(status="approved")
    client.control("PUT", "/settings", {"permissions": {MERCHANT: "none"}})
    assert error_of(client.get("/orders")) == (403, "permission_denied")
    client.control("PUT", "/settings", {"permissions": {MERCHANT: "read"}})
    assert client.get("/orders").status_code == 200
    assert error_of(client.post(f"{address}/capture")) == (403, "permission_denied")
    client.control("PUT", "/settings", {"permissions": {MERCHANT: "all"}})
    assert client.post(f"{address}/capture").status_code == 200


def test_the_first_checks_come_in_the_order_of_the_framework(client: Client) -> None:
    """Unknown address, 406, 401, 403, 429, 405: each request breaks all rules from its own on."""
    client.control("PUT", "/settings", {"throttle": "0/min", "permissions": {MERCHANT: "none"}})
    html = {"Accept": "text/html"}
    assert error_of(client.request("PUT", "/nowhere", auth=NO_AUTH, headers=html)) == (404, "not_found")
    assert error_of(client.request("PUT", "/orders", auth=NO_AUTH, headers=html)) == (406, "not_acceptable")
    assert error_of(client.request("PUT", "/orders", auth=NO_AUTH)) == (401, "authentication_failed")
    assert error_of(client.request("PUT", "/orders")) == (403, "permission_denied")
    client.control("PUT", "/settings", {"permissions": {MERCHANT: "all"}})
    assert error_of(client.request("PUT", "/orders")) == (429, "throttled")
    client.control("PUT", "/settings", {"throttle": None})
    answer = client.request("PUT", "/orders")
    assert error_of(answer) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_it_throttles_and_says_when_to_come_back() -> None:
    with Sandbox(orders=0, throttle="3/min") as sandbox:
        client = Client(sandbox)
        answers = [client.get("/orders") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert error_of(answers[-1]) == (429, "throttled")
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_a_throttled_merchant_does_not_hold_up_another() -> None:
    pairs = [("id_first", "sk_test_first"), ("id_second", "sk_test_second")]
    with Sandbox(orders=0, credentials=pairs, throttle="1/min") as sandbox:
        first, second = (Client(sandbox, pair) for pair in pairs)
        assert [first.get("/orders").status_code for _ in range(2)] == [200, 429]
        assert second.get("/orders").status_code == 200


@pytest.mark.parametrize("rate", ["fast", "1/fortnight", "-1/min", "1.5/s", "/min"])
def test_it_refuses_a_rate_it_does_not_understand(rate: str) -> None:
    with pytest.raises(ValueError, match="not a rate"):
        Sandbox(throttle=rate)
