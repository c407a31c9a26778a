"""A plain client of the sandbox: real HTTP, nothing of the desk."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import requests

from tests.emulators.kit import client as kit
from webapp.emulators.postpay.server import Sandbox

ACCEPT = "application/vnd.postpay+json; version=v1"
NO_AUTH = kit.NO_AUTH


class Client(kit.Client):
    """Speaks to the API with the first merchant's credentials, or with those given; and to the control prefix."""

    def __init__(self, sandbox: Sandbox, auth: tuple[str, str] | None = None) -> None:
        super().__init__(sandbox.base_url)
        self.auth = auth or (sandbox.merchant_id, sandbox.secret_key)
        self.session.headers["Accept"] = ACCEPT

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("auth", self.auth)
        return super().request(method, path, **options)

    def order(self, order_id: str = "order-77", total: int = 10_000, status: str = "captured", **fields: Any) -> str:
        """Puts an order in and gives its address."""
        self.control("POST", "/orders", {"order_id": order_id, "total_amount": total, "status": status, **fields})
        return f"/orders/{quote(order_id, safe='')}"

    def refund(self, address: str, refund_id: Any, amount: Any = None, **fields: Any) -> requests.Response:
        return self.post(f"{address}/refunds", {"refund_id": refund_id, "amount": amount, **fields})

    def state(self, address: str) -> Any:
        return self.control("GET", address)

    def rows(self, path: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of all pages."""
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            answer = self.get(path, **{"page_size": 50, **parameters, "page": page})
            assert answer.status_code == 200, answer.text
            found += answer.json()["results"]
            if not answer.json()["next"]:
                assert answer.json()["count"] == len(found)
                return found
            page += 1


def error_of(answer: requests.Response) -> tuple[int, str]:
    """Status and code of a documented error, whose shape is checked on the way."""
    assert answer.headers["Content-Type"] == "application/vnd.api+json"
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) <= {"code", "message", "fields"}
    assert isinstance(body["error"]["message"], str)
    return answer.status_code, body["error"]["code"]


def fields_of(answer: requests.Response) -> Any:
    assert error_of(answer) == (400, "invalid")
    return json.loads(answer.text)["error"]["fields"]
