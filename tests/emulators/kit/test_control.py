"""The neutral half of the control prefix, and who may call it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from webapp.emulators.kit import control
from webapp.emulators.kit.messages import Refusal, Request
from webapp.emulators.kit.server import Emulator

from . import tiny
from .client import Client


def test_it_tells_and_changes_the_settings_that_all_have(client: Client) -> None:
    assert client.control("GET", "") == {"late_commits": 0, "deliveries": 0, "throttle": None}
    assert client.control("PUT", "/settings", {"throttle": "1/min"})["throttle"] == "1/min"
    assert [client.get("/things").status_code for _ in range(2)] == [200, 429]
    answer = client.request("PUT", "/_sandbox/settings", json={"throttle": "fast"})
    assert (answer.status_code, answer.json()["about"]) == (422, "throttle")


def test_a_reset_forgets_everything(client: Client) -> None:
    client.post("/things", {"thing": "t-1", "price": 10})
    client.control("POST", "/faults", {"kind": "status", "status": 500})
    client.control("POST", "/reset")
    assert client.control("GET", "/faults") == {"faults": []}
    assert client.control("GET", "/requests")["count"] == 0
    assert client.get("/things").json() == []


def test_a_provider_adds_addresses_of_its_own(client: Client) -> None:
    assert client.control("PUT", "/listener", {"url": "http://127.0.0.1:9/"}) == {"url": "http://127.0.0.1:9/"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/faults/1/2", 404), ("PATCH", "/faults", 405), ("DELETE", "/faults/7", 404)],
)
def test_unknown_wishes_are_refused(client: Client, method: str, path: str, status: int) -> None:
    assert client.request(method, f"/_sandbox{path}").status_code == status


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({"Origin": "https://evil.example"}, (403, "permission_denied")),
        ({"Sec-Fetch-Site": "cross-site"}, (403, "permission_denied")),
        ({"Host": "evil.example"}, (404, "not_found")),
        ({"Host": "127.0.0.1.evil.example:80"}, (404, "not_found")),
        ({"Host": "[::1"}, (404, "not_found")),
    ],
)
def test_a_page_in_a_browser_cannot_use_it(client: Client, headers: dict[str, str], error: tuple[int, str]) -> None:
    answer = client.request("POST", "/_sandbox/reset", headers=headers)
    assert (answer.status_code, answer.json()["problem"]) == error


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]", "[::1]:80"])
def test_every_name_of_this_machine_is_good(client: Client, host: str) -> None:
    assert client.request("GET", "/_sandbox", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("peer", ["192.0.2.7", "2001:db8::1", ""])
def test_other_machines_cannot_use_it(emulator: Emulator[tiny.World], peer: str) -> None:
    request = Request("GET", "/_sandbox", headers={"host": "127.0.0.1"}, peer="::1")
    assert control.answer(control.ROUTES, emulator.world, request).status == 200
    with pytest.raises(Refusal, match="not_found"):
        control.answer(control.ROUTES, emulator.world, replace(request, peer=peer))
