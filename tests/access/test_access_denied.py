"""Refused by role: nothing happens, a page says so, and one entry tells of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import Browser

from .records import Records


def test_a_viewer_who_asks_for_a_refund_is_refused(sign_in: Callable[[str], Browser], records: Records) -> None:
    vera = sign_in("viewer")
    records.news()
    vera.open("/demo/orders/order-1/refund")
    assert vera.status == 403
    assert vera.heading == "You don't have access"
    assert "Your role does not include this action." in vera.words
    (entry,) = records.new_entries()
    assert (entry["event"], entry["outcome"], entry["account"]) == ("access.denied", "denied", "demo")
    assert (entry["actor_label"], entry["actor_role"]) == ("Vera Viewer", "viewer")
    assert records.facts(entry) == {"method": "GET", "endpoint": "refunds.ask_refund", "permission": "refund.create"}
    assert (entry["object_type"], entry["object_id"]) == ("order", "order-1")
    assert len(entry["session_ref"]) == 12


@pytest.mark.parametrize("path", ["capture", "refund", "refunds", "personal-data"])
@pytest.mark.requirement("R39")
def test_posting_straight_at_the_address_is_refused(
    sign_in: Callable[[str], Browser], records: Records, path: str
) -> None:
    omar = sign_in("auditor")
    records.news()
    token = omar.page.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    omar.send(f"/demo/orders/order-1/{path}", {"csrf_token": token, "amount": "1.00"})
    assert omar.status == 403
    assert [news.split()[0] for news in records.news()] == ["access.denied"]


def test_htmx_gets_the_refusal_as_a_fragment(sign_in: Callable[[str], Browser]) -> None:
    vera = sign_in("viewer")
    response = vera.client.get("/demo/orders/order-1/capture", headers={"HX-Request": "true"})
    assert response.status_code == 403
    assert "<html" not in response.get_data(as_text=True)
    assert "Your role does not include this action." in response.get_data(as_text=True)


def test_somebody_with_an_initial_password_can_only_choose_another(alice: Browser, records: Records) -> None:
    records.change('UPDATE "user" SET must_change_password = true')
    alice.open("/demo/orders")
    assert alice.address == "/you/password"
    assert "Choose your own before you continue." in alice.words
    response = alice.client.get("/demo/orders", headers={"HX-Request": "true"})
    assert response.headers["HX-Redirect"] == "/you/password"
    assert alice.submit("Sign out")
    assert alice.heading == "Sign in"
