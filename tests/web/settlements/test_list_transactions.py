"""The list: rows as finance reads them, sorting, pages, its empty states, and what it costs."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from tests.browser import Browser

from .conftest import SAMPLE, Settled, cells, keep

HTMX = {"HX-Request": "true", "HX-Target": "results"}


def test_a_row_adds_up_from_amount_to_net(farah: Browser, settled: Settled) -> None:
    settled.provider.order("order-01", status="approved")
    settled.put(
        "sale", 81480, **SAMPLE, total_amount=77525, order_id="order-01",
        created="2025-11-20T10:19:00Z", paid="2025-11-24T20:00:00.214566Z",
    )  # fmt: skip
    settled.put("refund", -58851, "KWD", type="refund", created="2025-11-19T10:19:00Z")
    farah.open("/demo/settlements")
    assert cells(farah, 1)[:7] == [
        "Sale", "order-01", "20 Nov 2025, 14:19", "AED 814.80", "AED 39.55", "AED 775.25", "25 Nov 2025, 00:00"
    ]  # fmt: skip
    assert cells(farah, 2)[:7] == [
        "Refund", "–", "19 Nov 2025, 14:19", "KWD \u221258.851", "–", "KWD \u221258.851", "Not yet"
    ]  # fmt: skip
    assert "Times in United Arab Emirates Time (Asia/Dubai)" in farah.words
    farah.follow("order-01")
    assert farah.heading.startswith("Order order-01")


def test_a_row_is_flagged_when_its_arithmetic_is_off_or_its_rate_is_new(
    app: Flask, farah: Browser, settled: Settled
) -> None:
    settled.put("rounded", 81480, **SAMPLE, total_amount=77526, created="2025-11-03T00:00:00Z")
    settled.put("less", 81480, **SAMPLE, total_amount=77523, created="2025-11-02T00:00:00Z")
    new = settled.put("new", 81480, **SAMPLE, total_amount=77525, created="2025-11-01T00:00:00Z")
    keep(app, new, 77525, new_rate=True)
    farah.open("/demo/settlements")
    assert [cells(farah, row)[0] for row in (1, 2, 3)] == ["Sale", "Sale Off by AED 0.02", "Sale New rate"]
    assert len(farah.page.select("tbody .st svg")) == 2


def test_the_list_asks_once(farah: Browser, settled: Settled) -> None:
    settled.put("one")
    settled.provider.forget()
    farah.open("/demo/settlements?type=order&created=30-days&ordering=amount")
    assert len(settled.calls()) == 1


def test_headings_sort_and_pages_turn(farah: Browser, settled: Settled) -> None:
    for number in range(45):
        settled.put(f"{number:02}", 2000 - 100 * number, created=f"2026-01-01T00:{number:02}:00Z")
    farah.open("/demo/settlements")
    assert settled.shown(farah)[0] == "44"
    assert "Showing 1–20 of 45" in farah.words
    farah.follow("Amount")
    assert settled.shown(farah)[0] == "00"
    farah.follow("Amount")
    assert settled.shown(farah)[0] == "44"
    farah.follow("Next")
    farah.follow("Next")
    assert "Showing 41–45 of 45" in farah.words
    farah.follow("50")
    assert farah.address == "/demo/settlements?ordering=amount&page_size=50"
    assert len(settled.shown(farah)) == 45
    assert not [th for th in farah.page.select("th.sortable") if "Paid" in th.get_text()]


def test_each_kind_of_emptiness_says_its_own(farah: Browser, settled: Settled) -> None:
    farah.open("/demo/settlements")
    assert (farah.status, "No transactions yet" in farah.words) == (200, True)
    settled.put("one")
    farah.open("/demo/settlements?type=refund&paid=last-month")
    assert "No transaction matches" in farah.words
    assert [chip.bdi.get_text() for chip in farah.page.select(".chip")] == ["Refund", "Last month"]  # type: ignore[union-attr]
    farah.open("/demo/settlements?type=order&page=7")
    assert (farah.status, "There is no page 7" in farah.words) == (404, True)
    farah.follow("Go to the first page")
    assert settled.shown(farah) == ["one"]
    settled.provider.fault("malformed", method="GET", path="/transactions", times=9)
    farah.open("/demo/settlements?type=order")
    assert (farah.status, "Postpay's answer could not be read" in farah.words) == (502, True)
    settled.provider.heal()
    farah.follow("Try again")
    assert settled.shown(farah) == ["one"]


def test_htmx_gets_the_results_and_the_errors_with_the_form(farah: Browser, settled: Settled) -> None:
    settled.put("one")
    farah.open("/demo/settlements?ordering=amount&currency=", headers=HTMX)
    assert not farah.page.select("nav.side, #filters, h1")
    assert farah.response.headers["HX-Push-Url"] == "/demo/settlements?ordering=amount"
    assert settled.shown(farah) == ["one"]
    farah.open("/demo/settlements?amount_from=1", headers={**HTMX, "HX-Trigger": "filters"})
    assert farah.status == 422
    assert farah.page.select_one('#filter-bar[hx-swap-oob="true"] #currency-error')


def test_only_finance_and_auditors_see_settlements(sign_in: Callable[[str], Browser], settled: Settled) -> None:
    found = settled.put("one")
    settled.provider.forget()
    for person in ("viewer", "agent", "admin"):
        someone = sign_in(person)
        for address in ("/demo/settlements", f"/demo/settlements/{found}", f"/demo/settlements/{found}/peek"):
            someone.open(address)
            assert someone.status == 403, (person, address)
        someone.open("/demo/orders")
        assert not someone.page.select('nav a[href="/demo/settlements"]')
    assert not [call for call in settled.calls() if call["path"].startswith("/transactions")]
    auditor = sign_in("auditor")
    auditor.open("/demo/orders")
    auditor.follow("Settlements")
    assert settled.shown(auditor) == ["one"]
