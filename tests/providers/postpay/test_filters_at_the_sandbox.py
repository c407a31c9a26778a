"""Any filters together mean the same to the sandbox as to the check of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.providers.conftest import account_at
from webapp.emulators.postpay.server import Sandbox
from webapp.providers.http.transport import TransportSettings
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.filters import OrderQuery, Query, TransactionQuery
from webapp.providers.postpay.models import OrderStatus, OrderSummary, Transaction, TransactionType

NEWEST = datetime(2026, 5, 8, 12, 0, tzinfo=UTC)
MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@pytest.fixture(scope="module")
def client() -> Iterator[PostpayClient]:
    with (
        Sandbox(orders=120, seed=7, end=NEWEST) as sandbox,
        closing(PostpayClient(account_at(sandbox.base_url), TransportSettings())) as ready,
    ):
        yield ready


@pytest.fixture(scope="module")
def orders(client: PostpayClient) -> list[OrderSummary]:
    return [row for number in (1, 2, 3) for row in client.list_orders(OrderQuery(page=number, page_size=50)).results]


@pytest.fixture(scope="module")
def transactions(client: PostpayClient) -> list[Transaction]:
    first = client.list_transactions(TransactionQuery(page_size=50))
    others = [client.list_transactions(TransactionQuery(page=at, page_size=50)) for at in range(2, first.pages + 1)]
    return [row for page in (first, *others) for row in page.results]


def some(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | values


def several(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.just(()) | st.lists(values, min_size=1, max_size=3, unique=True).map(tuple)


MOMENTS = st.datetimes(
    datetime(2023, 1, 1), datetime(2026, 6, 1), timezones=st.sampled_from([UTC])
)  # the three years of the data
COMMON = {
    "created_from": some(MOMENTS),
    "created_before": some(MOMENTS),
    "year": some(st.integers(2023, 2026)),
    "month": some(st.integers(1, 12)),
    "week_day": some(st.integers(1, 7)),
    "hour": some(st.integers(0, 23)),
    "currencies": several(st.sampled_from(["AED", "SAR", "KWD", "BHD", "JPY", "XXX"])),
    "page_size": st.just(50),
}


@MANY
@given(data=st.data())
def test_orders(client: PostpayClient, orders: list[OrderSummary], data: st.DataObject) -> None:
    query = data.draw(
        st.builds(
            OrderQuery,
            **COMMON,
            statuses=several(st.sampled_from(list(OrderStatus)).map(str)),
            total_from=some(st.integers(0, 200_000)),
            total_to=some(st.integers(0, 2_000_000)),
            ordering=st.sampled_from(OrderQuery.orderings),
        )
    )
    _agree(query, client.list_orders(query), orders, "order_id")


@MANY
@given(data=st.data())
def test_transactions(client: PostpayClient, transactions: list[Transaction], data: st.DataObject) -> None:
    query = data.draw(
        st.builds(
            TransactionQuery,
            **COMMON,
            types=several(st.sampled_from(list(TransactionType)).map(str)),
            amount_from=some(st.integers(-50_000, 200_000)),
            amount_to=some(st.integers(-50_000, 2_000_000)),
            is_paid=some(st.booleans()),
            paid_from=some(MOMENTS),
            paid_before=some(MOMENTS),
            payout_field=st.sampled_from(["payment", "paid"]),
            ordering=st.sampled_from(["-created", "created", "amount", "-amount"]),
        )
    )
    _agree(query, client.list_transactions(query), transactions, "id")


def _agree(query: Query, page, everything, key: str) -> None:
    wrong = query.unexpected(everything)
    expected = {getattr(row, key) for row in everything} - {getattr(row, key) for row in wrong}
    assert page.unexpected == ()
    assert page.count == len(expected)
    found = [getattr(row, key) for row in page.results]
    assert len(found) == min(50, len(expected))
    assert set(found) <= expected


@pytest.mark.parametrize("ordering", OrderQuery.orderings)
def test_orderings_order(client: PostpayClient, ordering: str) -> None:
    rows = client.list_orders(OrderQuery(ordering=ordering, page_size=50)).results  # type: ignore[arg-type]
    values = [getattr(row, ordering.removeprefix("-")) for row in rows]
    assert values == sorted(values, reverse=ordering.startswith("-"))
    assert len(values) == 50


def test_ids_are_found_one_or_several(client: PostpayClient, orders: list[OrderSummary]) -> None:
    plain = [row.order_id for row in orders if "," not in row.order_id][:3]
    assert {row.order_id for row in client.list_orders(OrderQuery(order_ids=tuple(plain))).results} == set(plain)
    assert client.list_orders(OrderQuery(order_ids=(plain[0],))).count == 1


def test_a_day_is_two_instants(client: PostpayClient, orders: list[OrderSummary]) -> None:
    day = orders[0].created.replace(hour=0, minute=0, second=0, microsecond=0)
    page = client.list_orders(OrderQuery(created_from=day, created_before=day + timedelta(days=1), page_size=50))
    assert page.count == sum(row.created.date() == day.date() for row in orders)
