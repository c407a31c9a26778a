"""The refund endpoints, against the sandbox."""

from __future__ import annotations

import pytest

from tests.provider import Provider
from webapp.money import Money
from webapp.providers.http.errors import Conflict, InvalidStatus, LimitExceeded, NotFound, UnreadableAnswer
from webapp.providers.postpay.client import PostpayClient, encode_refund


def refund(refund_id: str, minor: int, currency: str = "AED", description: str = "") -> bytes:
    return encode_refund(refund_id=refund_id, amount=Money(minor, currency), description=description)


class TestRefunds:
    def test_one_is_created_and_read_back(self, client: PostpayClient, provider: Provider) -> None:
        provider.order("order 01", currency="KWD")
        made = client.create_refund(order_id="order 01", body=refund("r/1", 12050, "KWD", "Zurück ‏"))
        assert (made.refund_id, made.money("KWD"), made.full) == ("r/1", Money(12050, "KWD"), False)
        assert client.get_refund(order_id="order 01", refund_id="r/1") == made
        assert client.list_refunds(order_id="order 01").results == (made,)

    def test_the_body_that_was_sent_is_the_body_that_was_made(self, client: PostpayClient, provider: Provider) -> None:
        provider.order("order-01")
        client.create_refund(order_id="order-01", body=refund("r-1", 1, description='<b>"é"</b>'))
        sent = provider.seen("POST", "/refunds")
        assert [row["body"] for row in sent] == [
            '{"refund_id":"r-1","amount":1,"description":"<b>\\"\\u00e9\\"</b>"}',
        ]

    def test_an_id_in_use_is_a_conflict(self, client: PostpayClient, provider: Provider) -> None:
        provider.order("order-01")
        client.create_refund(order_id="order-01", body=refund("r-1", 1))
        with pytest.raises(Conflict):
            client.create_refund(order_id="order-01", body=refund("r-1", 1))

    def test_more_than_remains_is_too_much(self, client: PostpayClient, provider: Provider) -> None:
        provider.order("order-01", total=100)
        with pytest.raises(LimitExceeded):
            client.create_refund(order_id="order-01", body=refund("r-1", 101))

    def test_an_order_that_is_not_captured(self, client: PostpayClient, provider: Provider) -> None:
        provider.order("order-01", status="approved")
        with pytest.raises(InvalidStatus):
            client.create_refund(order_id="order-01", body=refund("r-1", 1))

    def test_an_order_or_refund_that_is_not_there(self, client: PostpayClient, provider: Provider) -> None:
        with pytest.raises(NotFound):
            client.create_refund(order_id="order-01", body=refund("r-1", 1))
        with pytest.raises(NotFound):
            client.list_refunds(order_id="order-01")
        provider.order("order-01")
        with pytest.raises(NotFound):
            client.get_refund(order_id="order-01", refund_id="r-1")

    @pytest.mark.parametrize("fault", ["wrong_id", "wrong_amount", "malformed", "truncated"])
    def test_an_answer_about_something_else_is_unreadable(
        self, client: PostpayClient, provider: Provider, fault: str
    ) -> None:
        provider.order("order-01")
        provider.fault(fault)
        with pytest.raises(UnreadableAnswer):
            client.create_refund(order_id="order-01", body=refund("r-1", 500))
        assert [row["amount"] for row in provider.refunds("order-01")] == [500]

    @pytest.mark.parametrize("minor", [0, -1, 2**63])
    @pytest.mark.requirement("R08")
    def test_only_a_positive_amount_can_be_refunded(self, minor: int) -> None:
        with pytest.raises(ValueError, match="positive"):
            refund("r-1", minor)

    @pytest.mark.parametrize(
        "body",
        [
            b'{"refund_id":"r-1"}',
            b'{"refund_id":"r-1","amount":null}',
            b'{"refund_id":"r-1","amount":0}',
            b'{"refund_id":"r-1","amount":1.0}',
            b'{"refund_id":"r-1","amount":true}',
            b'{"amount":1}',
            b"[]",
            b"x",
        ],
    )
    def test_other_bytes_are_refused_before_they_are_sent(
        self, client: PostpayClient, provider: Provider, body: bytes
    ) -> None:
        provider.order("order-01")
        with pytest.raises(ValueError, match=r"."):
            client.create_refund(order_id="order-01", body=body)
        assert provider.refunds("order-01") == []
        assert provider.seen("POST", "/refunds") == []
