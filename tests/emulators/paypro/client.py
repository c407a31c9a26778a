"""A plain client of the sandbox: real HTTP, nothing of the desk."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from tests.emulators.kit import client as kit
from webapp.emulators.paypro.server import Sandbox

IBAN = "NL02ABNA0123456789"
HOLDER = "J. de Vries"
PERIOD = {"amount": 1500, "vat": 21, "multiplier": 1, "interval": "month"}
DAY = 86_400


class Client(kit.Client):
    """Speaks to the API with the first account's key, or with the one given; and to the control prefix."""

    def __init__(self, sandbox: Sandbox, key: str | None = None) -> None:
        super().__init__(sandbox.base_url)
        self.key = key or sandbox.api_key

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        return super().request(method, path, headers=headers, **options)

    def made(self, path: str, body: Any = None, status: int = 201) -> dict[str, Any]:
        answer = self.post(path, body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def read(self, path: str, **parameters: Any) -> dict[str, Any]:
        answer = self.get(path, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def thing(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Puts a thing in, as nobody could through the API."""
        return self.control("POST", f"/things/{kind}", fields)

    def paid(self, amount: int = 10_000, method: str = "ideal", **fields: Any) -> str:
        """Puts a paid payment in and gives its address."""
        made = self.thing("payment", amount=amount, state="paid", pay_method=method, **fields)
        return f"/payments/{made['id']}"

    def refund(self, address: str, amount: Any, **fields: Any) -> requests.Response:
        return self.post(f"{address}/refunds", {"amount": amount, **fields})

    def move(self, kind: str, thing_id: str, name: str) -> dict[str, Any]:
        return self.control("POST", f"/things/{kind}/{thing_id}/{name}")

    def pass_time(self, **given: Any) -> None:
        self.control("POST", "/clock", given)

    def mandate(self, customer: str | None = None, **hidden: Any) -> dict[str, Any]:
        """A mandate of a customer, new unless named; `fate` says what becomes of its debits."""
        owner = customer or self.made("/customers", {})["id"]
        return self.thing("mandate", customer=owner, hidden=hidden)

    def agreement(self, kind: str = "subscription", **fields: Any) -> dict[str, Any]:
        mandate = self.mandate()
        body = {"customer": mandate["customer"], "mandate": mandate["id"], "description": "Club", "currency": "EUR"}
        periods = {"number_of_periods": 3} if kind == "installment_plan" else {}
        return self.made(f"/{kind}s", {**body, "period": PERIOD, **periods, **fields})

    def rows(self, path: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of all pages, going on as PayPro's own clients do."""
        found: list[dict[str, Any]] = []
        page = self.read(path, **parameters)
        while True:
            assert page["count"] == len(page["data"])
            found += page["data"]
            if "next" not in page["_links"]:
                return found
            page = self.read(path, **{**parameters, "cursor": cursor_of(page["_links"]["next"])})

    def events(self, thing_id: str) -> list[str]:
        """What was told of a thing, oldest first."""
        told = [event for event in self.rows("/events", limit=100) if event["payload"]["id"] == thing_id]
        return [event["event_type"] for event in reversed(told)]


def cursor_of(link: str) -> str:
    """The only thing of a link that clients take."""
    (cursor,) = parse_qs(urlsplit(link).query)["cursor"]
    return cursor


def error_of(answer: requests.Response) -> tuple[int, str, str | None]:
    """Status, type and field of an error, whose shape is checked on the way."""
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Request-Id"]
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"message", "param", "type"}
    assert isinstance(body["error"]["message"], str)
    assert body["error"]["message"]
    return answer.status_code, body["error"]["type"], body["error"]["param"]


def invalid(field: str) -> tuple[int, str, str | None]:
    return 422, "invalid_request", field


WRONG_STATE = (422, "invalid_state", None)
NOT_FOUND = (404, "not_found", None)
