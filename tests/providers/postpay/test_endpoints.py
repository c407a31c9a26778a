"""Every documented endpoint but the refunds', against the sandbox, in the document's order."""

from __future__ import annotations

from contextlib import closing

import pytest
from pydantic import SecretStr

from tests.provider import Provider
from tests.providers.conftest import MakeClient, account_at
from webapp.emulators.postpay.server import Sandbox
from webapp.money import Money
from webapp.providers.http.errors import (
    CaptureDeclined,
    CaptureExpired,
    Conflict,
    Forbidden,
    Invalid,
    InvalidStatus,
    NotFound,
    Throttled,
    Unauthorized,
    UnreadableAnswer,
)
from webapp.providers.http.transport import TransportSettings
from webapp.providers.postpay.client import PostpayClient, encode_refund
from webapp.providers.postpay.filters import HookQuery, OrderQuery, RefundQuery, TransactionQuery
from webapp.providers.postpay.models import OrderStatus, TransactionType

ADDRESS = {"first_name": "John", "last_name": "Doe", "line1": "The Gate", "city": "Dubai", "country": "AE"}
CHECKOUT = {
    "order_id": "order-77",
    "total_amount": 81480,
    "tax_amount": 3880,
    "currency": "AED",
    "shipping": {"name": "Express", "amount": 2000, "address": ADDRESS},
    "customer": {"email": "john@postpay.io", "first_name": "John"},
    "items": [{"reference": "sku-01", "name": "Perfume", "unit_price": 84000, "qty": 1}],
    "merchant": {"confirmation_url": "https://x.example/yes", "cancel_url": "https://x.example/no"},
}


def refund(refund_id: str, minor: int, currency: str = "AED", description: str = "") -> bytes:
    return encode_refund(refund_id=refund_id, amount=Money(minor, currency), description=description)


class TestCheckout:
    def test_it_is_created(self, client: PostpayClient) -> None:
        checkout = client.create_checkout(checkout=CHECKOUT)
        assert checkout.safe_url
        assert checkout.token in checkout.redirect_url
        order = client.get_order(order_id="order-77")
        assert (order.known_status, order.total) == (OrderStatus.PENDING, Money(81480, "AED"))

    def test_an_order_id_in_use_is_a_conflict(self, client: PostpayClient) -> None:
        client.create_checkout(checkout=CHECKOUT)
        with pytest.raises(Conflict):
            client.create_checkout(checkout=CHECKOUT)

    def test_errors_name_nested_fields(self, client: PostpayClient) -> None:
        with pytest.raises(Invalid) as caught:
            client.create_checkout(checkout={**CHECKOUT, "merchant": {"cancel_url": "https://x.example/no"}})
        assert "merchant.confirmation_url" in caught.value.fields

    def test_a_float_is_refused_before_it_is_sent(self, client: PostpayClient, provider: Provider) -> None:
        with pytest.raises(TypeError):
            client.create_checkout(checkout={**CHECKOUT, "items": [{"unit_price": 19.99}]})
        assert provider.seen("POST") == []


class TestCapture:
    def test_it_captures_the_whole(self, client: PostpayClient, provider: Provider) -> None:
        provider.order("a/b ü", status="approved")
        order = client.capture_order(order_id="a/b ü")
        assert (order.order_id, order.known_status, order.total) == (
            "a/b ü",
            OrderStatus.CAPTURED,
            Money(81480, "AED"),
        )

    def test_a_second_time_is_a_wrong_status(self, client: PostpayClient, provider: Provider) -> None:
        provider.order("order-01", status="captured")
        with pytest.raises(InvalidStatus):
            client.capture_order(order_id="order-01")

    @pytest.mark.parametrize(("fate", "kind"), [("decline", CaptureDeclined), ("expire", CaptureExpired)])
    def test_it_may_be_declined_or_too_late(
        self, client: PostpayClient, provider: Provider, fate: str, kind: type[Exception]
    ) -> None:
        provider.order("order-01", status="approved", on_capture=fate)
        with pytest.raises(kind):
            client.capture_order(order_id="order-01")

    def test_an_order_that_is_not_there(self, client: PostpayClient) -> None:
        with pytest.raises(NotFound):
            client.capture_order(order_id="nothing")


class TestOrders:
    def test_a_list_has_pages(self, client: PostpayClient, provider: Provider) -> None:
        for at in range(5):
            provider.order(f"order-{at}", created=f"2026-05-0{at + 1}T00:00:00Z")
        first = client.list_orders(OrderQuery(page_size=2))
        assert [row.order_id for row in first.results] == ["order-4", "order-3"]
        assert (first.count, first.pages, first.number, first.size, first.has_next) == (5, 3, 1, 2, True)
        last = client.list_orders(OrderQuery(page_size=2, page=3, ordering="created"))
        assert ([row.order_id for row in last.results], last.has_next) == (["order-4"], False)

    def test_a_page_past_the_end_is_not_found(self, client: PostpayClient) -> None:
        with pytest.raises(NotFound):
            client.list_orders(OrderQuery(page=2))

    def test_no_orders_are_an_empty_page(self, client: PostpayClient) -> None:
        page = client.list_orders()
        assert (page.count, page.results, page.pages, page.has_next) == (0, (), 1, False)

    def test_they_are_counted(self, client: PostpayClient, provider: Provider) -> None:
        for at in range(3):
            provider.order(f"order-{at}", status="approved")
        provider.order("order-9", status="denied")
        assert client.count_orders(OrderQuery(statuses=("approved",), page=4)) == 3

    def test_one_keeps_what_was_answered(self, client: PostpayClient, provider: Provider) -> None:
        provider.order("طلب/١", metadata={"cart": 5}, customer={"id": 12, "email": "j@postpay.io"})
        order = client.get_order(order_id="طلب/١")
        assert order.raw["order_id"] == "طلب/١"
        assert order.customer is not None
        assert order.customer.id == "12"

    def test_one_that_is_not_there(self, client: PostpayClient) -> None:
        with pytest.raises(NotFound) as caught:
            client.get_order(order_id="secret-order")
        assert str(caught.value) == "get_order (GET): 404 not_found"

    def test_another_order_than_asked_for_is_unreadable(self, client: PostpayClient, provider: Provider) -> None:
        provider.order("order-01", status="approved")
        provider.fault("wrong_id", method="GET", path="/orders/")
        with pytest.raises(UnreadableAnswer):
            client.get_order(order_id="order-01")


class TestSettlements:
    def test_transactions_are_listed_and_read(self, client: PostpayClient, provider: Provider) -> None:
        provider.order("order-01")
        client.create_refund(order_id="order-01", body=refund("r-1", 500))
        page = client.list_transactions()
        assert [row.type for row in page.results] == [TransactionType.REFUND, TransactionType.ORDER]
        back, taken = page.results
        assert (back.money, back.total, back.paid) == (Money(-500, "AED"), Money(-500, "AED"), None)
        assert taken.order is not None
        assert taken.order.order_id == "order-01"
        assert client.get_transaction(transaction_id=taken.id) == taken

    @pytest.mark.parametrize("name", ["payment", "paid"])
    def test_payouts_are_asked_for_by_either_name(self, client: PostpayClient, provider: Provider, name: str) -> None:
        provider.order("order-01")
        for is_paid, count in ((False, 1), (True, 0)):
            page = client.list_transactions(TransactionQuery(is_paid=is_paid, payout_field=name))  # type: ignore[arg-type]
            assert (page.count, page.unexpected) == (count, ())

    def test_one_that_is_not_there(self, client: PostpayClient) -> None:
        with pytest.raises(NotFound):
            client.get_transaction(transaction_id="nothing")


class TestHooks:
    def test_a_hook_lives_and_ends(self, client: PostpayClient) -> None:
        made = client.create_hook(
            url="https://www.example.ae/hooks", events=("order", "transaction"), secret=SecretStr("dolphins")
        )
        assert (made.active, set(made.events)) == (True, {"order", "transaction"})
        assert made.last_response is not None
        assert (made.last_response.code, made.last_response.status) == (None, "unused")
        assert client.get_hook(hook_id=made.id) == made
        edited = client.edit_hook(hook_id=made.id, active=False, events=("order",), secret=SecretStr("whales"))
        assert (edited.active, edited.events, edited.url) == (False, ("order",), made.url)
        assert [row.id for row in client.list_hooks(HookQuery(active=False)).results] == [made.id]
        client.delete_hook(hook_id=made.id)
        with pytest.raises(NotFound):
            client.get_hook(hook_id=made.id)

    def test_a_wrong_address_is_invalid(self, client: PostpayClient) -> None:
        with pytest.raises(Invalid) as caught:
            client.create_hook(url="nowhere", events=("order",), secret=SecretStr("dolphins"))
        assert "url" in caught.value.fields

    def test_one_that_is_not_there(self, client: PostpayClient) -> None:
        for call in (client.get_hook, client.delete_hook, client.edit_hook):
            with pytest.raises(NotFound):
                call(hook_id="nothing")

    def test_no_log_line_holds_the_secret(self, client: PostpayClient, capsys: pytest.CaptureFixture[str]) -> None:
        client.create_hook(url="https://www.example.ae/hooks", events=("order",), secret=SecretStr("dolphins"))
        assert "create_hook" in (written := capsys.readouterr().out)
        assert "dolphins" not in written


class TestEverywhere:
    def test_wrong_credentials_are_ours_to_mend(self, sandbox: Sandbox, make_client: MakeClient) -> None:
        account = account_at(sandbox.base_url).model_copy(update={"secret_key": SecretStr("sk_test_" + "9" * 40)})
        with (
            closing(PostpayClient(account, TransportSettings())) as client,
            pytest.raises(Unauthorized) as caught,
        ):
            client.list_orders()
        assert "9" * 10 not in str(caught.value)

    def test_a_merchant_that_may_not(self, client: PostpayClient, provider: Provider, sandbox: Sandbox) -> None:
        provider._ask("PUT", "/settings", {"permissions": {sandbox.merchant_id: "none"}})
        with pytest.raises(Forbidden):
            client.list_orders()

    def test_the_provider_may_ask_to_slow_down(self, client: PostpayClient, provider: Provider) -> None:
        provider.fault("status", status=429, retry_after="30", method="GET")
        with pytest.raises(Throttled) as caught:
            client.list_orders()
        assert caught.value.retry_after == 30

    def test_an_order_and_its_refunds_are_read_in_parallel(self, client: PostpayClient, provider: Provider) -> None:
        provider.order("order-01")
        client.create_refund(order_id="order-01", body=refund("r-1", 500))
        provider.fault("latency", method="GET", path="/orders/order-01", times=2, seconds=0.3)
        provider.forget()
        order, refunds = client.order_and_refunds(order_id="order-01")
        assert (order.order_id, [one.amount for one in refunds]) == ("order-01", [500])
        first, second = provider.seen("GET")
        assert second["started"] < first["ended"]

    def test_a_query_may_find_nothing(self, client: PostpayClient, provider: Provider) -> None:
        provider.order("order-01")
        assert client.list_refunds(order_id="order-01", query=RefundQuery(refund_ids=("x", "y"))).count == 0
