"""The list: rows, sorting, pages, its three empty states, and what it costs the provider."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import Browser
from tests.provider import Provider

from .conftest import HTMX, calls

Shown = Callable[[Browser], list[str]]


def fill(provider: Provider, count: int) -> None:
    for number in range(count):
        provider.order(f"o-{number:02}", 1000 + number, created=f"2026-01-01T00:{number:02}:00Z")


def test_a_row_tells_what_the_provider_knows(alice: Browser, provider: Provider) -> None:
    provider.order(
        "order-01", 58851, "KWD", tax_amount=2802, status="approved",
        created="2025-11-20T10:19:00Z", status_changed="2025-11-20T18:59:00Z",
    )  # fmt: skip
    alice.open("/demo/orders")
    cells = [" ".join(cell.get_text(" ").split()) for cell in alice.page.select("tbody tr td")]
    assert cells[:6] == [
        "order-01", "Approved", "KWD 58.851", "KWD 2.802", "20 Nov 2025, 14:19", "20 Nov 2025, 22:59"
    ]  # fmt: skip
    assert "Times in United Arab Emirates Time (Asia/Dubai)" in alice.words


def test_the_list_asks_once(alice: Browser, provider: Provider) -> None:
    fill(provider, 3)
    provider.forget()
    alice.open("/demo/orders?status=captured&ordering=created")
    assert len(calls(provider)) == 1


def test_pages_can_be_turned_and_sized(alice: Browser, provider: Provider, shown: Shown) -> None:
    fill(provider, 45)
    alice.open("/demo/orders")
    assert "Showing 1–20 of 45" in alice.words
    alice.follow("Next")
    alice.follow("Next")
    assert "Showing 41–45 of 45" in alice.words
    assert shown(alice) == [f"o-{number:02}" for number in (4, 3, 2, 1, 0)]
    alice.follow("Page 1")
    alice.follow("50")
    assert len(shown(alice)) == 45
    assert alice.address == "/demo/orders?page_size=50"


def test_headings_sort_and_turn_round(alice: Browser, provider: Provider, shown: Shown) -> None:
    fill(provider, 3)
    alice.open("/demo/orders?status=captured")
    assert sorted_by(alice) == {"Created": "descending"}
    alice.follow("Created")
    assert shown(alice) == ["o-00", "o-01", "o-02"]
    alice.follow("Total")
    assert shown(alice) == ["o-02", "o-01", "o-00"]
    assert sorted_by(alice) == {"Total": "descending"}
    alice.follow("Total")
    assert sorted_by(alice) == {"Total": "ascending"}
    assert alice.address == "/demo/orders?status=captured&ordering=total_amount"


def sorted_by(browser: Browser) -> dict[str, str]:
    return {th.a.get_text(strip=True): str(th["aria-sort"]) for th in browser.page.select("th[aria-sort]")}


def test_applying_filters_keeps_the_sorting_and_the_size(alice: Browser, provider: Provider) -> None:
    fill(provider, 2)
    alice.open("/demo/orders?ordering=total_amount&page_size=50")
    hidden = {field["name"]: field["value"] for field in alice.page.select('input[form="filters"]')}
    assert hidden == {"ordering": "total_amount", "page_size": "50"}


def test_a_shop_without_orders_is_told_so(alice: Browser) -> None:
    alice.open("/demo/orders")
    assert alice.status == 200
    assert "No orders yet" in alice.words


def test_nothing_matches_keeps_the_filters(alice: Browser, provider: Provider) -> None:
    fill(provider, 1)
    alice.open("/demo/orders?status=denied&currency=SAR")
    assert "No order matches" in alice.words
    assert [chip.bdi.get_text() for chip in alice.page.select(".chip")] == ["Denied", "SAR"]  # type: ignore[union-attr]


def test_a_page_past_the_end_leads_back(alice: Browser, provider: Provider, shown: Shown) -> None:
    fill(provider, 2)
    alice.open("/demo/orders?status=captured&page=7")
    assert alice.status == 404
    assert "There is no page 7" in alice.words
    alice.follow("Go to the first page")
    assert shown(alice) == ["o-01", "o-00"]


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ({"kind": "status", "status": 503}, 503, "Postpay does not answer"),
        ({"kind": "status", "status": 500}, 503, "Postpay does not answer"),
        ({"kind": "status", "status": 401}, 502, "not authorised at Postpay"),
        ({"kind": "status", "status": 403}, 502, "Postpay does not let the desk do this"),
        ({"kind": "status", "status": 400}, 502, "Postpay does not accept what was asked"),
        ({"kind": "status", "status": 405}, 502, "Postpay refused this"),
        ({"kind": "status", "status": 404}, 502, "Postpay does not know this"),
        ({"kind": "drop_before"}, 503, "Postpay does not answer"),
        ({"kind": "malformed"}, 502, "Postpay's answer could not be read"),
        ({"kind": "html", "status": 502}, 503, "Postpay does not answer"),
        ({"kind": "html", "status": 200}, 502, "Postpay's answer could not be read"),
        ({"kind": "html", "status": 403}, 502, "Postpay does not let the desk do this"),
        ({"kind": "drip", "seconds": 30}, 503, "Postpay does not answer"),
    ],
)
def test_what_could_not_be_asked_is_said_and_the_filters_stay(
    hasty: Browser, provider: Provider, fault: dict[str, object], status: int, words: str
) -> None:
    provider.fault(**{"method": "GET", "path": "/orders", "times": 9, **fault})  # type: ignore[arg-type]
    hasty.open("/demo/orders?status=denied&page=2" if status != 502 else "/demo/orders?status=denied")
    assert hasty.status == status
    assert words in hasty.words
    assert hasty.page.select_one('#filters [value="denied"]').has_attr("checked")  # type: ignore[union-attr]
    again = hasty.page.find("a", string="Try again")
    provider.heal()
    hasty.open(str(again["href"]).replace("&page=2", ""))  # type: ignore[index]
    assert hasty.status == 200


def test_a_busy_provider_is_told_with_the_wait(hasty: Browser, provider: Provider) -> None:
    provider.fault("status", method="GET", path="/orders", times=9, status=429, retry_after="40")
    hasty.open("/demo/orders")
    assert hasty.status == 503
    assert "Postpay is busy" in hasty.words
    assert "Try again in 41 seconds." in hasty.words


def test_rows_that_were_not_asked_for_are_told_and_not_counted(alice: Browser, provider: Provider) -> None:
    provider.order("denied-one", status="denied")
    body = '{"count": 731, "next": null, "previous": null, "results": [%s]}'
    row = (
        '{"order_id": "odd", "status": "captured", "status_changed": "2026-01-01T00:00:00Z", "total_amount": 1,'
        ' "tax_amount": 0, "currency": "AED", "created": "2026-01-01T00:00:00Z"}'
    )
    provider.fault("malformed", method="GET", path="/orders", body=body % row)
    alice.open("/demo/orders?status=denied")
    assert "does not fit the question" in alice.words
    assert "731" not in alice.words
    assert "Showing" not in alice.words


def test_htmx_gets_the_results_only(alice: Browser, provider: Provider) -> None:
    fill(provider, 2)
    whole = alice.open("/demo/orders?ordering=created")
    results = whole.select_one("#results").decode_contents()  # type: ignore[union-attr]
    alice.open("/demo/orders?ordering=created&currency=", headers={**HTMX, "HX-Target": "results"})
    assert not alice.page.select("nav.side, #filters, h1")
    assert alice.page.body.decode_contents().split() == results.split()  # type: ignore[union-attr]
    assert alice.response.headers["HX-Push-Url"] == "/demo/orders?ordering=created"


def test_htmx_gets_the_errors_with_the_form_and_loses_them_again(alice: Browser, provider: Provider) -> None:
    fill(provider, 1)
    from_form = {**HTMX, "HX-Target": "results", "HX-Trigger": "filters"}
    alice.open("/demo/orders?total_from=1", headers=from_form)
    assert alice.status == 422
    assert alice.page.select_one('#filter-bar[hx-swap-oob="true"] #currency-error')
    assert not alice.page.select("tbody tr")
    alice.open("/demo/orders?total_from=1&currency=AED", headers=from_form)
    assert alice.status == 200
    assert not alice.page.select(".field-error, .error-summary")
    assert len(alice.page.select("tbody tr")) == 1


def test_htmx_gets_a_failure_as_a_fragment(hasty: Browser, provider: Provider) -> None:
    provider.fault("status", method="GET", path="/orders", times=9, status=500)
    hasty.open("/demo/orders", headers={**HTMX, "HX-Target": "results"})
    assert hasty.status == 503
    assert hasty.page.select_one('[role="alert"]')
    assert not hasty.page.select("h1")


def test_an_unknown_status_is_plain_text(alice: Browser, provider: Provider) -> None:
    provider.order("order-01", status="sent_to_mars")
    alice.open("/demo/orders")
    cell = alice.page.select_one("td.at-under-end")
    assert cell is not None
    assert cell.get_text() == "sent_to_mars"
    assert not cell.select("svg")


def test_the_start_page_leads_to_the_orders_of_the_first_account(alice: Browser) -> None:
    alice.open("/")
    assert alice.address == "/demo/orders"


def test_a_stranger_sees_no_order(stranger: Browser, provider: Provider) -> None:
    provider.forget()
    stranger.open("/demo/orders")
    assert stranger.heading == "Sign in"
    assert calls(provider) == []
