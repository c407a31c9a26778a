"""What a provider can make the desk spend with one answer: a budget of time and memory, far above what is needed."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from contextlib import nullcontext

import pytest

from tests.budget import Budget
from tests.providers.conftest import MakeClient, Serve
from tests.providers.raw_server import ORDER, REFUND, always, answer, page
from webapp.providers.http.errors import GatewayError, UnreadableAnswer
from webapp.providers.http.strict_json import MOST_VALUES
from webapp.providers.http.transport import DEFAULT_TRANSPORT, HttpAnswer
from webapp.providers.postpay.answered import MOST_PARTS
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.errors import MOST_FIELDS
from webapp.providers.postpay.filters import OrderQuery

LARGEST = DEFAULT_TRANSPORT.body_limit

Ask = Callable[[PostpayClient], object]
ASKS: dict[str, Ask] = {
    "list": lambda client: client.list_orders(),
    "order": lambda client: client.get_order(order_id="order-01"),
    "refund": lambda client: client.get_refund(order_id="order-01", refund_id="r-1"),
    "hooks": lambda client: client.list_hooks(),
}


def filled(frame: object, unit: str, *, values: int = LARGEST) -> bytes:
    """JSON with a list in the place of "@@" that is full of `unit`: as large as may be, or with so many values."""
    head, tail = json.dumps(frame).split('"@@"')
    places = (LARGEST - len(head) - len(tail) - 2) // (len(unit) + 1)
    fitting = min(places, values // (1 + unit.count(",") + unit.count("{") + unit.count("[")))
    return f"{head}[{','.join([unit] * fitting)}]{tail}".encode()


LISTED = {"count": 1, "results": "@@"}
BODIES = {
    "rows of nothing": ("list", 200, filled(LISTED, "{}")),
    "rows, good": ("list", 200, filled(LISTED, json.dumps(ORDER))),
    "hooks of nothing": ("hooks", 200, filled(LISTED, "{}")),
    "events": ("hooks", 200, filled(page({"id": "h", "events": "@@"}), '""')),
    "items of nothing": ("order", 200, filled({**ORDER, "items": "@@"}, "{}")),
    "items, good": ("order", 200, filled({**ORDER, "items": "@@"}, '{"unit_price":1,"qty":1}')),
    "discounts of nothing": ("order", 200, filled({**ORDER, "discounts": "@@"}, "0")),
    "lists in what is not read": ("refund", 200, filled({**REFUND, "more": "@@"}, "[]")),
    "numbers in what is not read": ("refund", 200, filled({**REFUND, "more": "@@"}, "1.5")),
    "fields of an error": ("order", 400, filled({"error": {"code": "invalid", "fields": {"a": "@@"}}}, '{"b":0}')),
    "an error in a list": ("order", 400, filled({"error": "@@"}, "{}")),
}
FEWER = {
    "rows of nothing": ("list", 200, filled(LISTED, "{}", values=MOST_VALUES - 100)),
    "items of nothing": ("order", 200, filled({**ORDER, "items": "@@"}, "{}", values=MOST_VALUES - 100)),
    "discounts of nothing": ("order", 200, filled({**ORDER, "discounts": "@@"}, "0", values=MOST_VALUES - 100)),
    "events": ("hooks", 200, filled(page({"id": "h", "events": "@@"}), '""', values=MOST_VALUES - 100)),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.requirement("R16")
def test_the_largest_body_of_the_worst_kind_costs_little(make_client: MakeClient, serve: Serve, name: str) -> None:
    ask, status, body = BODIES[name]
    client = make_client(serve(always(answer(body, status=status))).base_url)
    with Budget(), pytest.raises(UnreadableAnswer):
        ASKS[ask](client)


@pytest.mark.parametrize("name", FEWER)
def test_so_does_one_with_as_many_values_as_may_be(make_client: MakeClient, serve: Serve, name: str) -> None:
    ask, status, body = FEWER[name]
    client = make_client(serve(always(answer(body, status=status))).base_url)
    is_decorating = name in ("items of nothing", "discounts of nothing")
    with Budget(), nullcontext() if is_decorating else pytest.raises(UnreadableAnswer):
        found = ASKS[ask](client)
    if is_decorating:
        assert getattr(found, "unreadable", None), "the order is read without what cannot be"


def test_a_body_is_gone_as_soon_as_its_error_was_told(make_client: MakeClient, serve: Serve) -> None:
    client = make_client(serve(always(answer(b'{"order_id":' + b" " * 100_000))).base_url)
    gc.collect()
    gc.disable()
    try:
        with pytest.raises(UnreadableAnswer) as caught:
            client.get_order(order_id="order-01")
        kept = caught.value
        del caught
        assert [one for one in gc.get_objects() if isinstance(one, HttpAnswer)] == []
    finally:
        gc.enable()
    assert kept.reason == "not JSON"


def test_an_error_of_a_thousand_fields_is_read_as_far_as_a_page_shows_it(make_client: MakeClient, serve: Serve) -> None:
    fields = {"x" * 400: {f"{number:x}": "No." for number in range(MOST_VALUES // 2)}}
    body = json.dumps({"error": {"code": "invalid", "fields": fields}}, separators=(",", ":")).encode()
    client = make_client(serve(always(answer(body, status=400))).base_url)
    with Budget(), pytest.raises(GatewayError) as caught:
        client.get_order(order_id="order-01")
    assert len(caught.value.fields) == MOST_FIELDS  # type: ignore[attr-defined]


@pytest.mark.parametrize(("rows", "fits"), [(20, True), (21, False)])
def test_a_page_holds_no_more_rows_than_were_asked_for(
    make_client: MakeClient, serve: Serve, rows: int, fits: bool
) -> None:
    client = make_client(serve(always(answer(page(*[ORDER] * rows, count=99)))).base_url)
    if fits:
        assert len(client.list_orders(OrderQuery(page_size=20)).results) == rows
        return
    with pytest.raises(UnreadableAnswer, match="more rows than were asked for"):
        client.list_orders(OrderQuery(page_size=20))


@pytest.mark.parametrize(("items", "fits"), [(MOST_PARTS, True), (MOST_PARTS + 1, False)])
def test_an_order_may_have_very_many_items(make_client: MakeClient, serve: Serve, items: int, fits: bool) -> None:
    body = {**ORDER, "items": [{"name": "x", "unit_price": 1, "qty": 1}] * items}
    client = make_client(serve(always(answer(body))).base_url)
    order = client.get_order(order_id="order-01")
    assert len(order.items) == (items if fits else 0)
    assert order.unreadable == (frozenset() if fits else {"items"})
