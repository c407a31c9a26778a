"""Only GET is repeated, twice at most, with the provider's Retry-After inside the deadline (R11)."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from tests.providers.conftest import MakeClient, Serve
from tests.providers.raw_server import ORDER, Line, always, answer, in_turn, refusal
from webapp.money import Money
from webapp.providers.http.errors import AnswerLost, GatewayError, NotFound, ProviderFailed, Throttled, UnreadableAnswer
from webapp.providers.postpay.client import PostpayClient, encode_refund

BODY = encode_refund(refund_id="r-1", amount=Money(500, "AED"))

FAULTS = {
    "reset": Line.reset,
    "500": always(answer(b"<h1>Oops</h1>", status=500)),
    "502": always(answer(b"<h1>Bad gateway</h1>", status=502)),
    "503": always(answer(refusal("error"), status=503)),
    "408": always(answer(b"", status=408)),
    "429": always(answer(refusal("throttled"), status=429)),
}
WRITES: dict[str, Callable[[PostpayClient], object]] = {
    "capture": lambda client: client.capture_order(order_id="order-01"),
    "refund": lambda client: client.create_refund(order_id="order-01", body=BODY),
    "checkout": lambda client: client.create_checkout(checkout={"order_id": "order-01"}),
    "hook": lambda client: client.create_hook(url="https://x.test/", events=("order",), secret=SecretStr("dolphins")),
    "edit": lambda client: client.edit_hook(hook_id="h-1", active=False),
    "delete": lambda client: client.delete_hook(hook_id="h-1"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.requirement("R11")
def test_a_read_is_tried_three_times(make_client: MakeClient, serve: Serve, fault: str) -> None:
    server = serve(FAULTS[fault])
    with pytest.raises((AnswerLost, ProviderFailed, Throttled)):
        make_client(server.base_url).get_order(order_id="order-01")
    assert len(server.lines) == 3


@pytest.mark.parametrize("fault", FAULTS)
def test_a_read_that_succeeds_at_last_is_a_success(make_client: MakeClient, serve: Serve, fault: str) -> None:
    server = serve(in_turn(FAULTS[fault], FAULTS[fault], always(answer(ORDER))))
    assert make_client(server.base_url).get_order(order_id="order-01").total == Money(81480, "AED")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("write", WRITES)
@pytest.mark.requirement("R11")
def test_a_write_is_never_sent_again(make_client: MakeClient, serve: Serve, write: str, fault: str) -> None:
    server = serve(FAULTS[fault])
    with pytest.raises(GatewayError):
        WRITES[write](make_client(server.base_url))
    assert len(server.lines) == 1


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (answer(refusal("not_found"), status=404), NotFound),
        (answer(b"<h1>Not found</h1>", status=404), UnreadableAnswer),
        (answer(b"{"), UnreadableAnswer),
        (answer(b"", status=302, Location="http://elsewhere.test/"), ProviderFailed),
    ],
)
def test_what_would_not_change_is_not_asked_again(
    make_client: MakeClient, serve: Serve, data: bytes, kind: type[GatewayError]
) -> None:
    server = serve(always(data))
    with pytest.raises(kind):
        make_client(server.base_url).get_order(order_id="order-01")
    assert len(server.lines) == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.requirement("R11")
def test_it_waits_as_long_as_the_provider_asks(make_client: MakeClient, serve: Serve, status: int) -> None:
    asked = []

    def behave(line: Line) -> None:
        asked.append(time.monotonic())
        line.send(answer(ORDER) if len(asked) > 1 else answer(refusal("x"), status=status, Retry_After="1"))

    server = serve(behave)
    make_client(server.base_url).get_order(order_id="order-01")
    assert asked[1] - asked[0] >= 1


@pytest.mark.parametrize(
    ("header", "deadline", "given"), [("60", 10.0, 60.0), ("2", 1.0, 2.0), ("999999999", 10.0, 86400.0)]
)
def test_a_longer_wait_is_handed_on_instead(
    make_client: MakeClient, serve: Serve, header: str, deadline: float, given: float
) -> None:
    server = serve(always(answer(refusal("throttled"), status=429, Retry_After=header)))
    with pytest.raises(Throttled) as caught:
        make_client(server.base_url).get_order(order_id="order-01", deadline=deadline)
    assert caught.value.retry_after == given
    assert len(server.lines) == 1


FAR_ZONE = f"Thu, 01 Jan 2026 00:00:00 +{'9' * 20}"


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5", "٣", "9" * 400, "Thu, 32 Foo 2026 00:00:00 GMT", FAR_ZONE])
def test_a_retry_after_that_says_nothing_is_none(make_client: MakeClient, serve: Serve, header: str) -> None:
    data = answer(b"", status=503).replace(b"\r\n\r\n", b"\r\nRetry-After: " + header.encode() + b"\r\n\r\n")
    server = serve(always(data))
    with pytest.raises(ProviderFailed) as caught:
        make_client(server.base_url).create_refund(order_id="order-01", body=BODY)
    assert caught.value.retry_after is None


def test_a_retry_after_may_be_a_moment(make_client: MakeClient, serve: Serve) -> None:
    server = serve(always(answer(b"", status=503, Retry_After="Fri, 01 Jan 2100 00:00:00 GMT")))
    with pytest.raises(ProviderFailed) as caught:
        make_client(server.base_url).create_refund(order_id="order-01", body=BODY)
    assert caught.value.retry_after == 86400.0
