"""The timeline of an order: who did what, why it was not done, and refunds by their IDs, however many there are."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text

from tests.browser import Browser
from tests.provider import Provider
from webapp.core.database import writing

PAGE = "/demo/orders/order-01"


def entries(browser: Browser) -> dict[str, str | None]:
    """Each first line of the timeline, with where its link leads."""
    lines = browser.page.select(".timeline li p:first-child")
    return {" ".join(line.get_text(" ").split()): line.a and str(line.a["href"]) for line in lines}


def test_a_refused_capture_says_why_and_who_asked(alice: Browser, provider: Provider) -> None:
    provider.order(status="approved", on_capture="expire")
    alice.open(f"{PAGE}/capture")
    alice.submit("Capture AED")
    outcome = alice.address
    alice.open(PAGE)
    told = entries(alice)
    assert told["Not captured: the approval has expired · Alice Agent"] == outcome
    assert [title for title in told if "apture" in title] == ["Not captured: the approval has expired · Alice Agent"]


def test_what_needs_finance_names_who_asked_and_leads_to_its_page(
    alice: Browser, provider: Provider, app: Flask
) -> None:
    provider.order()
    alice.open(f"{PAGE}/refund")
    alice.submit("Continue", part="part", amount="5", reason="returned")
    provider.fault("drop_before", path="/orders/order-01/refunds")
    alice.submit("Refund AED")
    outcome = alice.address
    with app.app_context(), writing() as session:
        session.execute(text("UPDATE intent SET state = 'attention'"))
    alice.open(PAGE)
    told = entries(alice)
    assert told["This needs finance · Alice Agent"] == outcome
    assert [title for title in told if "efund" in title] == []


def test_each_refund_shows_its_id_to_copy(alice: Browser, provider: Provider) -> None:
    provider.order()
    provider.refund_outside("order-01", 100, "by hand/7")
    alice.open(PAGE)
    (reference,) = alice.page.select(".timeline .reference")
    assert reference.bdi is not None
    assert reference.bdi.get_text() == "by hand/7"
    assert [button["data-copy"] for button in reference.select("button")] == ["by hand/7"]


def test_the_newest_refunds_are_shown_and_the_rest_is_folded(alice: Browser, provider: Provider) -> None:
    provider.order(total=130_00)
    for number in range(23):
        provider.refund_outside("order-01", 99, f"r-{number}")
    alice.open(PAGE)
    shown = [tag.get_text() for tag in alice.page.select(".card-body > .timeline .reference bdi")]
    assert shown == [f"r-{number}" for number in reversed(range(3, 23))]
    (folded,) = alice.page.select(".order-timeline details")
    assert folded.summary is not None
    assert folded.summary.get_text(strip=True).replace("\u00a0", " ") == "3 earlier refunds, AED 2.97"
    assert [tag.get_text() for tag in folded.select(".reference bdi")] == ["r-2", "r-1", "r-0"]
