"""Lists by cursor: of a link only the cursor is taken, and what does not fit together is not believed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulators.paypro.client import Client as Provider
from tests.providers.conftest import Serve
from tests.providers.raw_server import always, answer
from webapp.providers.http.errors import UnreadableAnswer, UnreadableRow
from webapp.providers.paypro.client import BadCursor, PayProClient

from .conftest import MakePayPro

ROW = {
    "id": "PR1", "type": "refund", "amount": 10, "currency": "EUR", "state": "open", "payment": "PP1",
    "created_at": "2023-12-11T14:53:48Z",
}  # fmt: skip


def listed(rows: Any, links: Any = None, **fields: Any) -> bytes:
    told = {"type": "list", "data": rows, "count": 0, "_links": {} if links is None else links, **fields}
    return answer(json.dumps(told).encode())


def test_a_walk_to_the_end_and_back(client: PayProClient, provider: Provider) -> None:
    address = provider.paid()
    made = [provider.refund(address, 1).json()["id"] for _ in range(7)][::-1]
    provider.control("PUT", "/settings", {"count_zero": True, "link_host": "https://elsewhere.example"})
    first = client.list_payment_refunds(payment_id=address[10:], limit=3)
    second = client.list_payment_refunds(payment_id=address[10:], limit=3, cursor=first.next)
    last = client.list_payment_refunds(payment_id=address[10:], limit=3, cursor=second.next)
    assert [row.id for page in (first, second, last) for row in page.rows] == made
    assert (first.prev, last.next) == (None, None)
    assert client.list_payment_refunds(payment_id=address[10:], limit=3, cursor=last.prev).rows == second.rows


def test_all_refunds_over_all_pages(client: PayProClient, provider: Provider) -> None:
    address = provider.paid()
    made = [provider.refund(address, 1).json()["id"] for _ in range(105)]
    assert [refund.id for refund in client.list_all_refunds(payment_id=address[10:])] == made[::-1]


@pytest.mark.parametrize("cursor", ["", "a b", "a/../b", "x" * 201, "é", "a\n", "https://elsewhere.example/"])
def test_what_is_no_cursor_is_not_sent(client: PayProClient, cursor: str) -> None:
    with pytest.raises(BadCursor):
        client.list_payments(cursor=cursor)


@pytest.mark.parametrize(
    "data",
    [
        listed({}), listed([], type="payment"), listed([], {"next": "https://api.paypro.nl/payments"}),
        listed([], {"next": 7}),
        listed([], {"next": "https://[/?cursor=a"}), listed([], {"next": "/x?cursor=a%20b"}), listed([ROW] * 101),
        listed([], {"prev": "/x?cursor=a&cursor=b"}), answer(b"[]"), answer(b'{"type": "list"}'),
    ],
)  # fmt: skip
def test_what_is_no_list_is_not_believed(make_paypro: MakePayPro, serve: Serve, data: bytes) -> None:
    with pytest.raises(UnreadableAnswer):
        make_paypro(serve(always(data)).base_url).list_payment_refunds(payment_id="PP1")


def test_a_row_that_cannot_be_read_stands_apart(make_paypro: MakePayPro, serve: Serve) -> None:
    client = make_paypro(serve(always(listed([ROW, {**ROW, "id": "PR2", "amount": "10"}]))).base_url)
    page = client.list_refunds()
    assert [refund.id for refund in page.rows] == ["PR1"]
    assert [(row.place, row.id, row.field) for row in page.bad] == [(1, "PR2", "amount")]
    with pytest.raises(UnreadableRow) as unreadable:
        client.list_all_refunds(payment_id="PP1")
    assert unreadable.value.row == "PR2"


@pytest.mark.parametrize(
    "data",
    [
        listed([ROW], {"next": "/x?cursor=same"}),
        listed([], {"next": "/x?cursor=same"}),
        listed([ROW, ROW]),
        listed([{**ROW, "payment": "PP2"}]),
    ],
    ids=["a circle", "an empty page", "a row twice", "another payment's"],
)
def test_pages_that_do_not_fit_together_prove_nothing(make_paypro: MakePayPro, serve: Serve, data: bytes) -> None:
    with pytest.raises(UnreadableAnswer):
        make_paypro(serve(always(data)).base_url).list_all_refunds(payment_id="PP1")
