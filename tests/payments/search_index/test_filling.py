"""The worker fills the index from the provider, pages add what they read, and neither loses an order."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.browser import Browser, form_values
from tests.provider import Provider
from tests.webhooks.receiving import Receiving, order_body
from webapp.core.database import writing
from webapp.payments.search_index import readings
from webapp.payments.search_index.reach import reach_of
from webapp.payments.search_index.sweep import ask_to_read, tend
from webapp.payments.snapshot import OrderSnapshot, read_order
from webapp.providers.http.errors import GatewayError
from webapp.providers.registry import postpay

from .index import person
from .worker import Worker

MINUTES = timedelta(minutes=1)


def put_orders(provider: Provider, count: int, **details: object) -> list[str]:
    """As many orders, one a minute, the first one the oldest."""
    start = datetime.now(UTC) - (count + 60) * MINUTES
    return [
        provider.order(f"order-{number:03}", created=(start + number * MINUTES).isoformat(), **details)
        for number in range(count)
    ]


def test_every_order_is_read_once_newest_first(provider: Provider, worker: Worker) -> None:
    ids = put_orders(provider, 60, **person("Fatima", "Hashimi"))
    provider.forget()
    assert worker.sweep(calls=12) == 12
    assert worker.find("fatima") == ids[:49:-1]
    told = reach_of(worker.account, worker.settings)
    assert (told.is_all, told.to_read) == (False, 40)
    worker.sweep()
    assert worker.find("fatima") == ids[::-1]
    read = [call["path"] for call in provider.seen("GET", "/orders/")]
    assert sorted(read) == sorted(set(read))
    told = reach_of(worker.account, worker.settings)
    assert (told.is_all, told.to_read) == (True, 0)
    assert worker.sweep() == 0


def test_orders_of_one_moment_are_all_listed(provider: Provider, worker: Worker) -> None:
    moment = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    for number in range(60):
        provider.order(f"order-{number}", created=moment)
    put_orders(provider, 5)
    worker.sweep()
    assert worker.count() == 65


def test_new_orders_are_noticed_without_a_delivery(provider: Provider, worker: Worker) -> None:
    worker.sweep()
    provider.order("new", **person("Noura"))
    assert (worker.sweep(), worker.find("noura")) == (0, [])
    worker.look_again()
    worker.sweep()
    assert worker.find("noura") == ["new"]


def test_a_provider_that_is_down_costs_nothing(provider: Provider, worker: Worker) -> None:
    ids = put_orders(provider, 8, **person("Fatima"))
    worker.sweep(calls=4)
    provider.fault("status", status=503, method="GET", path="/orders/*", times=50)
    with pytest.raises(GatewayError):
        worker.sweep()
    provider.heal()
    worker.sweep()
    assert worker.find("fatima") == ids[::-1]


def test_an_order_that_cannot_be_read_holds_up_no_other(provider: Provider, worker: Worker) -> None:
    put_orders(provider, 3, **person("Fatima"))
    with writing() as session:
        ask_to_read(session, "demo", ["not-there"])
    worker.sweep()
    assert len(worker.find("fatima")) == 3
    assert reach_of(worker.account, worker.settings).to_read == 1


def test_what_a_page_reads_is_written_later_and_never_by_the_page(
    provider: Provider, worker: Worker, sign_in: Callable[[str], Browser]
) -> None:
    provider.order("seen", **person("Fatima", phone="0501234567"))
    provider.refund_outside("seen", 100, "refund-of-theirs")
    alice = sign_in("agent")
    alice.open("/demo/orders/seen")
    assert worker.count() == 0
    readings.write_now()
    assert worker.find("fatima +971501234567 refund-of-theirs") == ["seen"]


def test_a_refund_of_the_desk_is_found_without_a_delivery(
    provider: Provider, worker: Worker, sign_in: Callable[[str], Browser]
) -> None:
    provider.order("mine", total=5000, **person("Fatima"))
    worker.sweep()
    alice = sign_in("agent")
    alice.open("/demo/orders/mine/refund")
    alice.submit("Continue", **{**form_values(alice.form("Continue")), "part": "whole", "reason": "returned"})
    alice.submit("Refund AED")
    [made] = provider.refunds("mine")
    worker.look_again()
    worker.sweep()
    assert worker.find(made["refund_id"]) == ["mine"]


def test_what_is_too_old_is_forgotten(provider: Provider, worker: Worker) -> None:
    old = datetime.now(UTC) - timedelta(days=20)
    provider.order("old", created=old.isoformat(), **person("Fatima"))
    provider.order("young", **person("Fatima"))
    worker.sweep()
    assert worker.find("fatima") == ["young", "old"]
    worker.settings = worker.settings.model_copy(update={"search_days": 10})
    assert not tend(worker.settings, ["demo"])
    assert worker.find("fatima") == ["young"]
    worker.sweep()
    assert worker.find("fatima") == ["young"]


def test_deliveries_are_found_with_the_commit_that_settles_them(provider: Provider, worker: Worker, app: Flask) -> None:
    receiving = Receiving(app)
    provider.order("told", **person("Fatima"))
    receiving.deliver(order_body("told"))
    receiving.reread()
    assert worker.find("fatima") == ["told"]
    provider.change("told", **person("Noura"))
    for _ in range(2):
        receiving.deliver(order_body("told", news="changed"))
        receiving.reread()
    assert (worker.find("fatima"), worker.find("noura")) == ([], ["told"])


def test_what_was_read_before_comes_too_late_also_after_a_reading_that_found_nothing_new(
    provider: Provider, worker: Worker
) -> None:
    provider.order("turned", **person("Fatima", "Hashimi"))

    def read() -> OrderSnapshot:
        return read_order(postpay(worker.account), "turned")

    def keep(reading: OrderSnapshot) -> None:
        readings.notice(worker.account, reading)
        readings.write_now()

    keep(read())
    provider.change("turned", **person("Omar", "Khan"))
    late = read()
    provider.change("turned", **person("Fatima", "Hashimi"))
    keep(read())
    keep(late)
    assert (worker.find("fatima"), worker.find("omar")) == (["turned"], [])


def test_a_refund_that_somebody_else_made_is_found_once_it_was_delivered(
    provider: Provider, worker: Worker, app: Flask
) -> None:
    receiving = Receiving(app)
    provider.order("told", **person("Fatima"))
    worker.sweep()
    provider.refund_outside("told", 100, "theirs-1")
    [refund] = [row for row in provider.rows() if row["type"] == "refund"]
    receiving.deliver(json.dumps({"event": "transaction", "data": {"id": refund["id"]}}).encode())
    receiving.reread()
    assert reach_of(worker.account, worker.settings).to_read == 1
    worker.sweep()
    assert worker.find("theirs-1") == ["told"]
