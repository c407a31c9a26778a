"""Answers as values: strict where money hangs on it, tolerant where real payloads are odd, silent about people."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from tests.providers.raw_server import ORDER, REFUND
from webapp.money import Money
from webapp.providers.postpay.fields import parse_moment
from webapp.providers.postpay.models import Checkout, Hook, Order, OrderStatus, OrderSummary, Refund, Transaction

PERSONAL = {
    "first_name": "Johanna",
    "last_name": "Doeberg",
    "phone": "+971 50 000 0000",
    "alt_phone": "800 239",
    "line1": "The Gate District",
    "line2": "Level 4",
    "city": "Dubai",
    "state": "Emirate",
    "country": "AE",
    "postal_code": "00987",
}
FULL = {
    **ORDER,
    "shipping": {"id": "s-1", "name": "Express", "amount": 2000, "address": PERSONAL},
    "billing_address": PERSONAL,
    "customer": {
        "id": "customer-99",
        "email": "johanna@postpay.io",
        "first_name": "Johanna",
        "last_name": "Doeberg",
        "gender": "female",
        "account": "guest",
        "date_of_birth": "1990-01-20",
        "date_joined": "2019-08-26T09:28:14.790Z",
        "default_address": PERSONAL,
    },
    "items": [
        {
            "reference": "sku-01",
            "name": "Perfume",
            "description": "For Johanna",
            "url": "https://www.example.ae/x",
            "image_url": "javascript:alert(1)",
            "unit_price": 84000,
            "qty": 1,
        }
    ],
    "discounts": [{"code": "return-10", "name": "10%", "amount": 8400}],
    "num_instalments": 3,
    "metadata": {"note": "for Johanna"},
    "surprise": "an undocumented field of Johanna",
}
TRANSACTION = {
    "id": "t-1",
    "type": "refund",
    "currency": "AED",
    "amount": -500,
    "fee_amount": 0,
    "fee_rate": 450,
    "fee_tax_rate": 500,
    "total_amount": -500,
    "description": "",
    "created": "2026-05-08T10:53:57Z",
    "paid": None,
    "order": ORDER,
}
HOOK = {
    "id": "h-1",
    "active": True,
    "events": ["order"],
    "url": "https://www.example.ae/hooks",
    "last_response": {"code": None, "status": "unused"},
    "created": "2026-05-06T02:14:16Z",
    "modified": "2026-05-06T02:14:16Z",
}


def test_the_documents_order_is_read_whole() -> None:
    order = Order.model_validate(FULL)
    assert order.total == Money(81480, "AED")
    assert order.tax == Money(3880, "AED")
    assert order.known_status is OrderStatus.APPROVED
    assert order.created == datetime(2026, 5, 8, 10, 53, 57, 95579, tzinfo=UTC)
    assert order.shipping is not None
    assert order.shipping.money("AED") == Money(2000, "AED")
    assert order.items[0].money("AED") == Money(84000, "AED")
    assert order.discounts[0].money("AED") == Money(8400, "AED")
    assert order.customer is not None
    assert order.customer.date_joined == datetime(2019, 8, 26, 9, 28, 14, 790_000, tzinfo=UTC)
    assert not hasattr(order, "surprise")


def test_what_real_payloads_hold_is_read() -> None:
    order = Order.model_validate(
        {
            **ORDER,
            "shipping": None,
            "billing_address": {"first_name": "", "phone": None},
            "customer": {"id": 77, "email": "", "date_joined": "", "date_of_birth": None},
            "items": [{"reference": 12, "name": "", "url": "", "image_url": False, "unit_price": 0, "qty": 2}],
            "discounts": None,
            "num_instalments": None,
            "metadata": {"cart": {"id": 5, "lines": [1, 2.5, None]}},
        }
    )
    assert order.customer is not None
    assert order.customer.id == "77"
    assert order.customer.date_joined is None
    assert order.items[0].reference == "12"
    assert order.items[0].image_url is None
    assert order.discounts == ()


def test_a_bare_order_is_read() -> None:
    order = Order.model_validate(ORDER)
    assert (order.shipping, order.customer, order.items, order.metadata) == (None, None, (), None)


def test_an_unknown_status_and_currency_are_kept_as_text() -> None:
    order = OrderSummary.model_validate({**ORDER, "status": "on_hold", "currency": "ZZZ"})
    assert (order.status, order.known_status, order.currency) == ("on_hold", None, "ZZZ")


NEEDED = [(OrderSummary, ORDER, "total_amount"), (Refund, REFUND, "amount")]
NEEDED += [(Transaction, TRANSACTION, name) for name in ("amount", "total_amount")]
DECORATING = [(OrderSummary, ORDER, "tax_amount"), (Transaction, TRANSACTION, "fee_amount")]
NO_AMOUNTS = [True, False, 1.0, 500.5, "500", [], {}, 2**63, -(2**63) - 1, 10**30]


@pytest.mark.parametrize(("model", "sample", "name"), NEEDED)
@pytest.mark.parametrize("value", NO_AMOUNTS)
def test_an_amount_is_a_whole_number_of_64_bits(model, sample, name, value) -> None:
    with pytest.raises(ValidationError):
        model.model_validate({**sample, name: value})


@pytest.mark.parametrize(("model", "sample", "name"), DECORATING)
@pytest.mark.parametrize("value", NO_AMOUNTS)
def test_one_that_only_decorates_is_left_out_and_named(model, sample, name, value) -> None:
    found = model.model_validate({**sample, name: value})
    assert (getattr(found, name), found.unreadable) == (None, {name})


@pytest.mark.parametrize(("model", "sample", "name"), NEEDED + DECORATING)
@pytest.mark.parametrize("value", [0, 1, 2**63 - 1, -(2**63)])
def test_any_amount_of_64_bits_is_kept_exactly(model, sample, name, value) -> None:
    assert getattr(model.model_validate({**sample, name: value}), name) == value


def test_a_refund_gets_its_currency_from_the_order() -> None:
    assert Refund.model_validate(REFUND).money("KWD") == Money(500, "KWD")


def test_a_transaction_may_be_negative_unpaid_and_without_an_order() -> None:
    found = Transaction.model_validate({**TRANSACTION, "order": None})
    assert (found.money, found.total, found.paid, found.order) == (Money(-500, "AED"), Money(-500, "AED"), None, None)


@pytest.mark.parametrize("active", [1, "true", None])
def test_whether_a_hook_is_active_is_not_guessed(active: object) -> None:
    with pytest.raises(ValidationError):
        Hook.model_validate({**HOOK, "active": active})


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("2020-05-08T10:58:04.095618Z", 95618),
        ("2020-05-08T10:58:04Z", 0),
        ("2020-05-08T10:58:04+00:00", 0),
        ("2020-05-08T10:58:04+0000", 0),
        ("2020-05-08T10:58:04.790Z", 790_000),
        ("2020-05-08T14:58:04.790+04:00", 790_000),
        ("2020-05-08T10:58:04.123456789Z", 123_456),
    ],
)
def test_moments_come_in_several_forms(text: str, micros: int) -> None:
    assert parse_moment(text) == datetime(2020, 5, 8, 10, 58, 4, micros, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2020-05-08",
        "2020-05-08T10:58:04",
        "2020-05-08 10:58:04Z",
        "2020-W19-5T10:58:04Z",
        "20200508T105804Z",
        "2020-02-30T00:00:00Z",
        "2020-05-08T24:01:00Z",
        "٢٠٢٠-05-08T10:58:04Z",
        "2020-05-08T10:58:04Z\n",
        "1588933437",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        1588933437,
        None,
        True,
    ],
)
def test_what_is_no_moment_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_moment(text)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://www.example.ae/x?y=1", True),
        ("HTTP://EXAMPLE.ae", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.ae/x", False),
        ("/x", False),
        ("https://", False),
        ("http://[", False),
        ("", False),
    ],
)
@pytest.mark.requirement("R44")
def test_only_web_addresses_may_be_linked(url: str, safe: bool) -> None:
    hook = Hook.model_validate({**HOOK, "url": url})
    assert hook.safe_url == (url if safe else None)


def test_no_repr_tells_of_a_person() -> None:
    order = Order.model_validate({**FULL, "raw": FULL})
    secrets = [value for name, value in PERSONAL.items() if name != "country"]
    parts = [order, order.customer, order.billing_address, order.shipping, *order.items, order.shipping.address]
    for part in parts:
        for text in (repr(part), str(part)):
            for secret in (*secrets, "johanna", "Johanna", "1990", "customer-99", "female"):
                assert secret not in text
    checkout = Checkout.model_validate(
        {"token": "83eee160", "expires": None, "redirect_url": "https://checkout.postpay.io/83eee160"}
    )
    assert "83eee160" not in repr(checkout)


def test_no_validation_error_tells_a_value() -> None:
    with pytest.raises(ValidationError) as caught:
        Order.model_validate({**FULL, "currency": ["johanna@postpay.io"]})
    assert "johanna" not in str(caught.value)


def test_raw_is_not_dumped() -> None:
    order = Order.model_validate({**FULL, "raw": FULL})
    assert order.raw["surprise"]
    assert "surprise" not in json.dumps(order.model_dump(mode="json"))


def test_answers_cannot_be_changed() -> None:
    refund = Refund.model_validate(REFUND)
    with pytest.raises(ValidationError):
        refund.amount = 1  # type: ignore[misc]
