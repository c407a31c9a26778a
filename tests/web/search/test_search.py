"""Finding an order by what a customer says: who finds what, where the words stand, and where they do not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.browser import Browser
from tests.payments.search_index.index import person
from tests.payments.search_index.worker import Worker
from tests.provider import Provider, provider_of
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now
from webapp.models.search import SearchQuery, SearchReach
from webapp.payments.search_index.queries import LIFETIME
from webapp.payments.search_index.readings import write_now

FATIMA = person("Fatima", "Hashimi", email="fatima@shop.example", phone="+971501234567", city="Sharjah")
ITEMS = [
    {"reference": "SKU-7", "name": "Black abaya", "unit_price": 65000, "qty": 2},
    {"reference": "SKU-8", "name": "Scarf", "unit_price": 100, "qty": 1},
]


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


@pytest.fixture
def shop(app: Flask, provider: Provider) -> Provider:
    provider.order("ORDER-10487", items=ITEMS, **FATIMA)
    provider.order("4711-65fabc0de1234", status="approved", **person("فاطمة", "أحمد", phone="0559876543"))
    with app.app_context():
        Worker(app).sweep()
    provider.forget()
    return provider


def search(browser: Browser, typed: str) -> None:
    """Types it into the field at the top of any page, and follows where that leads."""
    browser.open("/demo/in-progress")
    form = browser.page.select_one(".topsearch")
    assert form is not None
    token = form.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    browser.send(str(form["action"]), {"csrf_token": token, "q": typed})
    if browser.status == 303:
        browser.open(browser.response.headers["Location"])


def found(browser: Browser) -> list[str]:
    return [cell.get_text(strip=True) for cell in browser.page.select("table.found td.at-start")]


@pytest.mark.parametrize(
    "typed", ["Fatima", "0501234567", "+971 50 123 4567", "4567", "10487", "abaya", "fatima@shop.example", "sharjah"]
)
def test_alice_finds_by_what_a_customer_says(shop: Provider, alice: Browser, typed: str) -> None:
    search(alice, typed)
    assert (alice.heading, found(alice)) == ("Search results", ["ORDER-10487"])
    assert "Fatima Hashimi" in alice.words
    assert "2 × Black abaya and 1 other" in alice.words
    assert len(shop.seen("GET", "/orders")) <= 2
    assert typed not in alice.address


def test_an_arabic_name_typed_with_another_alef(shop: Provider, alice: Browser) -> None:
    search(alice, "احمد")
    assert found(alice) == ["4711-65fabc0de1234"]


@pytest.mark.parametrize("typed", ["ORDER-10487", "order-10487", "#ORDER-10487", " ORDER-10487 "])
def test_a_whole_id_opens_the_order_at_once(shop: Provider, alice: Browser, typed: str) -> None:
    search(alice, typed)
    assert alice.address == "/demo/orders/ORDER-10487"


def test_an_id_that_the_index_does_not_know_is_asked_at_the_provider(shop: Provider, alice: Browser) -> None:
    shop.order("late-1")
    search(alice, "late-1")
    assert alice.address == "/demo/orders/late-1"


@pytest.mark.parametrize(
    "typed", ["zahra@hidden.example", "052 999 8877", "+971529998877", "Zahra", "Zahra Hidden", "زهرة"]
)
def test_a_persons_words_do_not_become_an_address_at_the_provider(shop: Provider, alice: Browser, typed: str) -> None:
    shop.forget()
    search(alice, typed)
    assert (alice.heading, found(alice)) == ("Search results", [])
    assert not [call for call in shop.seen("GET") if "order_id" in str(call) or "/orders/" in call["path"]]


def test_what_vera_may_find_and_what_she_sees(shop: Provider, sign_in: Callable[[str], Browser]) -> None:
    vera = sign_in("viewer")
    for typed in ("10487", "abaya", "sharjah", "fatima@shop.example", "0501234567"):
        search(vera, typed)
        assert found(vera) == ["ORDER-10487"], typed
        assert "F. H." in vera.words
        assert "Hashimi" not in vera.words
    for typed in ("Fatima", "fat", "4567", "1234567", "Hashimi abaya"):
        search(vera, typed)
        assert (found(vera), vera.heading) == ([], "Search results")
    assert "Your role searches by order ID" in vera.words


def test_pages_say_how_far_the_search_reaches(shop: Provider, alice: Browser) -> None:
    search(alice, "Fatima")
    assert "Search covers all orders." in alice.words
    search(alice, "Nobody")
    assert "Search covers all orders." in alice.words
    assert "No order matches" in alice.words


def test_pages_say_when_nobody_looks_for_new_orders(app: Flask, shop: Provider, alice: Browser) -> None:
    moment = now() - timedelta(hours=2)
    with app.app_context(), writing() as session:
        session.execute(update(SearchReach).values(looked=moment, newest=moment))
    search(alice, "Fatima")
    assert "the worker has not looked for newer orders since" in alice.words


def test_results_are_filtered_paged_and_loaded_again(
    app: Flask, provider: Provider, alice: Browser
) -> None:
    for number in range(60):
        provider.order(f"many-{number:02}", status="approved" if number % 20 == 0 else "captured", **FATIMA)
    provider.refund_outside("many-01", 100)
    with app.app_context():
        Worker(app).sweep()
    search(alice, "fatima")
    first, address = found(alice), alice.address
    assert len(first) == 20
    assert "1–20 of 60" in alice.words
    alice.open(address)
    assert found(alice) == first
    provider.forget()
    alice.open(f"{address}?page=3")
    assert len(found(alice)) == 20
    assert len(provider.seen("GET")) == 1
    alice.open(f"{address}?status=approved")
    assert set(found(alice)) <= {"many-00", "many-20", "many-40"}
    assert "Only the newest 50 are filtered by status." in alice.words
    alice.open(f"{address}?refunded=none")
    assert found(alice)
    alice.open(f"{address}?page=9")
    assert alice.status == 404
    alice.open(f"{address}?status=nonsense")
    assert alice.status == 422


def test_a_search_is_of_whoever_asked_and_ends(
    app: Flask, shop: Provider, alice: Browser, sign_in: Callable[[str], Browser]
) -> None:
    search(alice, "Fatima")
    address = alice.address
    other = sign_in("agent")
    other.open(address)
    assert (other.status, other.heading) == (404, "This search has ended")
    with app.app_context(), writing() as session:
        session.execute(update(SearchQuery).values(created=now() - LIFETIME))
    alice.open(address)
    assert alice.status == 404


def test_each_search_is_one_entry_that_holds_no_word(app: Flask, shop: Provider, alice: Browser) -> None:
    search(alice, "Fatima")
    alice.open(alice.address)
    search(alice, "fatima")
    with app.app_context():
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "search.asked")).all()
        assert [entry.after for entry in entries] == [entries[0].after] * 2
        assert '"hits":1' in str(entries[0].after)
        assert "fatima" not in str(entries[0].after).lower()


def test_searches_are_limited_and_what_was_typed_stays(app: Flask, shop: Provider, alice: Browser) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"searches_an_hour": 2})
    for _ in range(3):
        search(alice, "Fatima")
    assert (alice.status, alice.heading) == (429, "Too many searches")
    assert alice.page.select_one("#search")["value"] == "Fatima"  # type: ignore[index]
    with app.app_context():
        assert db.session.scalars(select(AuditEntry).where(AuditEntry.event == "search.limited")).one()


def test_an_id_without_a_digit_is_asked_at_the_provider_too(shop: Provider, alice: Browser) -> None:
    shop.order("order-declines-too")
    search(alice, "order-declines-too")
    assert alice.address == "/demo/orders/order-declines-too"


def test_a_provider_that_is_down_is_said_with_what_was_typed(shop: Provider, alice: Browser) -> None:
    shop.fault("status", status=503, method="GET", path="/orders*", times=9)
    search(alice, "Fatima")
    assert alice.status == 503
    assert alice.page.select_one("#search")["value"] == "Fatima"  # type: ignore[index]


def test_no_word_is_left_anywhere(
    shop: Provider, app: Flask, alice: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("Qanarifatima", "canary.local@canaryhost.example", "0529998877", "canarycity", "canaryware")
    told = person("Qanarifatima", "X", email=words[1], phone=words[2], city=words[3])
    shop.order("seen", items=[{"name": "canaryware", "reference": "s", "unit_price": 1, "qty": 1}], **told)
    alice.open("/demo/orders/seen")
    with app.app_context():
        write_now()
    for word in words:
        search(alice, word)
        assert found(alice) == ["seen"], word
        assert word not in alice.address
    output = capsys.readouterr()
    kept = [path.read_bytes() for path in tmp_path.glob("*") if path.is_file()]
    written = b"".join([*kept, output.out.encode(), output.err.encode()]).lower()
    every = [*words, "canaryhost", "9998877", "qanari"]
    assert [word for word in every if word.lower().encode() in written] == []
