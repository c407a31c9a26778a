"""A refund of items and shipping: each with its share of discount and tax, told the same way everywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.browser import Browser, form_values
from tests.provider import Provider, provider_of
from webapp.audit.recording import LONGEST_FACT
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.models.audit_entry import AuditEntry
from webapp.models.intent import Intent
from webapp.presentation.refund_reasons import LONGEST_DESCRIPTION

from .choosing import LAMP, LAMPS, PERFUME, SAMPLE, fill_in, words
from .conftest import FORM


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


def entries(app: Flask) -> list[dict[str, Any]]:
    """The facts of all entries about refunds, oldest first."""
    with app.app_context():
        found = select(AuditEntry.after).where(AuditEntry.event.like("refund.%")).order_by(AuditEntry.seq)
        return [json.loads(text or "{}") for text in db.session.scalars(found)]


def test_an_item_is_what_was_paid_for_it(alice: Browser, provider: Provider) -> None:
    provider.order(**SAMPLE)
    alice.open(FORM)
    assert "Wild Flower Eau de Parfum AED 794.80 840.00 − 84.00 discount + 38.80 tax sku-01" in words(alice)
    assert "Shipping AED 20.00 shipping-01" in words(alice)
    fill_in(alice, **{"line-1": "1"})
    assert "1 × Wild Flower Eau de Parfum AED 794.80" in words(alice)
    assert "Refundable after this AED 20.00" in words(alice)
    alice.submit("Refund AED")
    assert "Refunded AED 794.80" in words(alice)
    assert "Items 1 × sku-01" in words(alice)
    assert [one["amount"] for one in provider.refunds("order-01")] == [79480]


def test_thousands_are_parted_in_what_an_item_is_made_of(alice: Browser, provider: Provider) -> None:
    provider.order(
        total=210_000, tax_amount=10_000, items=[{**PERFUME, "unit_price": 220_000}], discounts=[{"amount": 20_000}]
    )
    alice.open(FORM)
    assert "AED 2,100.00 2,200.00 − 200.00 discount + 100.00 tax" in words(alice)


def test_the_lines_go_to_the_provider_the_log_and_the_timeline(alice: Browser, provider: Provider, app: Flask) -> None:
    provider.order(**LAMPS)
    fill_in(alice, note="box  was wet", **{"line-1": "2", "line-shipping": "1"})
    alice.submit("Refund AED")
    [made] = provider.refunds("order-01")
    assert made["description"] == "Item returned (2 × sku-02, shipping): box was wet"
    expected = [["1", 2, made["amount"] - 200, "sku-02"], ["shipping", 1, 200, ""]]
    assert [json.loads(facts["lines"]) for facts in entries(app)] == [expected] * 2
    alice.open("/demo/orders/order-01")
    assert "2 × Lamp, shipping · Item returned: box was wet" in alice.words
    alice.open("/audit?family=refund")
    alice.open(str(alice.page.select_one("td.sentence a")["href"]))
    assert f"2 × sku-02 AED {(made['amount'] - 200) / 100:.2f}, shipping AED 2.00" in words(alice)


def test_a_refunded_unit_is_not_offered_again(alice: Browser, provider: Provider) -> None:
    provider.order(**LAMPS)
    fill_in(alice, **{"line-1": "2", "line-2": "1"})
    alice.submit("Refund AED")
    alice.open(FORM)
    assert "1 of" not in words(alice)
    assert "2 of 3 refunded" in words(alice)
    assert alice.page.find(id="line-1")["type"] == "checkbox", "one lamp is left"
    assert alice.page.find(id="line-2") is None
    assert "without naming items" not in alice.words
    alice.submit("Continue", **{"part": "lines", "reason": "returned", "line-1": "2"})
    assert alice.status == 422
    assert "Lamp: enter a whole number from 0 to 1." in alice.words


def test_which_lines_a_plain_amount_was_for_is_said_to_be_unknown(alice: Browser, provider: Provider) -> None:
    provider.order(**SAMPLE)
    provider.refund_outside("order-01", 10000)
    fill_in(alice, **{"line-1": "1"})
    assert alice.status == 422
    assert "AED 100.00 of this order was refunded without naming items" in words(alice)
    assert "The items you chose come to AED 794.80, but only AED 714.80 of this order can still be refunded." in words(
        alice
    )
    assert alice.page.find(id="line-1").has_attr("checked")
    assert alice.page.select(".error-summary a[href='#part']")
    alice.submit("Continue", **{"line-1": "", "line-shipping": "1"})
    assert "Refund AED 20.00 now" in words(alice)


@pytest.mark.parametrize(
    ("fields", "problem", "link"),
    [
        ({}, "Choose at least one item, or another way to say how much.", "#part"),
        ({"line-1": "0"}, "Choose at least one item", "#part"),
        ({"line-1": "4"}, "Lamp: enter a whole number from 0 to 3.", "#line-1"),
        ({"line-1": "1.5"}, "Lamp: enter a whole number from 0 to 3.", "#line-1"),
        ({"line-1": "-1"}, "Lamp: enter a whole number from 0 to 3.", "#line-1"),
        ({"line-1": "two", "line-2": "1"}, "Lamp: enter a whole number from 0 to 3.", "#line-1"),
        ({"line-1": "9" * 300}, "Lamp: enter a whole number from 0 to 3.", "#line-1"),
        ({"line-3": "1"}, "Choose at least one item", "#part"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(
    alice: Browser, provider: Provider, fields: dict[str, str], problem: str, link: str
) -> None:
    provider.order(**{**LAMPS, "items": [*LAMPS["items"], {"name": "Gift", "unit_price": 0, "qty": 1}]})
    fill_in(alice, **fields)
    assert (alice.status, problem in alice.words) == (422, True), alice.words
    assert alice.page.select(f".error-summary a[href='{link}']")
    now = form_values(alice.form("Continue"))
    assert {name: now.get(name, "") for name in fields if name != "line-3"} == {
        name: text for name, text in fields.items() if name != "line-3"
    }
    assert now["part"] == "lines"


def test_of_a_gift_there_is_nothing_to_choose(alice: Browser, provider: Provider) -> None:
    provider.order(
        total=500, items=[{"name": "Gift", "unit_price": 0, "qty": 2}, {**LAMP, "unit_price": 500, "qty": 1}]
    )
    alice.open(FORM)
    assert "Gift AED 0.00" in words(alice)
    assert [one["id"] for one in alice.page.select(".refund-lines input")] == ["line-2"]


@pytest.mark.parametrize("typed", ["2", " 2 ", "٢", "\u200f2", "02"])
def test_a_number_of_units_is_read_as_people_type_it(alice: Browser, provider: Provider, typed: str) -> None:
    provider.order(**LAMPS)
    fill_in(alice, **{"line-1": typed})
    assert "2 × Lamp" in alice.words
    alice.submit("Back")
    assert alice.page.find(id="line-1")["value"] == typed


def test_back_keeps_every_choice(alice: Browser, provider: Provider) -> None:
    provider.order(**LAMPS)
    typed = {"line-1": "2", "line-shipping": "1", "amount": "3.5", "note": "wet"}
    fill_in(alice, **typed)
    alice.submit("Back")
    now = form_values(alice.form("Continue"))
    assert {name: now.get(name) for name in [*typed, "part"]} == {**typed, "part": "lines"}


def test_what_the_parts_do_not_add_up_to_is_refunded_by_amount_only(alice: Browser, provider: Provider) -> None:
    provider.order(**{**SAMPLE, "total": 81481})
    alice.open(FORM)
    assert alice.page.find(id="part-lines") is None
    [badge] = [one.get_text() for one in alice.page.select("form .st")]
    assert badge == "The parts of this order do not add up to its total"
    alice.submit("Continue", **{"part": "lines", "line-1": "1", "reason": "returned"})
    assert (alice.status, "Choose how much to refund." in alice.words) == (422, True)
    alice.open("/demo/orders/order-01")
    assert "The parts of this order do not add up to its total" in alice.words


def test_the_same_form_again_is_the_same_refund_and_another_choice_is_told(alice: Browser, provider: Provider) -> None:
    """Also where the other items come to the same amount."""
    twin = {"reference": "b", "name": "Bulb", "unit_price": 500, "qty": 1}
    provider.order(total=1500, items=[{**twin, "reference": "a"}, twin, {**twin, "reference": "c"}])
    fill_in(alice, **{"line-1": "1"})
    review = alice.page
    for fields, answer in (({}, 200), ({}, 200), ({"line-1": "", "line-2": "1"}, 409), ({"line-2": "1"}, 409)):
        alice.page = review
        alice.submit("Refund AED", **fields)
        assert alice.status == answer
    alice.page = review
    alice.submit("Refund AED", part="part", amount="5")
    assert alice.status == 409
    assert "already sent, with different data" in alice.words
    assert [one["description"] for one in provider.refunds("order-01")] == ["Item returned (1 × a)"]


@pytest.mark.parametrize("reviewed", ["", "0", "x"])
def test_without_a_review_nothing_is_sent(alice: Browser, provider: Provider, reviewed: str) -> None:
    provider.order(**LAMPS)
    fill_in(alice, **{"line-1": "1"})
    alice.submit("Refund AED", reviewed=reviewed)
    assert (alice.status, "Continue once more" in alice.words) == (422, True)
    assert provider.refunds("order-01") == []


@pytest.mark.parametrize("fields", [{"reviewed": "7.00"}, {"line-1": "3"}, {"line-9": "1"}])
def test_what_was_reviewed_is_what_is_sent(alice: Browser, provider: Provider, fields: dict[str, str]) -> None:
    provider.order(**LAMPS)
    fill_in(alice, **{"line-1": "1"})
    alice.submit("Refund AED", **fields)
    assert alice.status == 412
    assert provider.refunds("order-01") == []


def test_a_lost_refund_is_sent_again_with_the_same_bytes(alice: Browser, provider: Provider) -> None:
    provider.order(**LAMPS)
    fill_in(alice, **{"line-1": "2", "line-shipping": "1"})
    provider.fault("drop_before", path="/orders/order-01/refunds", times=1)
    alice.submit("Refund AED")
    alice.submit("Check now")
    posts = [call["body"] for call in provider.seen("POST", "/refunds") if "_sandbox" not in call["path"]]
    assert len(posts) == 2
    assert posts[0] == posts[1]


def test_many_items_with_long_references_are_told_in_bounds(alice: Browser, provider: Provider, app: Flask) -> None:
    items = [{"reference": f"{number}-{'ü' * 90}", "name": "x", "unit_price": 10, "qty": 1} for number in range(60)]
    provider.order(total=600, items=items)
    fill_in(alice, note="n" * 500, **{f"line-{number + 1}": "1" for number in range(60)})
    alice.submit("Refund AED")
    [made] = provider.refunds("order-01")
    assert made["description"] == f"Item returned (60 lines): {'n' * 500}"
    assert len(made["description"]) <= LONGEST_DESCRIPTION
    for facts in entries(app):
        assert len(facts["lines"]) <= LONGEST_FACT
        *told, left_out = json.loads(facts["lines"])
        assert len(told) + left_out == 60
    with app.app_context():
        assert len(db.session.scalars(select(Intent)).one().line_refunds) == 60
    alice.open("/audit?family=refund")
    alice.open(str(alice.page.select_one("td.sentence a")["href"]))
    assert f"and {left_out} more" in alice.words


def test_no_name_of_an_item_is_written_down(alice: Browser, provider: Provider, app: Flask) -> None:
    provider.order(total=500, items=[{"name": "Ring for Maria", "unit_price": 500, "qty": 1}])
    fill_in(alice, **{"line-1": "1"})
    alice.submit("Refund AED")
    assert provider.refunds("order-01")[0]["description"] == "Item returned (1 × item 1)"
    assert "Maria" not in json.dumps(entries(app))
