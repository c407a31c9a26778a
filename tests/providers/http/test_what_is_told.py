"""What a call tells the log, the metrics and the clock; and that there is one client for an account."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta
from email.utils import formatdate
from time import time

import pytest
import structlog
from structlog.testing import capture_logs

from tests.provider import provider_of
from tests.providers.conftest import MakeClient, Serve, account_at
from tests.providers.raw_server import ORDER, Line, always, answer, in_turn, page, refusal
from webapp.emulators.postpay.server import Sandbox
from webapp.providers.http.errors import AnswerLost, GatewayError, NotFound, UnreadableAnswer
from webapp.providers.http.transport import TransportSettings
from webapp.providers.postpay import client as client_module
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.filters import OrderQuery
from webapp.providers.registry import client_for, forget_clients


@pytest.fixture(autouse=True)
def _plain_logs() -> Iterator[None]:
    """Whatever another test has configured is put back."""
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)


def test_each_call_is_one_line_without_data(make_client: MakeClient, serve: Serve) -> None:
    server = serve(always(answer({**page({**ORDER, "order_id": "john@postpay.io"})})))
    client = make_client(server.base_url, request_id=lambda: "req-1")
    with capture_logs() as lines:
        client.list_orders(OrderQuery(order_ids=("john@postpay.io",)))
    [line] = lines
    assert line.pop("ms") >= 0
    assert line == {
        "event": "provider_call",
        "log_level": "info",
        "account": "demo",
        "endpoint": "list_orders",
        "method": "GET",
        "status": 200,
        "error": None,
        "request_id": "req-1",
    }


@pytest.mark.parametrize(
    ("behaviour", "status", "error"),
    [
        (always(answer(ORDER)), 200, None),
        (always(answer(refusal("not_found"), status=404)), 404, "NotFound"),
        (always(answer(b"{")), 200, "UnreadableAnswer"),
        (always(answer(b"", status=500)), 500, "ProviderFailed"),
        (Line.reset, None, "AnswerLost"),
    ],
    ids=["200", "404", "unreadable", "500", "reset"],
)
def test_the_hook_hears_of_each_call_once(
    make_client: MakeClient, serve: Serve, behaviour, status: int | None, error: str | None
) -> None:
    heard = []
    client = make_client(serve(behaviour).base_url, observe=lambda *told: heard.append(told))
    with nullcontext() if error is None else pytest.raises(GatewayError) as caught:
        client.get_order(order_id="order-01")
    assert caught is None or type(caught.value).__name__ == error
    [(account, endpoint, method, told_status, seconds, told_error)] = heard
    assert (account, endpoint, method, told_status, told_error) == ("demo", "get_order", "GET", status, error)
    assert seconds > 0


def test_nobody_is_told_of_a_call_that_was_not_made(make_client: MakeClient, serve: Serve) -> None:
    heard = []
    client = make_client(serve(Line.reset).base_url, observe=lambda *told: heard.append(told))
    with pytest.raises(client_module.BadIdentifier):
        client.get_order(order_id="..")
    assert heard == []


@pytest.mark.parametrize("ahead", [0, 3600, -86400])
def test_the_difference_of_the_clocks_is_measured(make_client: MakeClient, serve: Serve, ahead: int) -> None:
    server = serve(lambda line: line.send(answer(page(), Date=formatdate(time() + ahead, usegmt=True))))
    client = make_client(server.base_url)
    assert client.clock_skew is None
    client.list_orders()
    assert client.clock_skew is not None
    assert abs(client.clock_skew - timedelta(seconds=ahead)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    "date",
    [None, "", "yesterday", "Thu, 32 Foo 2026 99:00:00 GMT", f"Thu, 01 Jan 2026 00:00:00 +{'9' * 20}", "9" * 5000],
)
def test_a_date_that_says_nothing_measures_nothing(make_client: MakeClient, serve: Serve, date: str | None) -> None:
    server = serve(always(answer(page(), **({} if date is None else {"Date": date}))))
    client = make_client(server.base_url)
    client.list_orders()
    assert client.clock_skew is None


def test_an_answer_may_begin_with_a_byte_order_mark(make_client: MakeClient, serve: Serve) -> None:
    client = make_client(serve(always(answer(b"\xef\xbb\xbf" + json.dumps(ORDER).encode()))).base_url)
    assert client.get_order(order_id="order-01").order_id == "order-01"


def test_a_refusal_measures_the_clocks_too(make_client: MakeClient, serve: Serve) -> None:
    dated = answer(refusal("not_found"), status=404, Date=formatdate(usegmt=True))
    client = make_client(serve(in_turn(always(dated), always(answer(b"{")))).base_url)
    with pytest.raises(NotFound):
        client.get_order(order_id="order-01")
    assert client.clock_skew is not None
    with pytest.raises(UnreadableAnswer):
        client.get_order(order_id="order-01")


def test_there_is_one_client_for_an_account_and_its_settings() -> None:
    account, other = account_at("http://127.0.0.1:1"), account_at("http://127.0.0.1:2")
    assert client_for(account) is client_for(account_at("http://127.0.0.1:1"))
    assert client_for(account) is client_for(account, transport=TransportSettings())
    assert client_for(account) is not client_for(other)
    assert client_for(account) is not client_for(account, transport=TransportSettings(deadline=5))


def test_a_hundred_accounts_are_used_at_once_and_none_is_closed(sandbox: Sandbox) -> None:
    """Each takes its client, waits until all others have taken theirs, and reads an order by several calls."""
    provider_of(sandbox).order()
    together = threading.Barrier(100, timeout=60)

    def read(number: int) -> str:
        account = account_at(sandbox.base_url).model_copy(update={"slug": f"shop-{number}"})
        client = client_for(account)
        together.wait()
        order, refunds = client.order_and_refunds(order_id="order-01", deadline=60)
        assert client_for(account) is client
        assert refunds == []
        return order.order_id

    with ThreadPoolExecutor(100) as threads:
        assert list(threads.map(read, range(100))) == ["order-01"] * 100


def test_a_client_that_is_forgotten_serves_whoever_has_it(sandbox: Sandbox) -> None:
    provider_of(sandbox).order()
    account = account_at(sandbox.base_url)
    client = client_for(account)
    forget_clients()
    assert client_for(account) is not client
    assert client.order_and_refunds(order_id="order-01")[1] == []


def test_threads_and_connections_go_with_the_client(sandbox: Sandbox) -> None:
    provider_of(sandbox).order()
    client_for(account_at(sandbox.base_url)).order_and_refunds(order_id="order-01")
    working = [thread for thread in threading.enumerate() if thread.name.startswith("postpay")]
    assert working
    forget_clients()
    for thread in working:
        thread.join(10)
        assert not thread.is_alive()


def test_a_child_process_makes_its_own() -> None:
    """It must not write into its parent's connections."""
    script = """
import os
from tests.providers.conftest import account_at
from webapp.providers.registry import client_for

account = account_at("http://127.0.0.1:1")
before = client_for(account)
child = os.fork()
if child == 0:
    os._exit(0 if client_for(account) is not before else 1)
assert os.waitpid(child, 0)[1] == 0
assert client_for(account) is before
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_accounts_do_not_share_a_breaker(make_client: MakeClient, serve: Serve) -> None:
    broken = make_client(serve(Line.reset).base_url)
    well = make_client(serve(always(answer(page()))).base_url)
    for _ in range(5):
        with pytest.raises(AnswerLost):
            broken.delete_hook(hook_id="h-1")
    assert (broken.breaker_open, well.breaker_open) == (True, False)


def test_a_client_tells_no_secret(make_client: MakeClient) -> None:
    client = make_client("http://127.0.0.1:1")
    assert repr(client) == "PostpayClient(demo)"
    for part in (client._transport, client._transport._settings):
        assert "sk_test" not in repr(part)


def test_what_writes_is_marked() -> None:
    marked = {name for name, method in vars(PostpayClient).items() if getattr(method, "writes", False)}
    assert marked == {
        "create_checkout",
        "capture_order",
        "create_refund",
        "create_hook",
        "edit_hook",
        "delete_hook",
    }
