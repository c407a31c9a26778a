"""Webhooks, and the events that they are sent: signed, repeated, and what goes wrong with them."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.emulators.kit.receiver import Receiver, receiving
from webapp.emulators.paypro.deliveries import signature

from .client import NOT_FOUND, Client, error_of, invalid

ORDER = {"amount": 1000, "currency": "EUR", "description": "Test Payment"}


@pytest.fixture
def receiver(client: Client) -> Iterator[Receiver]:
    with receiving() as server:
        yield server
        client.settled()


def hook(client: Client, url: str, **fields: Any) -> dict[str, Any]:
    return client.made("/webhooks", {"name": "Shop", "description": "all", "url": url, **fields})


@pytest.fixture
def webhook(client: Client, receiver: Receiver) -> Iterator[dict[str, Any]]:
    made = hook(client, receiver.url)
    yield made
    client.request("DELETE", f"/webhooks/{made['id']}")


def got(client: Client, receiver: Receiver) -> list[tuple[dict[str, str], bytes]]:
    client.settled()
    return [receiver.got.get_nowait()[1:] for _ in range(receiver.got.qsize())]


@pytest.mark.parametrize(
    ("body", "moment", "secret", "published"),
    [
        (b"", 1702298964, "secret", "11a78a4daf3d96996a022be567e444b72bf5f7462311529f0342e0f152d32803"),
        (
            b'{"id": "EVYK7KCFJAXA23UKSG"}',
            1672527600,
            "996QF2kLfVcmF8hzikZVfeB7GPH2RdP7",
            "9dfc94dfd152e5c428a5b72c27bbbada0c2d81c266b62ab93ab7087aa773729b",
        ),
    ],
)
def test_signatures_are_those_of_the_published_vectors(body: bytes, moment: int, secret: str, published: str) -> None:
    assert signature(secret, moment, body) == published


def test_an_event_is_sent_signed_with_the_webhooks_own_secret(
    client: Client, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    made = client.made("/payments", ORDER)
    ((headers, body),) = got(client, receiver)
    moment = headers["PayPro-Timestamp"]
    expected = hmac.new(webhook["secret"].encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["PayPro-Signature"] == expected
    assert abs(int(moment) - time.time()) < 600
    assert headers["Content-Type"] == "application/json"
    event = json.loads(body)
    assert (event["type"], event["event_type"], event["payload"]) == ("event", "payment.created", made)
    assert client.read(f"/events/{event['id']}") == event


def test_a_payload_stays_what_it_was(client: Client) -> None:
    made = client.made("/payments", ORDER)
    client.request("DELETE", f"/payments/{made['id']}")
    canceled, created = client.read("/events", limit=2)["data"]
    assert (created["event_type"], created["payload"]["state"]) == ("payment.created", "initialized")
    assert (canceled["event_type"], canceled["payload"]["state"]) == ("payment.canceled", "canceled")


def test_the_secret_is_paypros_and_readable_at_any_time(client: Client, webhook: dict[str, Any]) -> None:
    assert len(webhook["secret"]) == 32
    assert webhook["secret"].isalnum()
    address = f"/webhooks/{webhook['id']}"
    changed = client.request("PATCH", address, json={"secret": "mine", "active": None, "name": "Other"}).json()
    assert (changed["secret"], changed["active"], changed["name"]) == (webhook["secret"], True, "Other")
    assert client.read("/webhooks")["data"][0]["secret"] == webhook["secret"]


def test_a_deleted_webhook_is_answered_and_gone(client: Client, receiver: Receiver) -> None:
    made = hook(client, receiver.url)
    deleted = client.request("DELETE", f"/webhooks/{made['id']}")
    assert (deleted.status_code, deleted.json()) == (200, made)
    assert error_of(client.get(f"/webhooks/{made['id']}")) == NOT_FOUND
    client.made("/payments", ORDER)
    assert got(client, receiver) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("description", None), ("url", "http://elsewhere.example/"), ("url", "x"), ("active", "maybe"),
     ("enabled_event_types", "all")],
)  # fmt: skip
def test_a_wrong_field_is_named(client: Client, field: str, value: Any) -> None:
    body = {"name": "Shop", "description": "all", "url": "https://w.example/hook", field: value}
    assert error_of(client.post("/webhooks", body)) == invalid(field)


def test_only_what_is_wanted_is_sent_and_nothing_to_a_paused_one(client: Client, receiver: Receiver) -> None:
    wanting = hook(client, receiver.url, enabled_event_types=["payment.canceled"])
    paused = hook(client, receiver.url, active=False)
    made = client.made("/payments", ORDER)
    client.request("DELETE", f"/payments/{made['id']}")
    ((_, body),) = got(client, receiver)
    assert json.loads(body)["event_type"] == "payment.canceled"
    for one in (wanting, paused):
        client.request("DELETE", f"/webhooks/{one['id']}")


def test_it_tries_three_times_more_and_signs_each_try(
    client: Client, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    client.control("PUT", "/settings", {"waits": [0.01, 0.02, 0.03]})
    receiver.status = 500
    client.made("/payments", ORDER)
    tries = got(client, receiver)
    assert [body for _, body in tries] == [tries[0][1]] * 4
    assert [one["code"] for one in client.settled()][-4:] == [500] * 4
    receiver.status = 200
    client.made("/payments", ORDER)
    assert len(got(client, receiver)) == 1


def test_deliveries_get_lost_come_twice_late_unsigned_or_as_a_form(
    client: Client, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    client.control("PUT", "/settings", {"tricks": ["lost", "twice", "unsigned", "form"]})
    made = [client.made("/payments", ORDER)["id"] for _ in range(5)]
    _, twice, again, unsigned, form, plain = [([], b"{}"), *got(client, receiver)]
    assert twice[1] == again[1]
    assert json.loads(twice[1])["payload"]["id"] == made[1]
    assert "PayPro-Signature" not in unsigned[0]
    assert form[0]["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(form[1].decode())["event_type"] == ["payment.created"]
    assert json.loads(plain[1])["payload"]["id"] == made[4]


def test_a_late_one_comes_after_the_next(client: Client, receiver: Receiver, webhook: dict[str, Any]) -> None:
    client.control("PUT", "/settings", {"tricks": ["late"]})
    customer = client.made("/customers", {})["id"]
    mandate = client.thing("mandate", customer=customer)["id"]
    client.made("/payments", {**ORDER, "mandate": mandate})
    told = [json.loads(body)["event_type"] for _, body in got(client, receiver)]
    assert told == ["customer.created", "payment.created", "payment.started", "payment.processing"]


def test_events_of_any_name_and_things_in_any_state(
    client: Client, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    thing = client.thing("payment", state="under_review")
    assert client.read(f"/payments/{thing['id']}")["state"] == "under_review"
    client.control("POST", "/events", {"event_type": "payment.reviewed", "kind": "payment", "id": thing["id"]})
    ((_, body),) = got(client, receiver)
    assert json.loads(body)["event_type"] == "payment.reviewed"
