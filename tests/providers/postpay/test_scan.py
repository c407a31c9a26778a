"""Every row of a long list, each once, while rows come and go and the provider stumbles."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.provider import Provider, provider_of
from tests.providers.conftest import MakeClient, Serve
from tests.providers.raw_server import Line, answer, page
from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET
from webapp.emulators.postpay.server import Sandbox
from webapp.providers.http.errors import GatewayError, UnreadableAnswer
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.filters import OrderQuery, TransactionQuery

END = datetime(2026, 11, 20, tzinfo=UTC)
APPROVED = OrderQuery(statuses=("approved",))


@pytest.fixture(scope="module")
def shop() -> Iterator[Sandbox]:
    """A provider with three years of orders, only read from."""
    with Sandbox(orders=1300, seed=7, credentials=[(EMBEDDED_MERCHANT, EMBEDDED_SECRET)], end=END) as running:
        yield running


def order(number: int, created: datetime) -> dict[str, object]:
    return {
        "order_id": f"o-{number}",
        "status": "captured",
        "total_amount": 100 + number,
        "tax_amount": 0,
        "currency": "AED",
        "created": created.isoformat(),
    }


def read(client: PostpayClient, query: OrderQuery, **more: object) -> list[str]:
    rows = [row.order_id for batch in client.each_order(query, bound=END + timedelta(days=1), **more) for row in batch]  # type: ignore[arg-type]
    assert len(rows) == len(set(rows)), "an order was read twice"
    return rows


def pages(client: PostpayClient, query: OrderQuery) -> set[str]:
    """The same by page numbers, which is right while nothing changes."""
    first = client.list_orders(OrderQuery(statuses=query.statuses, currencies=query.currencies, page_size=50))
    more = [
        client.list_orders(OrderQuery(statuses=query.statuses, currencies=query.currencies, page_size=50, page=number))
        for number in range(2, first.pages + 1)
    ]
    return {row.order_id for one in (first, *more) for row in one.results}


@pytest.mark.parametrize("in_flight", [1, 8])
def test_every_order_comes_once(shop: Sandbox, make_client: MakeClient, in_flight: int) -> None:
    provider = provider_of(shop)
    provider.forget()
    client = make_client(shop.base_url)
    reading = client.each_order(OrderQuery(), bound=END + timedelta(days=1), in_flight=in_flight)
    rows = [row.order_id for batch in reading for row in batch]
    assert len(rows) == len(set(rows)) == reading.counted == reading.recount() == 1300
    assert len(provider.seen("GET")) < 1.6 * (1300 / 50), "calls, over the fewest that can do"


@pytest.mark.parametrize("query", [APPROVED, OrderQuery(currencies=("JPY",)), OrderQuery(statuses=("denied",))])
def test_a_filtered_list_is_what_its_pages_show(shop: Sandbox, make_client: MakeClient, query: OrderQuery) -> None:
    client = make_client(shop.base_url)
    assert set(read(client, query)) == pages(client, query)


def test_the_bound_and_the_days_asked_for_cut_the_list(shop: Sandbox, make_client: MakeClient) -> None:
    client = make_client(shop.base_url)
    since, until = END - timedelta(days=300), END - timedelta(days=100)
    everything = [row for batch in client.each_order(OrderQuery(), bound=END + timedelta(days=1)) for row in batch]
    reading = client.each_order(OrderQuery(created_from=since), bound=until)
    rows = {row.order_id for batch in reading for row in batch}
    assert rows == {row.order_id for row in everything if since <= row.created < until}
    assert reading.counted == len(rows)


def test_transactions_are_read_the_same_way(shop: Sandbox, make_client: MakeClient) -> None:
    client = make_client(shop.base_url)
    reading = client.each_transaction(TransactionQuery(is_paid=True), bound=END + timedelta(days=1))
    rows = [row for batch in reading for row in batch]
    assert len({row.id for row in rows}) == len(rows) == reading.recount() > 300
    assert all(row.paid for row in rows)


def put_apart(provider: Provider, count: int, status: str = "approved") -> list[str]:
    """So many orders, a minute between them."""
    return [
        provider.order(
            f"o-{at:04}", total=1000 + at, status=status, created=(END - timedelta(minutes=count - at)).isoformat()
        )
        for at in range(count)
    ]


@pytest.mark.parametrize("in_flight", [1, 6])
def test_nothing_is_lost_while_orders_leave_and_join(sandbox: Sandbox, make_client: MakeClient, in_flight: int) -> None:
    """Page numbers would shift with each of these changes."""
    provider = provider_of(sandbox)
    ids = put_apart(provider, 400)
    leaving = iter(ids[::2])
    left: set[str] = set()
    rows: list[str] = []
    for batch in make_client(sandbox.base_url).each_order(APPROVED, bound=END, in_flight=in_flight):
        rows += [row.order_id for row in batch]
        for order_id in [next(leaving) for _ in range(8)]:
            provider.change(order_id, status="captured")
            left.add(order_id)
        provider.order(f"new-{len(rows)}", status="approved", created=(END + timedelta(seconds=1)).isoformat())
    assert len(rows) == len(set(rows))
    assert set(ids) - left <= set(rows) <= set(ids)
    assert left, "something did change in between"


def test_many_orders_of_one_moment(sandbox: Sandbox, make_client: MakeClient) -> None:
    provider = provider_of(sandbox)
    moment = END - timedelta(days=1)
    twins = [provider.order(f"twin-{at}", created=moment.isoformat()) for at in range(120)]
    others = [
        provider.order(f"other-{at}", created=(moment + timedelta(seconds=at - 20)).isoformat()) for at in range(40)
    ]
    assert set(read(make_client(sandbox.base_url), OrderQuery())) == {*twins, *others}


def test_a_stumbling_provider_is_waited_for(shop: Sandbox, make_client: MakeClient) -> None:
    provider = provider_of(shop)
    faults = [
        {"kind": "status", "status": 429, "retry_after": 4, "weight": 1},
        {"kind": "status", "status": 503, "weight": 2},
        {"kind": "malformed", "weight": 1},
        {"kind": "drop_before", "weight": 1},
    ]
    provider._ask(
        "POST", "/faults", {"method": "GET", "path": "/orders*", "mix": faults, "rate": 0.15, "seed": 3, "times": 40}
    )
    asked: list[float] = []

    def no_time(seconds: float) -> None:
        asked.append(seconds)
        time.sleep(min(seconds, 0.05))

    try:
        rows = read(make_client(shop.base_url), OrderQuery(), wait=no_time)
    finally:
        provider.heal()
    assert len(rows) == 1300
    assert max(asked) > 1, "a pause was asked for"


def test_a_wrong_key_ends_it_at_once(shop: Sandbox, make_client: MakeClient) -> None:
    provider = provider_of(shop)
    provider.fault("status", method="GET", path="/orders*", times=100, status=401)
    try:
        with pytest.raises(GatewayError) as refused:
            read(make_client(shop.base_url), OrderQuery())
    finally:
        provider.heal()
    assert refused.value.status == 401


def test_whoever_waits_may_end_it(shop: Sandbox, make_client: MakeClient) -> None:
    class Enough(Exception):
        pass

    def stop(_seconds: float) -> None:
        raise Enough

    with pytest.raises(Enough):
        read(make_client(shop.base_url), OrderQuery(), wait=stop)


def test_a_page_that_counts_rows_and_holds_none_is_noticed(make_client: MakeClient, serve: Serve) -> None:
    client = make_client(serve(lambda line: line.send(answer(page(count=3)))).base_url)
    with pytest.raises(UnreadableAnswer, match="counted and not there"):
        list(client.each_order(OrderQuery(), bound=END, wait=lambda _seconds: None))


@pytest.mark.parametrize("kind", ["out of order", "not asked for"])
def test_a_provider_that_ignores_the_question_is_noticed(make_client: MakeClient, serve: Serve, kind: str) -> None:
    days = (3, 1, 2) if kind == "out of order" else (0, 1, 2)
    rows = [order(at, END - timedelta(days=day - 1 if kind == "not asked for" else day)) for at, day in enumerate(days)]

    def answering(line: Line) -> None:
        line.send(answer(page(*rows, count=500)))

    client = make_client(serve(answering).base_url)
    with pytest.raises(UnreadableAnswer):
        list(client.each_order(OrderQuery(), bound=END))


def test_an_empty_list_is_one_call(sandbox: Sandbox, make_client: MakeClient) -> None:
    reading = make_client(sandbox.base_url).each_order(OrderQuery(), bound=END)
    assert [row for batch in reading for row in batch] == []
    assert reading.counted == 0
    assert len(provider_of(sandbox).seen("GET")) == 1
