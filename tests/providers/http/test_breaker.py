"""A provider that is away is left alone for a while, and never takes all threads (R17)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.providers.conftest import MakeClient, Serve
from tests.providers.raw_server import REFUND, Line, RawServer, always, answer, page, refusal, stay_silent
from webapp.money import Money
from webapp.providers.http import breaker
from webapp.providers.http.errors import AnswerLost, BreakerOpen, GatewayError, NotSent, TooManyCalls
from webapp.providers.postpay.client import PostpayClient, encode_refund

BODY = encode_refund(refund_id="r-1", amount=Money(500, "AED"))


def fail(client: PostpayClient, times: int) -> None:
    for _ in range(times):
        with pytest.raises(GatewayError):
            client.create_refund(order_id="order-01", body=BODY)


class Moody:
    """A provider that breaks all connections until it is well."""

    def __init__(self) -> None:
        self.well = False

    def __call__(self, line: Line) -> None:
        line.send(answer(page())) if self.well else line.reset()


def test_it_opens_after_five_calls_without_an_answer(make_client: MakeClient, serve: Serve) -> None:
    server = serve(Line.reset)
    client = make_client(server.base_url)
    fail(client, breaker.FAILURES - 1)
    assert not client.breaker_open
    fail(client, 1)
    assert client.breaker_open
    assert client.breaker_open


@pytest.mark.requirement("R17")
def test_while_open_nothing_is_sent(make_client: MakeClient, serve: Serve) -> None:
    server = serve(Line.reset)
    client = make_client(server.base_url)
    fail(client, breaker.FAILURES)
    with pytest.raises(BreakerOpen) as caught:
        client.create_refund(order_id="order-01", body=BODY)
    assert isinstance(caught.value, NotSent)
    assert len(server.lines) == breaker.FAILURES


@pytest.mark.parametrize("status", [502, 503, 504])
def test_gateways_that_find_nobody_count(make_client: MakeClient, serve: Serve, status: int) -> None:
    server = serve(always(answer(b"<h1>Bad gateway</h1>", status=status)))
    client = make_client(server.base_url)
    fail(client, breaker.FAILURES)
    assert client.breaker_open


@pytest.mark.parametrize(
    "data",
    [
        answer(refusal("error"), status=500),
        answer(refusal("throttled"), status=429),
        answer(refusal("conflict"), status=409),
        answer(b"{", status=200),
        answer(b"", status=302),
    ],
    ids=["500", "429", "409", "unreadable", "302"],
)
def test_answers_do_not_count_however_bad(make_client: MakeClient, serve: Serve, data: bytes) -> None:
    server = serve(always(data))
    client = make_client(server.base_url)
    fail(client, breaker.FAILURES * 2)
    assert not client.breaker_open


def test_one_answer_between_starts_the_count_anew(make_client: MakeClient, serve: Serve) -> None:
    moody = Moody()
    client = make_client(serve(moody).base_url)
    fail(client, breaker.FAILURES - 1)
    moody.well = True
    client.list_orders()
    moody.well = False
    fail(client, breaker.FAILURES - 1)
    assert not client.breaker_open


def test_one_call_probes_and_an_answer_closes_it(
    make_client: MakeClient, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "OPEN_SECONDS", 0.05)
    moody = Moody()
    client = make_client(serve(moody).base_url)
    fail(client, breaker.FAILURES)
    moody.well = True
    threading.Event().wait(0.1)
    assert not client.breaker_open
    assert client.list_orders().count == 0
    moody.well = False
    fail(client, breaker.FAILURES - 1)
    assert not client.breaker_open


def test_a_failed_probe_opens_it_again(make_client: MakeClient, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "OPEN_SECONDS", 0.3)
    server = serve(Line.reset)
    client = make_client(server.base_url)
    fail(client, breaker.FAILURES)
    threading.Event().wait(0.4)
    fail(client, 1)
    assert client.breaker_open
    assert len(server.lines) == breaker.FAILURES + 1


def test_only_one_call_probes_and_the_others_wait_for_it(
    make_client: MakeClient, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order page asks twice at once: when the provider is back, both must succeed."""
    monkeypatch.setattr(breaker, "OPEN_SECONDS", 0.05)
    monkeypatch.setattr(breaker, "PROBE_PATIENCE", 5)
    moody = Moody()
    server = serve(moody)
    client = make_client(server.base_url)
    fail(client, breaker.FAILURES)
    server.behaviour = lambda line: (threading.Event().wait(0.1), line.send(answer(page())))
    threading.Event().wait(0.1)
    with ThreadPoolExecutor(8) as threads:
        pages = list(threads.map(lambda _: client.list_orders(), range(8)))
    assert [one.count for one in pages] == [0] * 8


def test_a_probe_that_hangs_lets_the_others_go(
    make_client: MakeClient, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "OPEN_SECONDS", 0.05)
    server = serve(Line.reset)
    client = make_client(server.base_url, deadline=3)
    fail(client, breaker.FAILURES)
    server.behaviour = lambda line: None
    threading.Event().wait(0.1)
    with ThreadPoolExecutor(1) as threads:
        probe = threads.submit(client.create_refund, order_id="order-01", body=BODY)
        threading.Event().wait(0.2)
        with pytest.raises(BreakerOpen):
            client.create_refund(order_id="order-01", body=BODY)
        server.behaviour = Line.reset
        [line.close() for line in server.lines[-1:]]
        with pytest.raises(AnswerLost):
            probe.result()


@pytest.mark.requirement("R17")
def test_no_more_calls_than_there_are_places(make_client: MakeClient, serve: Serve) -> None:
    release = threading.Event()
    arrived = threading.Semaphore(0)

    def behave(line: Line) -> None:
        arrived.release()
        release.wait(10)
        line.send(answer(page()))

    server: RawServer = serve(behave)
    client = make_client(server.base_url, max_concurrent=2)
    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(client.list_orders) for _ in range(2)]
        assert all(arrived.acquire(timeout=5) for _ in range(2))
        for _ in range(breaker.FAILURES + 1):
            with pytest.raises(TooManyCalls) as caught:
                client.create_refund(order_id="order-01", body=BODY)
        release.set()
        assert [one.result().count for one in waiting] == [0, 0]
    assert isinstance(caught.value, NotSent)
    assert not client.breaker_open, "a full house is no outage"
    server.behaviour = always(answer(REFUND))
    assert client.create_refund(order_id="order-01", body=BODY).amount == 500
    assert len(server.lines) == 3


class Callers:
    """Threads that write again and again, none at the same moment, until one is told that the provider is away."""

    def __init__(self, client: PostpayClient, threads: int) -> None:
        self.client = client
        self.ended = threading.Event()
        self.outcomes: list[type] = []
        self.threads = [threading.Thread(target=self._call, args=(number,), daemon=True) for number in range(threads)]

    def _call(self, number: int) -> None:
        self.ended.wait(number * 0.037)
        while not self.ended.is_set():
            try:
                self.client.create_refund(order_id="order-01", body=BODY)
            except GatewayError as error:
                self.outcomes.append(type(error))
                if isinstance(error, BreakerOpen):
                    self.ended.set()

    def run(self, seconds: float) -> None:
        """Lets them, until it opens or so long."""
        for thread in self.threads:
            thread.start()
        self.ended.wait(seconds)
        self.ended.set()
        for thread in self.threads:
            thread.join(10)


def test_a_provider_that_hangs_is_left_alone_though_calls_queue_for_it(make_client: MakeClient, serve: Serve) -> None:
    """Those that find no place are not answered either, and must not start the count anew."""
    client = make_client(serve(stay_silent).base_url, deadline=1.2)
    callers = Callers(client, threads=32)
    callers.run(seconds=10)
    assert TooManyCalls in callers.outcomes, "there were more callers than places"
    assert BreakerOpen in callers.outcomes
    assert callers.outcomes.count(AnswerLost) < breaker.FAILURES + 24 * 2


def test_a_repetition_without_a_place_hides_no_lost_answer(make_client: MakeClient, serve: Serve) -> None:
    """Somebody else has taken the only place before the repetition."""
    ended = threading.Event()
    with ThreadPoolExecutor(1) as threads:

        def behave(line: Line) -> None:
            if line.first_line.startswith("POST"):
                ended.wait(10)
            elif len(server.lines) == 1:
                threads.submit(client.create_refund, order_id="order-01", body=BODY)
                threading.Event().wait(0.1)
            line.reset()

        server = serve(behave)
        client = make_client(server.base_url, max_concurrent=1)
        with pytest.raises(AnswerLost):
            client.list_orders()
        ended.set()


def opened(monkeypatch: pytest.MonkeyPatch) -> breaker.Breaker:
    """A breaker that waits for a probe."""
    monkeypatch.setattr(breaker, "OPEN_SECONDS", 0.0)
    monkeypatch.setattr(breaker, "PROBE_PATIENCE", 0.0)
    made = breaker.Breaker()
    for _ in range(breaker.FAILURES):
        assert made.enter()
        made.leave(answered=False)
    return made


def test_a_probe_that_was_not_sent_leaves_it_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = opened(monkeypatch)
    assert waiting.enter()
    waiting.leave(answered=None)
    assert waiting.enter()
    waiting.leave(answered=True)
    assert waiting.enter()
    assert waiting.enter(), "closed: any number may go"


def test_a_call_from_before_does_not_end_the_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = opened(monkeypatch)
    assert waiting.enter()
    with ThreadPoolExecutor(1) as threads:
        threads.submit(waiting.leave, answered=None).result()
        assert not threads.submit(waiting.enter).result()


def test_a_call_without_time_says_nothing_of_the_provider(make_client: MakeClient, serve: Serve) -> None:
    server = serve(always(answer(REFUND)))
    client = make_client(server.base_url)
    for _ in range(breaker.FAILURES):
        with pytest.raises(NotSent):
            client.create_refund(order_id="order-01", body=BODY, deadline=-1)
    assert not client.breaker_open
    assert server.lines == []
