"""The Postpay API: one method for each documented endpoint, in the document's order.

Every method takes `deadline`, the seconds the whole call may last, repetitions included (None: the configured one).
Every method raises GatewayError: NotSent, AnswerLost, ProviderFailed, UnreadableAnswer, Unauthorized, Forbidden and
Throttled always; what else an endpoint may refuse stands in its docstring. An identifier that cannot stand in a path
raises BadIdentifier, a filter that cannot be asked CannotAsk, both before anything is sent. An object or a row that
cannot be read raises UnreadableRow, which names it; who is `tolerant` finds such rows among the `bad` ones of the page.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from pydantic import SecretStr

from webapp.core.accounts import Account
from webapp.providers.contract import writes
from webapp.providers.http.account_client import AccountClient
from webapp.providers.http.bodies import BadIdentifier, encode, path
from webapp.providers.http.errors import UnreadableAnswer
from webapp.providers.http.headers import basic_credentials
from webapp.providers.http.patience import Wait
from webapp.providers.http.reading import Reader
from webapp.providers.http.transport import Call, Reach, TransportSettings

from .bodies import encode_refund, sent_refund
from .every_page import read_every_page
from .filters import HookQuery, OrderQuery, Query, RefundQuery, TransactionQuery
from .models import Checkout, Hook, Order, OrderSummary, Page, Refund, Transaction
from .parallel import Parallel
from .reading import read_nothing, read_order, read_page, reader
from .refund_pages import read_all_refunds
from .scan import EveryRow

__all__ = ["ACCEPT", "BadIdentifier", "PostpayClient", "encode_refund", "writes"]

T = TypeVar("T")

ACCEPT = "application/vnd.postpay+json; version=v1"


class PostpayClient(AccountClient):
    """Speaks for one merchant account. Thread-safe; keeps its connections, so keep it."""

    def __init__(self, account: Account, transport: TransportSettings) -> None:
        opened = basic_credentials(account.merchant_id, account.secret_key.get_secret_value())
        super().__init__(Reach(account.slug, account.api_root, opened), transport, accept=ACCEPT)
        self._parallel = Parallel(transport.max_concurrent)

    def close(self) -> None:
        """Lets kept connections and idle threads go."""
        super().close()
        self._parallel.close()

    # Checkout

    @writes
    def create_checkout(self, *, checkout: Mapping[str, Any], deadline: float | None = None) -> Checkout:
        """POST /checkouts (document: Create a checkout). Amounts in `checkout` are whole minor units.

        Raises Invalid with `fields`; Conflict for an order id already in use.
        """
        return self._write("create_checkout", "POST", "/checkouts", reader(Checkout), encode(checkout), deadline)

    # Capture

    @writes
    def capture_order(self, *, order_id: str, deadline: float | None = None) -> Order:
        """POST /orders/{order_id}/capture (document: Capture). Takes the whole order; there is no way back.

        Raises NotFound, InvalidStatus (not approved), CaptureDeclined, CaptureExpired.
        """
        target = path("orders", order_id, "capture")
        return self._write("capture_order", "POST", target, read_order(order_id), None, deadline)

    # Orders

    def list_orders(
        self, query: OrderQuery | None = None, *, tolerant: bool = False, deadline: float | None = None
    ) -> Page[OrderSummary]:
        """GET /orders (document: List orders). Raises Invalid; NotFound for a page past the end."""
        return self._list("list_orders", "/orders", query or OrderQuery(), OrderSummary, deadline, tolerant)

    def get_order(self, *, order_id: str, deadline: float | None = None) -> Order:
        """GET /orders/{order_id} (document: Get single order). Raises NotFound."""
        return self._get("get_order", path("orders", order_id), read_order(order_id), deadline)

    # Refunds

    def list_refunds(
        self,
        *,
        order_id: str,
        query: RefundQuery | None = None,
        tolerant: bool = False,
        deadline: float | None = None,
    ) -> Page[Refund]:
        """GET /orders/{order_id}/refunds (document: List refunds). Raises NotFound, also for a page past the end."""
        target = path("orders", order_id, "refunds")
        return self._list("list_refunds", target, query or RefundQuery(), Refund, deadline, tolerant)

    def get_refund(self, *, order_id: str, refund_id: str, deadline: float | None = None) -> Refund:
        """GET /orders/{order_id}/refunds/{refund_id} (document: Get single refund). Raises NotFound."""
        target = path("orders", order_id, "refunds", refund_id)
        return self._get("get_refund", target, reader(Refund, refund_id=refund_id), deadline)

    @writes
    def create_refund(self, *, order_id: str, body: bytes, deadline: float | None = None) -> Refund:
        """POST /orders/{order_id}/refunds (document: Create a refund) with the bytes of `encode_refund`.

        The answer must tell of the refund that was sent, same id and amount, else UnreadableAnswer.
        Raises NotFound, Invalid with `fields`, InvalidStatus (not captured), Conflict (id in use), LimitExceeded.
        """
        target = path("orders", order_id, "refunds")
        read = reader(Refund, **sent_refund(body))
        return self._write("create_refund", "POST", target, read, body, deadline)

    # Settlements

    def list_transactions(
        self, query: TransactionQuery | None = None, *, tolerant: bool = False, deadline: float | None = None
    ) -> Page[Transaction]:
        """GET /transactions (document: List transactions). Raises Invalid; NotFound for a page past the end."""
        asked = query or TransactionQuery()
        return self._list("list_transactions", "/transactions", asked, Transaction, deadline, tolerant)

    def get_transaction(self, *, transaction_id: str, deadline: float | None = None) -> Transaction:
        """GET /transactions/{transaction_id} (document: Get single transaction). Raises NotFound."""
        target = path("transactions", transaction_id)
        return self._get("get_transaction", target, reader(Transaction, id=transaction_id), deadline)

    # Webhooks

    def list_hooks(
        self, query: HookQuery | None = None, *, tolerant: bool = False, deadline: float | None = None
    ) -> Page[Hook]:
        """GET /hooks (document: List hooks). Raises Invalid; NotFound for a page past the end."""
        return self._list("list_hooks", "/hooks", query or HookQuery(), Hook, deadline, tolerant)

    def get_hook(self, *, hook_id: str, deadline: float | None = None) -> Hook:
        """GET /hooks/{hook_id} (document: Get single hook). Raises NotFound."""
        return self._get("get_hook", path("hooks", hook_id), reader(Hook, id=hook_id), deadline)

    @writes
    def create_hook(
        self,
        *,
        url: str,
        events: tuple[str, ...],
        secret: SecretStr,
        active: bool = True,
        deadline: float | None = None,
    ) -> Hook:
        """POST /hooks (document: Create a hook). `events`: `order`, `transaction`. Raises Invalid with `fields`."""
        body = encode({"active": active, "events": events, "url": url, "secret": secret.get_secret_value()})
        return self._write("create_hook", "POST", "/hooks", reader(Hook, url=url), body, deadline)

    @writes
    def edit_hook(
        self,
        *,
        hook_id: str,
        url: str | None = None,
        events: tuple[str, ...] | None = None,
        secret: SecretStr | None = None,
        active: bool | None = None,
        deadline: float | None = None,
    ) -> Hook:
        """PATCH /hooks/{hook_id} (document: Edit a hook); None leaves as it is. Raises NotFound, Invalid."""
        changes = {
            "active": active,
            "events": events,
            "url": url,
            "secret": secret.get_secret_value() if secret else None,
        }
        body = encode({name: value for name, value in changes.items() if value is not None})
        return self._write("edit_hook", "PATCH", path("hooks", hook_id), reader(Hook, id=hook_id), body, deadline)

    @writes
    def delete_hook(self, *, hook_id: str, deadline: float | None = None) -> None:
        """DELETE /hooks/{hook_id} (document: Delete a hook), 204. Raises NotFound."""
        self._write("delete_hook", "DELETE", path("hooks", hook_id), read_nothing, None, deadline)

    # More than one call

    def list_all_refunds(self, *, order_id: str, deadline: float | None = None) -> list[Refund]:
        """Every refund of an order, oldest first, read over all pages, those after the first in parallel.

        Each id once and as many as the provider counts; read again when one was added meanwhile.
        `deadline` is for all of it. Raises NotFound; UnreadableAnswer if the pages do not fit together; UnreadableRow
        with every other refund if there is one that cannot be read: then nobody knows how much was refunded.
        """
        return read_all_refunds(
            self.list_refunds, self._parallel, order_id, self._deadline if deadline is None else deadline
        )

    def list_all_hooks(self, query: HookQuery) -> Page[Hook]:
        """Every webhook that the query means, as one page, oldest first; which could not be read is told by it.

        Where a filter was not understood it is the first page alone, with its `unexpected` rows. Raises
        UnreadableAnswer if the pages do not fit together.
        """

        def list_page(asked: HookQuery, seconds: float) -> Page[Hook]:
            return self.list_hooks(asked, tolerant=True, deadline=seconds)

        return read_every_page("list_all_hooks", list_page, query, self._parallel, self._deadline)

    def order_and_refunds(self, *, order_id: str, deadline: float | None = None) -> tuple[Order, list[Refund]]:
        """An order and every refund of it, read in parallel. Raises NotFound."""
        order = self._parallel.start(self.get_order, order_id=order_id, deadline=deadline)
        refunds = self.list_all_refunds(order_id=order_id, deadline=deadline)
        return order.result(), refunds

    def each_order(
        self, query: OrderQuery, *, bound: datetime, in_flight: int = 8, wait: Wait = time.sleep
    ) -> EveryRow[OrderSummary]:
        """Every order that the query means, created before `bound`; its page, size and ordering do not matter."""
        return EveryRow(self.list_orders, query, bound=bound, parallel=self._parallel, in_flight=in_flight, wait=wait)

    def each_transaction(
        self,
        query: TransactionQuery,
        *,
        bound: datetime,
        in_flight: int = 8,
        wait: Wait = time.sleep,
    ) -> EveryRow[Transaction]:
        """Every transaction that the query means, created before `bound`."""
        return EveryRow(
            self.list_transactions, query, bound=bound, parallel=self._parallel, in_flight=in_flight, wait=wait
        )

    def count_orders(self, query: OrderQuery, *, deadline: float | None = None) -> int:
        """How many orders there are, by one page of the list.

        Raises UnreadableAnswer when a row is not what was asked for: then the count means nothing.
        """
        page = self.list_orders(replace(query, page=1), tolerant=True, deadline=deadline)
        if page.unexpected or (page.bad and not page.results):
            raise UnreadableAnswer("count_orders", "GET", "rows that were not asked for", status=200)
        return page.count

    def _get(self, endpoint: str, target: str, read: Reader[T], deadline: float | None) -> T:
        call = Call(endpoint, "GET", target, deadline=deadline)
        return self._transport.call(call, lambda answer: read(call, answer))

    def _list(
        self, endpoint: str, target: str, query: Query, row: type[T], deadline: float | None, tolerant: bool
    ) -> Page[T]:
        address = f"{target}?{urlencode(query.params())}"
        return self._get(endpoint, address, read_page(row, query, tolerant=tolerant), deadline)

    def _write(
        self, endpoint: str, method: str, target: str, read: Reader[T], body: bytes | None, deadline: float | None
    ) -> T:
        call = Call(endpoint, method, target, body, deadline)
        return self._transport.call(call, lambda answer: read(call, answer))
