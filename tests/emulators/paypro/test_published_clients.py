"""A client as PayPro publishes them for Ruby and PHP, said again: how it asks, goes on in lists, and reads errors."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.emulators.kit.receiver import receiving
from webapp.emulators.paypro.server import Sandbox

from .client import PERIOD, Client


class PayProError(Exception):
    """What both raise: by status, and for 422 with the field, the message and the type of the envelope."""


class Published:
    """Ids go into paths, everything else into query or body; JSON is announced also where there is no body."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.base = sandbox.base_url
        self.session = requests.Session()
        self.session.headers.update(
            {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {sandbox.api_key}",
                "User-Agent": "PayPro 2.0.0 / Ruby 3.2.2 / OpenSSL OpenSSL 3.0.11 19 Sep 2023",
            }
        )

    def ask(self, method: str, path: str, params: Any = None, body: str | None = None) -> dict[str, Any]:
        path = "/" + path.lstrip("/")
        answer = self.session.request(method, self.base + path, params=params, data=body, timeout=30)
        data = answer.json()
        if answer.status_code == 422:
            error = data["error"]
            raise PayProError(f"Validation error - param: {error['param']} because {error['message']}", error["type"])
        if answer.status_code >= 400:
            raise PayProError(answer.status_code)
        assert answer.headers["X-Request-Id"]
        return data

    def go(self, page: dict[str, Any], direction: str, filters: dict[str, Any]) -> dict[str, Any]:
        """Of the link only path and cursor are taken; the filters of the first page are sent again."""
        link = page["_links"].get(direction)
        if link is None:
            return {"data": []}
        parts = urlsplit(link)
        return self.ask("get", parts.path, {**filters, "cursor": parse_qs(parts.query)["cursor"][0]})


@pytest.fixture(scope="module")
def published(sandbox: Sandbox) -> Published:
    return Published(sandbox)


def test_lists_are_followed_both_ways_with_filters_that_nobody_knows(published: Published, client: Client) -> None:
    path = f"{client.paid()}/refunds"
    made = [published.ask("post", path, body='{"amount": 10}')["id"] for _ in range(7)]
    filters = {"limit": 3, "state": "paid", "date[from]": "2024-01-01"}
    pages = [published.ask("get", path, filters)]
    for _ in range(3):
        pages.append(published.go(pages[-1], "next", filters))
    assert [len(page["data"]) for page in pages] == [3, 3, 1, 0]
    assert [row["id"] for page in pages for row in page["data"]] == made[::-1]
    back = [published.go(pages[2], "prev", filters)]
    back.append(published.go(back[-1], "prev", filters))
    assert [page["data"] for page in back] == [pages[1]["data"], pages[0]["data"]]
    assert published.go(back[-1], "prev", filters)["data"] == []


def test_phps_empty_arrays_are_empty_objects(published: Published) -> None:
    customer = published.ask("post", "/customers", body="[]")
    assert published.ask("patch", f"/customers/{customer['id']}", body="[]") == customer
    order = {"amount": 1000, "currency": "EUR", "description": "d", "metadata": []}
    assert published.ask("post", "/payments", body=json.dumps(order))["metadata"] == {}
    with pytest.raises(PayProError, match="param: amount because"):
        published.ask("post", "/payments", body="[]")


def test_a_change_of_state_has_no_body_or_an_empty_one(published: Published, client: Client) -> None:
    made = client.agreement(period=PERIOD)
    assert published.ask("post", f"subscriptions/{made['id']}/pause")["state"] == "paused"
    assert published.ask("post", f"subscriptions/{made['id']}/resume", body="null")["state"] == "active"
    assert published.ask("delete", f"subscriptions/{made['id']}", body="[]")["state"] == "canceled"


def test_what_only_the_clients_know_works_too(published: Published, client: Client) -> None:
    made = client.agreement("installment_plan")
    address = f"installment_plans/{made['id']}"
    assert published.ask("patch", address, body='{"description": "New"}')["description"] == "New"
    assert published.ask("get", f"customers/{made['customer']}/mandates")["data"][0]["id"] == made["mandate"]
    assert published.ask("delete", f"customers/{made['customer']}")["id"] == made["customer"]
    with pytest.raises(PayProError, match="404"):
        published.ask("get", f"customers/{made['customer']}")


def test_errors_are_read_as_they_read_them(published: Published, sandbox: Sandbox) -> None:
    with pytest.raises(PayProError, match="404"):
        published.ask("get", "payments/PPNONE")
    with pytest.raises(PayProError, match=r"param: currency because .*invalid_request"):
        published.ask("post", "payments", body='{"amount": 100, "description": "d", "currency": "USD"}')
    stranger = Published(sandbox)
    stranger.session.headers["Authorization"] = "Bearer "
    with pytest.raises(PayProError, match="401"):
        stranger.ask("get", "payments")


def test_a_delivery_is_verified_as_they_do_it(published: Published, client: Client) -> None:
    with receiving() as receiver:
        hook = {"name": "n", "description": "d", "url": receiver.url}
        made = published.ask("post", "webhooks", body=json.dumps(hook))
        published.ask("post", "customers", body="{}")
        _, headers, body = receiver.got.get(timeout=5)
        published.ask("delete", f"webhooks/{made['id']}")
    signed = f"{headers['PayPro-Timestamp']}.{body.decode()}".encode()
    expected = hmac.new(made["secret"].encode(), signed, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(expected, headers["PayPro-Signature"])
    assert json.loads(body)["payload"]["type"] == "customer"


def test_every_type_of_a_thing_names_a_class_of_theirs(published: Published, client: Client) -> None:
    known = {
        "chargeback", "customer", "event", "installment_plan", "installment_plan_period", "list", "mandate",
        "pay_method", "payment", "refund", "subscription", "subscription_period", "webhook",
    }  # fmt: skip
    client.refund(client.paid(), 10)
    client.agreement()
    for path in ("payments", "refunds", "customers", "mandates", "subscriptions", "events", "pay_methods"):
        page = published.ask("get", path)
        assert {page["type"], *(row["type"] for row in page["data"])} <= known
