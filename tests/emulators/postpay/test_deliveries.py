"""Webhook deliveries to a real receiver."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.emulators.kit.receiver import Receiver, receiving
from webapp.emulators.postpay.server import Sandbox

from . import samples
from .client import Client

SECRET = "dolphins ü"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


def hook(client: Client, url: str, *events: str, **fields: Any) -> str:
    body = {"url": url, "events": events or ("order", "transaction"), "secret": SECRET, **fields}
    return f"/hooks/{client.post('/hooks', body).json()['id']}"


def last_response(client: Client, address: str) -> Any:
    client.settled()
    return client.get(address).json()["last_response"]


def test_a_capture_is_told_with_order_and_transaction(client: Client, receiver: Receiver) -> None:
    address = client.order(status="approved")
    hook(client, receiver.url)
    captured = client.post(f"{address}/capture").json()
    client.settled()
    told = [json.loads(receiver.got.get(timeout=5)[2]) for _ in range(2)]
    assert told[0] == {"event": "order", "data": captured}
    assert told[1] == {"event": "transaction", "data": client.get("/transactions").json()["results"][0]}
    assert receiver.got.empty()


def test_it_is_signed_over_time_and_raw_body(client: Client, receiver: Receiver) -> None:
    address = client.order(status="approved")
    hook(client, receiver.url, "order")
    client.post(f"{address}/capture")
    path, headers, body = receiver.got.get(timeout=5)
    moment, digest = headers["X-Postpay-Signature"].split(":")
    assert digest == hmac.new(SECRET.encode(), moment.encode() + b":" + body, hashlib.sha256).hexdigest()
    assert abs(int(moment) - time.time()) < 300
    assert (path, headers["Content-Type"]) == ("/hooks?from=postpay", "application/json")


def test_each_event_goes_where_it_is_wanted(client: Client, receiver: Receiver) -> None:
    address = client.order()
    hook(client, receiver.url, "order")
    hook(client, receiver.url, "transaction", active=False)
    client.refund(address, "r-1", 10)
    assert client.settled() == []
    hook(client, receiver.url, "transaction")
    client.refund(address, "r-2", 20)
    client.settled()
    assert json.loads(receiver.got.get(timeout=5)[2])["data"]["amount"] == -20
    assert receiver.got.empty()


def test_refused_work_is_not_told(client: Client, receiver: Receiver) -> None:
    address = client.order(status="approved", on_capture="decline")
    hook(client, receiver.url)
    client.post(f"{address}/capture")
    client.refund(address, "r-1", 1)
    assert client.settled() == []


def test_a_checkout_is_told_from_its_beginning(client: Client, receiver: Receiver) -> None:
    hook(client, receiver.url, "order")
    page = client.post("/checkouts", samples.CHECKOUT).json()["redirect_url"]
    client.session.post(page, {"decision": "approve"}, allow_redirects=False)
    client.settled()
    told = [json.loads(receiver.got.get(timeout=5)[2])["data"]["status"] for _ in range(2)]
    assert told == ["pending", "approved"]


@pytest.mark.parametrize(
    ("status", "word"), [(200, "success"), (204, "success"), (302, "failure"), (404, "failure"), (500, "failure")]
)
def test_the_answer_is_recorded(client: Client, receiver: Receiver, status: int, word: str) -> None:
    address = hook(client, receiver.url)
    assert last_response(client, address) == {"code": None, "status": "unused"}
    receiver.status = status
    client.refund(client.order(), "r-1", 10)
    assert last_response(client, address) == {"code": status, "status": word}
    assert client.get("/hooks", last_response_code=status).json()["count"] == 1
    assert receiver.got.qsize() == 1


def test_no_answer_is_a_failure_without_a_code(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    address = hook(client, f"http://127.0.0.1:{port}/")
    client.refund(client.order(), "r-1", 10)
    assert last_response(client, address) == {"code": None, "status": "failure"}


def test_other_machines_are_left_alone(client: Client) -> None:
    address = hook(client, "https://www.example.ae/hooks")
    client.refund(client.order(), "r-1", 10)
    assert last_response(client, address) == {"code": None, "status": "unused"}
    assert client.control("GET", "/deliveries")["deliveries"] == []


def test_a_new_secret_signs_the_next_delivery(client: Client, receiver: Receiver) -> None:
    order = client.order()
    address = hook(client, receiver.url)
    client.request("PATCH", address, json={"secret": "changed"})
    client.refund(order, "r-1", 10)
    _, headers, body = receiver.got.get(timeout=5)
    moment, digest = headers["X-Postpay-Signature"].split(":")
    assert digest == hmac.new(b"changed", moment.encode() + b":" + body, hashlib.sha256).hexdigest()


def test_a_delivery_that_cannot_be_noted_keeps_no_later_one_back(tmp_path: Path, receiver: Receiver) -> None:
    """As when the disk is full for a while: the hook's last response is lost, and nothing else."""
    path = tmp_path / "provider.sqlite3"
    with Sandbox(orders=0, db=path) as sandbox:
        client = Client(sandbox)
        hook(client, receiver.url, "order")
        with closing(sqlite3.connect(path)) as owner:
            owner.execute("CREATE TRIGGER full BEFORE UPDATE ON hooks BEGIN SELECT RAISE(ABORT, 'disk full'); END")
            client.post(f"{client.order(status='approved')}/capture")
            client.settled()
            owner.execute("DROP TRIGGER full")
        client.post(f"{client.order(order_id='another', status='approved')}/capture")
        assert [delivery["status"] for delivery in client.settled()] == ["success"]
    assert receiver.got.qsize() == 2
