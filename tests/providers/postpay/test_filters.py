"""The filters as they go out, and rows checked as they come back (R14)."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.providers.conftest import MakeClient, Serve
from tests.providers.raw_server import ORDER, answer, page
from webapp.providers.http.errors import UnreadableAnswer
from webapp.providers.postpay.filters import HookQuery, OrderQuery, Query, RefundQuery, TransactionQuery
from webapp.providers.postpay.lookups import CannotAsk, TextMatch
from webapp.providers.postpay.models import OrderSummary

MOMENT = datetime(2026, 5, 8, 2, 0, tzinfo=timezone(timedelta(hours=4)))
DEFAULTS = [("ordering", "-created"), ("page", "1"), ("page_size", "20")]

ASKED = [
    (OrderQuery(), []),
    (OrderQuery(order_ids=("a,b c/ü",)), [("order_id", "a,b c/ü")]),
    (OrderQuery(order_ids=("a", "b c")), [("order_id__in", "a,b c")]),
    (OrderQuery(statuses=("captured",)), [("status", "captured")]),
    (OrderQuery(statuses=("captured", "denied")), [("status__in", "captured,denied")]),
    (OrderQuery(currencies=("AED",)), [("currency", "AED")]),
    (OrderQuery(currencies=("AED", "KWD")), [("currency__in", "AED,KWD")]),
    (OrderQuery(total_from=0, total_to=10050), [("total_amount__gte", "0"), ("total_amount__lte", "10050")]),
    (OrderQuery(created_from=MOMENT), [("created__gte", "2026-05-07T22:00:00.000000Z")]),
    (OrderQuery(created_before=MOMENT), [("created__lt", "2026-05-07T22:00:00.000000Z")]),
    (OrderQuery(week_day=1, hour=0), [("created__week_day", "1"), ("created__hour", "0")]),
    (
        OrderQuery(year=2026, month=5, day=8),
        [("created__year", "2026"), ("created__month", "5"), ("created__day", "8")],
    ),
    (RefundQuery(refund_ids=("r-1",)), [("refund_id", "r-1")]),
    (RefundQuery(description=TextMatch("broken & old")), [("description__icontains", "broken & old")]),
    (RefundQuery(description=TextMatch("x", "endswith")), [("description__endswith", "x")]),
    (RefundQuery(amount_from=1, amount_to=2), [("amount__gte", "1"), ("amount__lte", "2")]),
    (TransactionQuery(transaction_ids=("t-1", "t-2")), [("id__in", "t-1,t-2")]),
    (TransactionQuery(types=("order", "refund")), [("type__in", "order,refund")]),
    (TransactionQuery(amount_from=-500), [("amount__gte", "-500")]),
    (TransactionQuery(is_paid=False), [("payment__isnull", "true")]),
    (TransactionQuery(is_paid=True), [("payment__isnull", "false")]),
    (TransactionQuery(is_paid=True, payout_field="paid"), [("paid__isnull", "false")]),
    (
        TransactionQuery(paid_from=MOMENT, paid_before=MOMENT, payout_field="paid"),
        [("paid__gte", "2026-05-07T22:00:00.000000Z"), ("paid__lt", "2026-05-07T22:00:00.000000Z")],
    ),
    (TransactionQuery(paid_from=MOMENT), [("payment__gte", "2026-05-07T22:00:00.000000Z")]),
    (HookQuery(hook_ids=("h-1",)), [("id", "h-1")]),
    (HookQuery(events=("order", "transaction")), [("events__contains", "order,transaction")]),
    (HookQuery(urls=("https://x.test/",)), [("url", "https://x.test/")]),
    (HookQuery(url=TextMatch("https", "startswith")), [("url__startswith", "https")]),
    (HookQuery(active=False), [("active", "false")]),
    (HookQuery(active=True), [("active", "true")]),
    (HookQuery(codes=(500,)), [("last_response_code", "500")]),
    (HookQuery(codes=(500, 502)), [("last_response_code__in", "500,502")]),
    (HookQuery(code_from=400, code_to=499), [("last_response_code__gte", "400"), ("last_response_code__lte", "499")]),
]


@pytest.mark.parametrize(("query", "pairs"), ASKED, ids=lambda value: str(value)[:60])
def test_a_query_becomes_documented_parameters(query: Query, pairs: list[tuple[str, str]]) -> None:
    assert query.params() == pairs + DEFAULTS
    assert query.is_filtered is bool(pairs)


@pytest.mark.parametrize("kind", [OrderQuery, RefundQuery, TransactionQuery, HookQuery])
@pytest.mark.requirement("R14")
def test_every_field_of_a_query_is_in_its_table(kind: type[Query]) -> None:
    beside = {"page", "page_size", "ordering", "payout_field"}
    assert {field.name for field in fields(kind)} - beside == {line.attribute for line in kind.table}


@pytest.mark.parametrize(
    ("kind", "orderings"),
    [
        (OrderQuery, ("created", "-created", "total_amount", "-total_amount")),
        (RefundQuery, ("created", "-created", "amount", "-amount")),
        (TransactionQuery, ("created", "-created", "amount", "-amount", "paid", "-paid")),
        (HookQuery, ("created", "-created")),
    ],
)
def test_orderings_are_the_documented_ones(kind: type[Query], orderings: tuple[str, ...]) -> None:
    assert set(kind.orderings) == set(orderings)
    for ordering in orderings:
        assert ("ordering", ordering) in kind(ordering=ordering).params()  # type: ignore[call-arg]


CANNOT_BE_ASKED = [
    OrderQuery(order_ids=("a,b", "c")),
    OrderQuery(order_ids=("",)),
    OrderQuery(order_ids=("a", "")),
    OrderQuery(order_ids=(" a",)),
    OrderQuery(order_ids=("a\x00",)),
    OrderQuery(order_ids=("\ud800",)),
    OrderQuery(statuses=("on_hold",)),
    OrderQuery(currencies=("",)),
    OrderQuery(total_from=True),
    OrderQuery(total_from=1.5),  # type: ignore[arg-type]
    OrderQuery(total_to=2**63),
    OrderQuery(created_from=datetime(2026, 5, 8)),
    OrderQuery(created_from=datetime.max.replace(tzinfo=timezone(timedelta(hours=-4)))),
    OrderQuery(week_day=0),
    OrderQuery(week_day=8),
    OrderQuery(hour=24),
    OrderQuery(hour=-1),
    OrderQuery(month=13),
    OrderQuery(ordering="currency"),  # type: ignore[arg-type]
    OrderQuery(page=0),
    OrderQuery(page_size=0),
    OrderQuery(page_size=51),
    RefundQuery(description=TextMatch("")),
    RefundQuery(description=TextMatch("  ")),
    TransactionQuery(types=("gift",)),
    TransactionQuery(payout_field="payout"),  # type: ignore[arg-type]
    HookQuery(events=("regex",)),
    HookQuery(codes=(True,)),
]


@pytest.mark.parametrize("query", CANNOT_BE_ASKED, ids=repr)
@pytest.mark.requirement("R14")
def test_what_would_mean_something_else_is_refused(query: Query) -> None:
    with pytest.raises(CannotAsk):
        query.params()


def order(**changes: object) -> OrderSummary:
    return OrderSummary.model_validate({**ORDER, **changes})


WRONG_ROWS = [
    (OrderQuery(order_ids=("order-01", "order-02")), order(order_id="order-03")),
    (OrderQuery(statuses=("approved",)), order(status="captured")),
    (OrderQuery(currencies=("AED",)), order(currency="KWD")),
    (OrderQuery(total_from=81481), order()),
    (OrderQuery(total_to=81479), order()),
    (OrderQuery(created_from=datetime(2026, 5, 8, 10, 53, 57, 95580, UTC)), order()),
    (OrderQuery(created_before=datetime(2026, 5, 8, 10, 53, 57, 95579, UTC)), order()),
    (OrderQuery(week_day=5), order()),
    (OrderQuery(hour=14), order()),
    (OrderQuery(year=2025), order()),
    (OrderQuery(month=4), order()),
    (OrderQuery(day=9), order()),
]


@pytest.mark.parametrize(("query", "row"), WRONG_ROWS)
def test_a_row_that_was_not_asked_for_is_unexpected(query: OrderQuery, row: OrderSummary) -> None:
    assert query.unexpected([row]) == [row]


def test_a_row_that_was_asked_for_is_not() -> None:
    created = datetime(2026, 5, 8, 10, 53, 57, 95579, UTC)
    query = OrderQuery(
        order_ids=("order-01",),
        statuses=("approved", "captured"),
        currencies=("AED",),
        total_from=81480,
        total_to=81480,
        created_from=created,
        created_before=created + timedelta(microseconds=1),
        year=2026,
        month=5,
        day=8,
        week_day=6,
        hour=10,
    )
    assert query.unexpected([order()]) == []


@pytest.mark.parametrize(
    ("how", "text", "value", "holds"),
    [
        ("contains", "Key", "the Key", True),
        ("contains", "key", "the Key", False),
        ("icontains", "STRASSE", "Hauptstraße", True),
        ("icontains", "İ", "İstanbul", True),
        ("icontains", "x", None, False),
        ("startswith", "the", "the Key", True),
        ("startswith", "Key", "the Key", False),
        ("istartswith", "THE", "the Key", True),
        ("endswith", "Key", "the Key", True),
        ("iendswith", "KEY", "the Key", True),
        ("iendswith", "THE", "the Key", False),
    ],
)
def test_texts_match_as_the_lookup_says(how, text: str, value: str | None, holds: bool) -> None:
    assert TextMatch(text, how).holds(value) is holds


def test_a_provider_that_ignores_a_filter_is_found_out(make_client: MakeClient, serve: Serve) -> None:
    """It answers 200 with every row to a parameter that it does not know."""
    rows = [ORDER, {**ORDER, "order_id": "order-02", "status": "captured"}]
    server = serve(lambda line: line.send(answer(page(*rows))))
    client = make_client(server.base_url)
    query = OrderQuery(statuses=("approved",))
    assert [row.order_id for row in client.list_orders(query).unexpected] == ["order-02"]
    with pytest.raises(UnreadableAnswer):
        client.count_orders(query)
    assert client.list_orders(OrderQuery()).unexpected == ()


def test_values_are_encoded_on_the_wire(make_client: MakeClient, serve: Serve) -> None:
    server = serve(lambda line: line.send(answer(page())))
    make_client(server.base_url).list_orders(OrderQuery(order_ids=("a&page=9#ü +%",)))
    assert server.lines[0].path.startswith("/orders?order_id=a%26page%3D9%23%C3%BC+%2B%25&ordering=")
