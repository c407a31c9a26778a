"""The webhooks that the provider really has, as whoever holds the account's credentials can make and see them."""

from __future__ import annotations

import json
from typing import Any

import requests

from tests.provider import Provider
from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET

URL = "https://shop.example.com/webhooks/postpay"


class Hooks(Provider):
    """The provider's webhooks, as whoever has the account's credentials can make and see them."""

    def __init__(self, base_url: str) -> None:
        super().__init__(base_url)
        self.address = f"{base_url}/hooks"
        self.direct = requests.Session()
        self.direct.auth = (EMBEDDED_MERCHANT, EMBEDDED_SECRET)

    def make(self, url: str = URL, events: tuple[str, ...] = ("order", "transaction"), **fields: Any) -> str:
        """Puts a webhook there, made without the desk; returns its id."""
        body = {"url": url, "events": list(events), "secret": "made-by-hand", **fields}
        answer = self.direct.post(self.address, json=body, timeout=10)
        assert answer.ok, answer.text
        self.forget()
        return str(answer.json()["id"])

    def all(self) -> list[dict[str, Any]]:
        """Every webhook, newest first."""
        rows = self.direct.get(self.address, params={"page_size": 50}, timeout=10).json()["results"]
        return list(rows)

    def settings(self) -> list[dict[str, Any]]:
        """The same without what changes by itself."""
        return [{**hook, "last_response": None} for hook in self.all()]

    def one(self, hook_id: str) -> dict[str, Any] | None:
        answer = self.direct.get(f"{self.address}/{hook_id}", timeout=10)
        return dict(answer.json()) if answer.ok else None

    def remove(self, hook_id: str) -> None:
        self.direct.delete(f"{self.address}/{hook_id}", timeout=10)

    def answer(self, path: str, body: dict[str, Any]) -> None:
        """From now on a question for this path is answered so."""
        self.fault("malformed", method="GET", path=path, times=99, body=json.dumps(body), applied="before")

    def sent(self, method: str, path: str = "/hooks") -> list[dict[str, Any]]:
        """The calls to the webhooks' addresses, oldest first."""
        return [call for call in self.seen(method, path) if not call["path"].startswith("/_sandbox")]
