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
from webapp.core.refund_limits_setting import RefundLimit
from webapp.emulators.postpay.server import Sandbox
from webapp.models.audit_entry import AuditEntry
from webapp.models.intent import Intent
from webapp.presentation.refund_reasons import LONGEST_DESCRIPTION

from .conftest import FORM

PERFUME = {"reference": "sku-01", "name": "Wild Flower Eau de Parfum", "unit_price": 84000, "qty": 1}
LAMP = {"reference": "sku-02", "name": "Lamp", "unit_price": 1000, "qty": 3}
SAMPLE: dict[str, Any] = {
    "total": 81480,
    "tax_amount": 3880,
    "items": [PERFUME],
    "discounts": [{"code": "return-10", "name": "10 %", "amount": 8400}],
    "shipping": {"id": "shipping-01", "name": "Express Delivery", "amount": 2000},
}
LAMPS: dict[str, Any] = {"total": 3350, "tax_amount": 150, "items": [LAMP, {**PERFUME, "unit_price": 1000}],
                         "discounts": [{"amount": 1000}], "shipping": {"amount": 200, "name": "Standard"}}  # fmt: skip


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


def fill_in(browser: Browser, form: str = FORM, **fields: object) -> None:
    browser.open(form)
    browser.submit("Continue", **{"part": "lines", "reason": "returned", **fields})


def words(browser: Browser) -> str:
    return browser.words.replace("\u00a0", " ")


def entries(app: Flask) -> list[dict[str, Any]]:
    """The facts of all entries about refunds, oldest first."""
    with app.app_context():
        found = select(AuditEntry.after).where(AuditEntry.event.like("refund.%")).order_by(AuditEntry.seq)
        return [json.loads(text or "{}") for text in db.session.scalars(found)]


def test_an_item_is_what_was_paid_for_it(alice: Browser, provider: Provider) -> None:
    provider.order(**SAMPLE)
    alice.open(FORM)
    assert "Wild Flower Eau de Parfum 794.80 AED 840.00 − 84.00 discount + 38.80 tax sku-01" in words(alice)
    assert "Shipping 20.00 AED shipping-01" in words(alice)
    fill_in(alice, **{"line-1": "1"})
    assert "1 × Wild Flower Eau de Parfum 794.80 AED" in words(alice)
    assert "Left after this 20.00 AED" in words(alice)
    alice.submit("Refund AED")
    assert "Refunded AED 794.80" in words(alice)
    assert "Items 1 × sku-01" in words(alice)
    assert [one["amount"] for one in provider.refunds("order-01")] == [79480]


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
    assert "Gift 0.00 AED" in words(alice)
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
    assert "This form was already sent, with other data" in alice.words
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


HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"line-1": "2", "line-shipping": "1"}, "The items you chose come to AED 17.76."),
        ({"line-1": "٣", "line-2": ""}, "The items you chose come to AED 23.63."),
        ({"line-1": "0", "line-2": ""}, ""),
        ({"line-1": "4"}, ""),
        ({"line-1": "x"}, ""),
        ({"line-7": "1"}, ""),
        ({}, ""),
    ],
)
def test_the_sum_is_told_while_items_are_chosen(
    alice: Browser, provider: Provider, fields: dict[str, str], said: str
) -> None:
    provider.order(**LAMPS)
    alice.open(FORM)
    address = str(alice.page.select_one(".refund-lines")["hx-get"])
    provider.forget()
    answer = alice.client.get(address, query_string=fields, headers=HTMX)
    assert answer.get_data(as_text=True).replace("\u00a0", " ") == said
    assert [call["path"] for call in provider.seen() if "_sandbox" not in call["path"]] == ["/orders/order-01"]


def test_the_sum_is_not_told_while_the_provider_does_not_answer(alice: Browser, provider: Provider) -> None:
    provider.order(**LAMPS)
    provider.fault("status", method="GET", path="/orders/order-01", status=503, times=9)
    answer = alice.client.get(f"{FORM}/chosen?line-1=1", headers=HTMX)
    assert (answer.status_code, answer.data) == (200, b"")
    provider.heal()
    alice.open(f"{FORM}/chosen?line-1=1")
    assert alice.address == FORM, "without scripting it is the form"


def test_what_is_above_the_limit_is_said_before_continue(alice: Browser, provider: Provider) -> None:
    provider.order(**SAMPLE)
    alice.open(FORM)
    assert alice.page.find(id="part-whole-hint") is None
    provider.order("big", total=500_000)
    alice.open("/demo/orders/big/refund")
    hint = alice.page.find(id="part-whole-hint").get_text().replace("\u00a0", " ")
    assert hint == (
        "This is above your limit of AED 1,000.00 for one refund. You cannot continue with it, only with less. "
        "Ask finance to do this one."
    )
    alice.submit("Continue", part="whole", reason="returned")
    assert alice.status == 422


def test_finance_is_not_sent_to_itself(farah: Browser, provider: Provider) -> None:
    provider.order("big", total=5_000_000)
    farah.open("/demo/orders/big/refund")
    assert "only with less. Ask an admin to raise the limit." in farah.words
    farah.submit("Continue", part="whole", reason="returned")
    assert "Your limit for one refund is AED 10,000.00. Ask an admin to raise the limit." in words(farah)


def test_what_is_above_the_limit_of_the_day_is_said_before_continue(
    alice: Browser, provider: Provider, app: Flask
) -> None:
    settings = app.extensions["settings"]
    limits = {**settings.refund_limits, "agent": {"AED": RefundLimit(single=90_000, day=85_000)}}
    app.extensions["settings"] = settings.model_copy(update={"refund_limits": limits})
    provider.order("other", total=5_000)
    fill_in(alice, "/demo/orders/other/refund", part="whole")
    alice.submit("Refund AED")
    provider.order(**SAMPLE)
    alice.open(FORM)
    hint = alice.page.find(id="part-whole-hint").get_text().replace("\u00a0", " ")
    assert "above the AED 800.00 that you can still refund today" in hint


def test_lines_above_the_limit_are_told_where_they_were_chosen(alice: Browser, provider: Provider) -> None:
    provider.order(total=300_000, items=[{"name": "Chair", "unit_price": 100_000, "qty": 3}])
    fill_in(alice, **{"line-1": "2"})
    assert alice.status == 422
    assert "Your limit for one refund is AED 1,000.00" in words(alice)
    assert alice.page.select(".error-summary a[href='#part']")
    assert alice.page.find(id="line-1")["value"] == "2"
