"""Deliveries to a real receiver."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from webapp.emulators.kit.server import Emulator

from . import tiny
from .client import Client
from .receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


def tell(client: Client, url: str, thing: str = "t-1") -> list[dict[str, Any]]:
    """Adds a thing that the receiver is told of, and gives all deliveries once none is pending."""
    client.control("PUT", "/listener", {"url": url})
    client.post("/things", {"thing": thing, "price": 1})
    return settled(client)


def settled(client: Client) -> list[dict[str, Any]]:
    for _ in range(1000):
        seen = client.control("GET", "/deliveries")
        if not seen["pending"]:
            deliveries: list[dict[str, Any]] = seen["deliveries"]
            return deliveries
        time.sleep(0.01)
    raise AssertionError("deliveries are still pending")


def test_a_letter_arrives_as_it_was_written(client: Client, receiver: Receiver) -> None:
    (delivery,) = tell(client, receiver.url)
    path, headers, body = receiver.got.get(timeout=5)
    assert (path, json.loads(body)) == ("/hooks?from=postpay", {"thing": "t-1"})
    assert (headers["X-Tiny"], headers["User-Agent"]) == ("signed", "Tiny-Sandbox")
    assert delivery["hook"] == "only"
    assert (delivery["event"], delivery["url"]) == ("thing", receiver.url)


@pytest.mark.parametrize(
    ("status", "word"), [(200, "success"), (204, "success"), (302, "failure"), (404, "failure"), (500, "failure")]
)
def test_the_answer_is_recorded(
    emulator: Emulator[tiny.World], client: Client, receiver: Receiver, status: int, word: str
) -> None:
    receiver.status = status
    (delivery,) = tell(client, receiver.url)
    assert (delivery["code"], delivery["status"]) == (status, word)
    assert emulator.world.recorded == [(status, word)]
    assert receiver.got.qsize() == 1


def test_nobody_there_is_a_failure_without_a_code(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    (delivery,) = tell(client, f"http://127.0.0.1:{port}/")
    assert (delivery["code"], delivery["status"]) == (None, "failure")


def test_other_machines_are_left_alone(emulator: Emulator[tiny.World], client: Client) -> None:
    assert tell(client, "https://www.example.ae/hooks") == []
    assert emulator.world.recorded == []


def test_a_delivery_that_cannot_be_noted_keeps_no_later_one_back(
    emulator: Emulator[tiny.World], client: Client, receiver: Receiver, capfd: pytest.CaptureFixture[str]
) -> None:
    """As when the disk is full for a while: what became of the delivery is lost, and nothing else."""
    emulator.world.disk_full = True
    assert tell(client, receiver.url) == []
    emulator.world.disk_full = False
    assert [delivery["status"] for delivery in tell(client, receiver.url, "t-2")] == ["success"]
    assert receiver.got.qsize() == 2
    assert "no space left" in capfd.readouterr().err
