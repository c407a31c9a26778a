"""What a test does at the provider: puts orders there, breaks it, and asks what it has seen."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import requests

from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET
from webapp.emulators.postpay.server import Sandbox


class Provider:
    """The sandbox's control prefix, in the words of the tests. Amounts in minor units."""

    def __init__(self, base_url: str) -> None:
        self.root = f"{base_url}/_sandbox"
        self.http = requests.Session()
        self.http.trust_env = False  # no proxy stands between the tests and this machine

    def order(self, order_id: str = "order-01", total: int = 81480, currency: str = "AED", **fields: Any) -> str:
        """Puts an order there, captured unless said otherwise."""
        body = {"order_id": order_id, "total_amount": total, "currency": currency, "status": "captured", **fields}
        self._ask("POST", "/orders", body)
        return order_id

    def change(self, order_id: str, **fields: Any) -> None:
        """Sets an order's status, or what becomes of its capture."""
        self._ask("PUT", f"/orders/{quote(order_id, safe='')}", fields)

    def refund_outside(self, order_id: str, amount: int, refund_id: str = "by-hand") -> None:
        """A refund that somebody makes without the desk."""
        self._ask("POST", f"/orders/{quote(order_id, safe='')}/refunds", {"refund_id": refund_id, "amount": amount})

    def transaction(self, **fields: Any) -> dict[str, Any]:
        """Puts a settled row there: type, currency, amount, and the rest as wished."""
        return dict(self._ask("POST", "/transactions", fields))

    def change_transaction(self, transaction_id: str, **fields: Any) -> None:
        """The provider changes its past; figures may become what no document allows."""
        self._ask("PUT", f"/transactions/{quote(transaction_id, safe='')}", fields)

    def remove_transaction(self, transaction_id: str) -> None:
        self._ask("DELETE", f"/transactions/{quote(transaction_id, safe='')}")

    def rows(self) -> list[dict[str, Any]]:
        """Its transactions, as the API tells them."""
        address = self.root.removesuffix("/_sandbox") + "/transactions?page_size=50"
        answer = self.http.get(address, auth=(EMBEDDED_MERCHANT, EMBEDDED_SECRET), timeout=10)
        return list(answer.json()["results"])

    def pay_out(self, currency: str | None = None) -> None:
        """Pays out all that is not paid yet, or that of a currency."""
        self._ask("POST", "/payouts", {"currency": currency} if currency else {})

    def reset(self, **given: Any) -> None:
        """Forgets everything; `orders`, `seed` and `end` make a new shop."""
        self._ask("POST", "/reset", given)

    def set(self, **settings: Any) -> None:
        """Changes how the provider behaves: `payout_names=["paid"]`."""
        self._ask("PUT", "/settings", settings)

    def fault(self, kind: str, *, method: str = "POST", path: str = "*", times: int = 1, **more: Any) -> None:
        """The next `times` matching calls go wrong."""
        self._ask("POST", "/faults", {"kind": kind, "method": method, "path": path, "times": times, **more})

    def heal(self) -> None:
        """No more faults."""
        self._ask("DELETE", "/faults")

    def state(self, order_id: str) -> dict[str, Any]:
        """The order with its refunds and transactions, as the provider has it."""
        return self._ask("GET", f"/orders/{quote(order_id, safe='')}")

    def refunds(self, order_id: str) -> list[dict[str, Any]]:
        return list(self.state(order_id)["refunds"])

    def seen(self, method: str | None = None, containing: str = "") -> list[dict[str, Any]]:
        """The calls that arrived, oldest first."""
        log = self._ask("GET", "/requests")
        rows = log["requests"] if isinstance(log, dict) else log
        return [row for row in rows if method in (None, row["method"]) and containing in row["path"]]

    def forget(self) -> None:
        """Empties the log of calls."""
        self._ask("DELETE", "/requests")

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, self.root + path, json=body, timeout=10)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.content else None


def provider_of(sandbox: Sandbox) -> Provider:
    return Provider(sandbox.base_url)
