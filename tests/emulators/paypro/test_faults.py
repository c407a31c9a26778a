"""What this provider can be made to do wrong, as its clients will one day see it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from webapp.emulators.paypro.schedule import MOVES
from webapp.emulators.paypro.things import PREFIXES

from .client import DAY, NOT_FOUND, WRONG_STATE, Client, error_of

MARK = "bo-" + "0123456789abcdef" * 2


def fault(client: Client, kind: str, **fields: object) -> None:
    client.control("POST", "/faults", {"kind": kind, **fields})


def reasons(client: Client, address: str) -> list[str | None]:
    return [row["reason"] for row in client.rows(f"{address}/refunds")]


def test_a_mark_comes_back_as_it_was_sent(client: Client) -> None:
    address = client.paid()
    client.refund(address, 10, reason=f"Retour {MARK}")
    assert reasons(client, address) == [f"Retour {MARK}"]


@pytest.mark.parametrize(("kept", "left"), [(10, MARK[:10]), (0, None)])
def test_a_mark_is_cut_off_or_dropped(client: Client, kept: int, left: str | None) -> None:
    client.control("PUT", "/settings", {"reason_length": kept})
    address = client.paid()
    assert client.refund(address, 10, reason=MARK).json()["reason"] == left
    assert reasons(client, address) == [left]


def test_a_refund_is_made_late_and_its_answer_is_lost(client: Client) -> None:
    address = client.paid()
    fault(client, "late_commit", seconds=0.2, method="POST", path="*/refunds", times=1)
    with pytest.raises(requests.ConnectionError):
        client.refund(address, 10, reason=MARK)
    assert reasons(client, address) == []
    for _ in range(100):
        if not client.control("GET", "")["late_commits"]:
            break
        time.sleep(0.02)
    assert reasons(client, address) == [MARK]


def test_an_answer_is_lost_after_the_refund(client: Client) -> None:
    address = client.paid()
    fault(client, "drop_after", method="POST", path="*/refunds", times=1)
    with pytest.raises(requests.ConnectionError):
        client.refund(address, 10, reason=MARK)
    assert reasons(client, address) == [MARK]


def test_a_list_lags_behind_while_the_refund_itself_can_be_read(client: Client) -> None:
    address = client.paid()
    fault(client, "lag", path="/payments/*/refunds")
    made = client.refund(address, 10).json()["id"]
    assert client.rows(f"{address}/refunds") == []
    assert client.read(f"/refunds/{made}")["amount"] == 10
    client.control("DELETE", "/faults")
    assert len(client.rows(f"{address}/refunds")) == 1


def test_time_does_not_pass_for_reads_that_lag(client: Client) -> None:
    address = client.paid()
    made = client.refund(address, 10).json()["id"]
    fault(client, "lag", path="/refunds/")
    client.pass_time(seconds=70)
    assert client.read(f"/refunds/{made}")["state"] == "open"
    client.control("DELETE", "/faults")
    assert client.read(f"/refunds/{made}")["state"] == "processing"


def test_the_limit_counts_only_what_is_refunded(client: Client) -> None:
    client.control("PUT", "/settings", {"refund_cap": "refunded"})
    address = client.paid(1000)
    assert [client.refund(address, 1000).status_code for _ in range(2)] == [201, 201]


def test_the_limit_is_not_atomic(client: Client) -> None:
    client.control("PUT", "/settings", {"refund_cap": "racy"})
    address = client.paid(1000)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.refund(address, 1000).status_code, range(4)))
    assert answers.count(201) > 1
    assert client.refund(address, 1000).status_code == 422


def test_canceling_loses_the_race_against_paying_out(client: Client) -> None:
    address = client.paid()
    first, second = (client.refund(address, 10).json()["id"] for _ in range(2))
    client.control("PUT", "/settings", {"cancel_race": "executed"})
    assert error_of(client.request("DELETE", f"/refunds/{first}")) == WRONG_STATE
    client.control("PUT", "/settings", {"cancel_race": "answered"})
    assert client.request("DELETE", f"/refunds/{second}").json()["state"] == "canceled"
    assert {client.read(f"/refunds/{one}")["state"] for one in (first, second)} == {"refunded"}
    assert client.read(address)["refunded_amount"] == 20


def test_another_thing_is_answered_than_was_asked_for(client: Client) -> None:
    address = client.paid()
    fault(client, "wrong_id", times=1)
    assert client.read(address)["id"] == "other-id"
    fault(client, "wrong_amount", times=1)
    assert client.read(address)["amount"] == 1


@pytest.mark.parametrize(
    ("status", "kind"), [(500, "api_error"), (503, "api_error"), (429, "too_many_requests"), (403, "permission_denied")]
)
def test_any_status_on_order(client: Client, status: int, kind: str) -> None:
    fault(client, "status", status=status, times=1)
    assert error_of(client.get("/payments")) == (status, kind, None)


def test_the_control_prefix_refuses_what_could_not_work(client: Client) -> None:
    paid = client.thing("payment", state="paid")["id"]
    for method, path, body, status in (
        ("POST", "/clock", {"seconds": -1}, 422),
        ("POST", "/clock", {"to": "2001-01-01"}, 422),
        ("PUT", "/settings", {"refund_cap": "loose"}, 422),
        ("PUT", "/settings", {"tricks": ["stolen"]}, 422),
        ("POST", "/things/coupon", {}, 404),
        ("POST", "/things/payment", {"id": paid}, 422),
        ("GET", "/things/payment/PPNONE", None, 404),
        ("POST", f"/things/payment/{paid}/steal", None, 404),
        ("POST", f"/things/payment/{paid}/expire", None, 422),
        ("GET", "/things/payment?account=7", None, 404),
        ("POST", "/events", {"event_type": "x", "kind": "payment", "id": "none"}, 404),
    ):
        assert client.request(method, f"/_sandbox{path}", json=body).status_code == status, path
    assert error_of(client.request("GET", "/_sandbox/nothing")) == NOT_FOUND


@pytest.mark.parametrize("kind", PREFIXES)
def test_a_thing_of_each_kind_put_in_bare_can_be_read_changed_and_moved(client: Client, kind: str) -> None:
    address = f"/{kind}s/{client.thing(kind, due='2001-01-01T00:00:00Z')['id']}"
    assert client.read(address)["type"] == kind
    for name in MOVES.get(kind, {}):
        made = client.thing(kind)["id"]
        moved = client.request("POST", f"/_sandbox/things/{kind}/{made}/{name}")
        assert moved.status_code in (200, 404, 422), (name, moved.text)
    for method, path in (("PATCH", ""), ("POST", "/pause"), ("POST", "/resume"), ("DELETE", "")):
        assert client.request(method, f"{address}{path}", json={}).status_code in (200, 404, 405, 422)
    client.pass_time(seconds=40 * DAY)
    assert client.get(f"/{kind}s").status_code in (200, 404)


def test_a_thing_is_looked_at_with_what_nobody_reads_back(client: Client) -> None:
    made = client.made("/customers", {"email": "a@b.example"})
    body = {"customer": made["id"], "pay_method": "direct-debit", "iban": "NL02ABNA0123456789"}
    mandate = client.made("/mandates", {**body, "account_holder_name": "A"})
    seen = client.control("GET", f"/things/mandate/{mandate['id']}")
    assert (seen["hidden"]["iban"], seen["move"], mandate["state"]) == (body["iban"], "approve", "pending")
    assert seen in client.control("GET", "/things/mandate")["things"]
    assert client.move("mandate", mandate["id"], "approve")["state"] == "approved"
