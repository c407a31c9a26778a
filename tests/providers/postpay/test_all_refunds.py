"""Every refund of an order, over all pages, also while others refund (R10)."""

from __future__ import annotations

from contextvars import ContextVar
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.provider import provider_of
from tests.providers.conftest import MakeClient, Serve
from tests.providers.raw_server import REFUND, Line, answer, page, refusal
from webapp.emulators.postpay.server import Sandbox
from webapp.providers.http.errors import AnswerLost, NotFound, UnreadableAnswer


class Book:
    """An order's refunds as an honest provider pages them, oldest first."""

    def __init__(self, count: int) -> None:
        self.ids = [f"r-{at}" for at in range(count)]
        self.asked: list[int] = []

    def page(self, number: int) -> dict[str, object]:
        rows = [{**REFUND, "refund_id": one} for one in self.ids[(number - 1) * 50 : number * 50]]
        return page(*rows, count=len(self.ids))

    def __call__(self, line: Line) -> None:
        number = int(parse_qs(urlsplit(line.path).query)["page"][0])
        self.asked.append(number)
        if number > 1 and (number - 1) * 50 >= len(self.ids):
            line.send(answer(refusal("not_found"), status=404))
            return
        line.send(answer(self.page(number)))


def ids(refunds) -> list[str]:
    return [refund.refund_id for refund in refunds]


@pytest.mark.requirement("R10")
def test_130_refunds_are_three_pages(sandbox: Sandbox, make_client: MakeClient) -> None:
    provider = provider_of(sandbox)
    provider.order("order-01", total=1_000_000)
    for at in range(130):
        provider.refund_outside("order-01", 100 + at, f"r-{at}")
    provider.forget()
    refunds = make_client(sandbox.base_url).list_all_refunds(order_id="order-01")
    assert ids(refunds) == [f"r-{at}" for at in range(130)]
    assert sum(refund.amount for refund in refunds) == sum(range(100, 230))
    assert len(provider.seen("GET")) == 3


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (50, 1), (51, 2), (100, 2), (101, 3)])
def test_no_page_is_asked_for_in_vain(make_client: MakeClient, serve: Serve, count: int, pages: int) -> None:
    book = Book(count)
    client = make_client(serve(book).base_url)
    assert ids(client.list_all_refunds(order_id="order-01")) == book.ids
    assert sorted(book.asked) == list(range(1, pages + 1))


def test_one_that_is_added_meanwhile_is_not_lost(make_client: MakeClient, serve: Serve) -> None:
    book = Book(100)

    def behave(line: Line) -> None:
        book(line)
        if book.asked == [1]:
            book.ids.append("late")

    refunds = make_client(serve(behave).base_url).list_all_refunds(order_id="order-01")
    assert ids(refunds) == [*book.ids[:100], "late"]
    assert len(book.asked) == 2 + 3


def test_a_provider_that_lists_newest_first_is_read_again_when_one_is_added(
    make_client: MakeClient, serve: Serve
) -> None:
    """It ignores our ordering: the last of the first page moves to the second and would be there twice."""
    book = Book(100)

    def behave(line: Line) -> None:
        book(line)
        if book.asked == [1]:
            book.ids.insert(0, "late")

    refunds = make_client(serve(behave).base_url).list_all_refunds(order_id="order-01")
    assert len(refunds) == len(set(ids(refunds))) == 101
    assert "late" in ids(refunds)


def test_pages_that_never_fit_together_are_unreadable(make_client: MakeClient, serve: Serve) -> None:
    book = Book(60)

    def behave(line: Line) -> None:
        book(line)
        book.ids.append(f"late-{len(book.ids)}")

    with pytest.raises(UnreadableAnswer):
        make_client(serve(behave).base_url).list_all_refunds(order_id="order-01")


@pytest.mark.parametrize(
    "body",
    [
        page({**REFUND}, count=2),
        page({**REFUND}, {**REFUND}),
        page({**REFUND}, count=0),
        page({**REFUND}, count=10**18),
    ],
    ids=["fewer than counted", "one twice", "more than counted", "endless"],
)
def test_a_count_that_lies_is_not_believed(make_client: MakeClient, serve: Serve, body: object) -> None:
    server = serve(
        lambda line: line.send(
            answer(body) if "page=1&" in line.path else answer(refusal("not_found"), status=404),
        )
    )
    with pytest.raises(UnreadableAnswer):
        make_client(server.base_url).list_all_refunds(order_id="order-01")
    assert len(server.lines) <= 6


def test_an_order_that_is_not_there_is_asked_for_once(make_client: MakeClient, serve: Serve) -> None:
    server = serve(lambda line: line.send(answer(refusal("not_found"), status=404)))
    with pytest.raises(NotFound):
        make_client(server.base_url).list_all_refunds(order_id="order-01")
    assert len(server.lines) == 1


def test_a_later_page_that_fails_fails_the_whole(make_client: MakeClient, serve: Serve) -> None:
    book = Book(120)
    server = serve(lambda line: line.reset() if "page=3&" in line.path else book(line))
    with pytest.raises(AnswerLost):
        make_client(server.base_url).list_all_refunds(order_id="order-01")


def test_all_pages_share_one_deadline(make_client: MakeClient, serve: Serve) -> None:
    book = Book(120)
    server = serve(lambda line: None if "page=3&" in line.path else book(line))
    with pytest.raises(AnswerLost):
        make_client(server.base_url).list_all_refunds(order_id="order-01", deadline=0.4)


def test_each_page_carries_the_request_id_of_who_asked(make_client: MakeClient, serve: Serve) -> None:
    """Other threads read the later pages; what is known of the request goes with them."""
    known: ContextVar[str | None] = ContextVar("known", default=None)
    known.set("req-7")
    server = serve(Book(180))
    make_client(server.base_url, request_id=known.get).list_all_refunds(order_id="order-01")
    assert [line.header("X-Request-Id") for line in server.lines] == ["req-7"] * 4
