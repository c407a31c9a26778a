"""The log of deliveries on the page: found, filtered, opened by those who may, and forgotten in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from tests.browser import Browser
from tests.provider import Provider
from tests.webhooks.receiving import CANARY, Receiving, order_body
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now
from webapp.models.delivery import Delivery
from webapp.webhooks.deliveries.retention import MOST_REFUSED

LOG = "/demo/deliveries"
TRANSACTION = b'{"event": "transaction", "data": {"id": "t-1", "order": {"order_id": "order-01"}}}'


def about(browser: Browser) -> list[str]:
    """The objects of the rows, in their order."""
    return [" ".join(cell.get_text(" ").split()) for cell in browser.page.select("table.deliveries td.at-start")]


def events_of(app: Flask, prefix: str) -> list[tuple[str, str | None, str | None]]:
    with app.app_context():
        rows = db.session.scalars(select(AuditEntry).where(AuditEntry.event.startswith(prefix))).all()
        return [(row.event, row.object_id, row.after) for row in rows]


def test_it_shows_the_newest_first_with_verdict_and_outcome(
    receiving: Receiving, provider: Provider, farah: Browser
) -> None:
    provider.order("order-01")
    receiving.deliver(order_body("order-01"))
    receiving.reread()
    receiving.deliver(TRANSACTION)
    receiving.deliver(b"forged", "0" * 64)
    farah.open(LOG)
    assert about(farah) == ["Delivery 3", "Transaction t-1", "Order order-01"]
    for words in ("Wrong signature", "Genuine", "Waits to be read again", "Read again: Captured", "3 deliveries"):
        assert words in farah.words
    farah.follow("order-01")
    assert farah.address == "/demo/orders/order-01"


FILTERED = {
    "about=order-01": ["Transaction t-1", "Order order-01"],
    "about=%E2%80%AAorder-01%E2%80%8B": ["Transaction t-1", "Order order-01"],
    "about=t-1": ["Transaction t-1"],
    "event=order": ["ORDER.captured order-02", "Order order-01"],
    "event=other": ["Delivery 5", "None told"],
    "verdict=refused": ["Delivery 5"],
    "verdict=wrong&event=other": ["Delivery 5"],
    "verdict=genuine&event=transaction": ["Transaction t-1"],
    "outcome=nothing": ["None told"],
    "days=today&verdict=bare": [],
    "days=yesterday": [],
    "forward=failed": [],
}


def test_it_is_filtered_in_the_address(receiving: Receiving, farah: Browser) -> None:
    spelt = order_body("order-02").replace(b'"order"', b'"ORDER.captured"')
    for body in (order_body("order-01"), spelt, TRANSACTION, b"nothing"):
        receiving.deliver(body)
    receiving.deliver(b"forged", "0" * 64)
    for query, found in FILTERED.items():
        farah.open(f"{LOG}?{query}")
        assert (farah.status, about(farah)) == (200, found), query
        assert len(farah.page.select("a.chip")) == query.count("="), query
        assert ("No delivery matches" in farah.words) is not bool(found)


def test_a_wrong_filter_is_said_at_its_field(farah: Browser) -> None:
    farah.open(f"{LOG}?verdict=perhaps&days=someday&days_from=x")
    assert farah.status == 422
    assert "Choose from the list." in farah.words
    assert "Choose a time from the list." in farah.words


def test_pages_are_turned_by_number(receiving: Receiving, farah: Browser) -> None:
    for number in range(45):
        receiving.deliver(order_body(f"order-{number:02}"))
    farah.open(LOG)
    assert about(farah)[0] == "Order order-44"
    farah.follow("Next")
    assert about(farah)[0] == "Order order-24"
    farah.follow("Oldest")
    assert about(farah)[-1] == "Order order-00"
    farah.follow("Previous")
    assert len(about(farah)) == 20
    farah.follow("Newest")
    assert about(farah)[0] == "Order order-44"


def test_personal_data_is_hidden_until_somebody_with_the_right_opens_it(
    app: Flask, receiving: Receiving, farah: Browser, sign_in: Callable[[str], Browser]
) -> None:
    body = order_body("order-01", total_amount=81480, items=[{"name": CANARY, "qty": 2, "id": CANARY}])
    receiving.deliver(body, Cookie="a=b", **{"X-Shop": CANARY})
    for browser in (farah, sign_in("auditor"), sign_in("admin")):
        browser.open(f"{LOG}/1")
        assert CANARY not in browser.words
        assert '"total_amount": 81480' in browser.words
        assert '"customer": "•••"' in browser.words
        assert browser.response.headers["Cache-Control"] == "no-store"
    assert "Show all of it" not in browser.words
    assert browser.send(f"{LOG}/1/personal-data", {"csrf_token": "x"})
    assert browser.status == 403
    assert events_of(app, "delivery.opened") == []
    farah.submit("Show all of it")
    assert farah.words.count(CANARY) == 4
    assert "a=b" not in farah.words
    assert events_of(app, "delivery.opened") == [("delivery.opened", "1", '{"event":"order"}')]
    farah.open(f"{LOG}/1")
    assert CANARY not in farah.words


def test_an_agent_who_tries_to_open_one_is_refused_on_record(app: Flask, receiving: Receiving, alice: Browser) -> None:
    receiving.deliver(order_body("order-01"))
    alice.open("/demo/orders")
    token = str(alice.page.find("input", attrs={"name": "csrf_token"})["value"])  # type: ignore[index]
    alice.send(f"{LOG}/1/personal-data", {"csrf_token": token})
    assert alice.status == 403
    assert [event for event, _, _ in events_of(app, "access.denied")] == ["access.denied"]
    assert events_of(app, "delivery.opened") == []


def test_an_odd_body_is_hidden_whole_and_shown_as_it_is(receiving: Receiving, farah: Browser) -> None:
    for body in (b"<script>alert(1)</script> " + CANARY.encode(), b"\xff\x00", b"[1, 2]", b"", b'{"a": "\\ud800"}'):
        receiving.deliver(body)
        number = len(receiving.rows())
        farah.open(f"{LOG}/{number}")
        assert farah.status == 200
        assert CANARY not in farah.words
        if body:
            farah.submit("Show all of it")
            assert farah.status == 200
    farah.open(f"{LOG}/1")
    farah.submit("Show all of it")
    assert "<script>alert(1)</script>" in farah.words


def test_another_account_s_delivery_is_not_there(receiving: Receiving, farah: Browser) -> None:
    receiving.deliver(order_body())
    assert farah.open(f"{LOG}/2")
    assert farah.status == 404


def test_it_is_put_on_the_bench_with_the_desk_s_own_secret(receiving: Receiving, farah: Browser) -> None:
    receiving.deliver(order_body())
    receiving.deliver(order_body("order-02"), f"{10**9}:{'0' * 64}")
    farah.open(f"{LOG}/1")
    farah.follow("Put it on the bench")
    farah.submit("Try the signature")
    assert "The signature matches" in farah.words
    farah.open(f"{LOG}/2")
    farah.follow("Put it on the bench")
    farah.submit("Try the signature")
    assert "It does not match" in farah.words
    assert CANARY not in farah.response.get_data(as_text=True)
    assert receiving.secret not in farah.response.get_data(as_text=True)


def test_it_stands_in_the_order_s_timeline(
    receiving: Receiving, provider: Provider, farah: Browser, alice: Browser
) -> None:
    provider.order("order-01")
    receiving.deliver(order_body("order-01"))
    receiving.reread()
    provider.forget()
    farah.open("/demo/orders/order-01")
    assert len([call for call in provider.seen("GET") if not call["path"].startswith("/_sandbox")]) == 2
    assert "Read again: Captured" in farah.words
    farah.follow("Postpay told the desk: Order")
    assert farah.heading == "Delivery 1"
    alice.open("/demo/orders/order-01")
    assert "Postpay told the desk: Order" in alice.words
    assert not alice.page.select("a[href*=deliveries]")


def test_reading_again_can_be_asked_for(receiving: Receiving, provider: Provider, farah: Browser) -> None:
    provider.order("order-01", status="approved")
    receiving.deliver(order_body("order-01"))
    receiving.reread()
    provider.change("order-01", status="captured")
    farah.open(f"{LOG}/1")
    farah.submit("Read it again")
    receiving.reread()
    farah.open(f"{LOG}/1")
    assert "Read again: Captured" in farah.words


def test_what_was_kept_long_enough_is_forgotten_and_that_is_on_record(app: Flask, receiving: Receiving) -> None:
    for name in ("old", "new"):
        receiving.deliver(order_body(name))
    with app.app_context(), writing() as session:
        old = Delivery.order_id == "old"
        session.execute(update(Delivery).where(old).values(received=now() - timedelta(days=61)))
    receiving.work("prune")
    receiving.work("prune")
    assert [row.order_id for row in receiving.rows()] == ["new"]
    ((event, _, facts),) = events_of(app, "delivery.pruned")
    assert event == "delivery.pruned"
    assert '"rows":1' in (facts or "")


def test_of_what_was_refused_only_the_newest_are_kept(app: Flask, receiving: Receiving) -> None:
    receiving.deliver(order_body())
    receiving.deliver(b"forged", "0" * 64)
    with app.app_context(), writing() as session:
        row = {c.name: getattr(session.get(Delivery, 2), c.name) for c in Delivery.__table__.columns if c.name != "id"}
        rows = [{**row, "digest": str(n), "sender": f"10.0.0.{n % 10}"} for n in range(MOST_REFUSED + 20)]
        session.execute(Delivery.__table__.insert(), rows)
    receiving.work("prune")
    rows = receiving.rows()
    assert len(rows) == MOST_REFUSED + 1
    assert rows[0].verdict == "timed"


def test_a_delivery_speaks_of_its_outcome_in_plain_words(receiving: Receiving, adam: Browser) -> None:
    receiving.deliver(order_body("order-01"))
    adam.open(f"/demo/deliveries/{receiving.rows()[0].id}")
    labels = [label.get_text(" ", strip=True) for label in adam.page.find_all("dt")]
    assert "Outcome" in labels
    assert not [label for label in labels if label.startswith("Delivery") and label[8:9].isupper()]
