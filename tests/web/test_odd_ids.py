"""Ids with marks that nobody sees: they open everywhere, and a right id is found whatever was pasted around it."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.browser import Browser
from tests.provider import Provider, provider_of
from tests.webhooks.receiving import Receiving, order_body
from webapp.core.provider_id import spellings, visible
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox

MARKS = {
    "no-break space": "\u00a0", "joiner": "\u200c", "direction": "\u200f", "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad", "zero width space": "\u200b", "new emoji": "\U0001fae9", "unassigned": "\U0001fbff",
    "private": "\ue000", "isolate": "\u2066",
}  # fmt: skip

MOMENT = "2026-05-08T10:53:57Z"


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


def calls(provider: Provider) -> int:
    return len([call for call in provider.seen() if not call["path"].startswith("/_sandbox")])


@pytest.mark.parametrize("mark", MARKS)
def test_an_id_with_such_a_mark_opens_everywhere(alice: Browser, farah: Browser, provider: Provider, mark: str) -> None:
    char = MARKS[mark]
    inside, at_its_end = f"in{char}side", f"end{char}"
    for order_id in (inside, at_its_end.strip()):  # the provider takes off blanks, and no other marks
        provider.order(order_id)
        alice.open("/demo/orders")
        link = next(a for a in alice.page.select("td.at-start a") if a.get_text() == visible(order_id))
        alice.open(str(link["href"]))
        assert alice.heading == f"Order {visible(order_id)}"
        for page in ("peek", "refund"):
            alice.open(f"{link['href']}/{page}")
            assert alice.status == 200
        alice.open("/demo/orders", query_string={"q": order_id})
        assert alice.heading == f"Order {visible(order_id)}"
        provider.forget()
    alice.open("/demo/orders", query_string={"order_id": f"{inside}, other"})
    assert [cell.get_text() for cell in alice.page.select("td.at-start bdi")] == [visible(inside)]
    farah.open(f"/demo/orders/{quote(inside, safe='')}")
    assert farah.status == 200
    sale = provider.rows()[-1]["id"]
    farah.open(f"/demo/settlements/{sale}")
    farah.follow(visible(inside))
    assert farah.heading == f"Order {visible(inside)}"


@pytest.mark.parametrize("mark", ["zero width space", "isolate"])
def test_who_refunds_sees_the_mark_before_and_after(alice: Browser, provider: Provider, mark: str) -> None:
    order_id = f"in{MARKS[mark]}side"
    provider.order(order_id)
    alice.open(f"/demo/orders/{quote(order_id, safe='')}/refund")
    alice.submit("Continue", part="part", amount="1", reason="returned")
    assert visible(order_id) in [told.get_text() for told in alice.page.select("dl.facts bdi")]
    alice.submit("Refund AED")
    alice.open("/demo/refunds", query_string={"order": order_id})
    assert [cell.get_text() for cell in alice.page.select("td.at-start bdi")] == [visible(order_id)]
    assert f"Order ID {visible(order_id)}" in alice.words


@pytest.mark.parametrize("mark", MARKS)
def test_a_delivery_about_it_is_read_again(settings: Settings, provider: Provider, mark: str) -> None:
    from webapp import create_app

    receiving = Receiving(create_app(settings))
    order_id = f"order{MARKS[mark]}1"
    provider.order(order_id)
    assert receiving.deliver(order_body(order_id)).status_code == 200
    assert receiving.reread() == 1
    assert [(row.object_id, row.outcome, row.object_state) for row in receiving.rows()] == [
        (order_id, "read", "captured")
    ]


@pytest.mark.parametrize("text", ["\x00", "\n", "\x1f", "\x7f", "\x85", "\ud800"], ids=ascii)
def test_control_characters_and_half_surrogates_are_refused_before_anything_is_asked(
    alice: Browser, provider: Provider, text: str
) -> None:
    provider.forget()
    for path in ("", "/peek", "/refund"):
        address = f"/demo/orders/a{quote(text.encode('utf-8', 'surrogatepass'))}b{path}"
        answer = alice.client.get("/", environ_overrides={"RAW_URI": address, "REQUEST_URI": address})
        assert answer.status_code == 404
    assert calls(provider) == 0


PASTED = ["\u202a{}\u202c", "\u200b{}", "{}\u200b", "\ufeff{}", "\u2066{}\u2069", "\u00a0{}\u00a0", "{}\u200f", " {} ",
          "'{}", "\ufeff'{}", "\u00ad{}"]  # fmt: skip


@pytest.mark.parametrize("around", PASTED, ids=ascii)
def test_what_is_pasted_around_a_right_id_does_not_hide_it(alice: Browser, provider: Provider, around: str) -> None:
    for order_id in ("-77A", "order-01"):
        provider.order(order_id)
        pasted = around.format(order_id)
        provider.forget()
        answer = alice.client.get("/demo/orders", query_string={"q": pasted})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/demo/orders/{order_id}")
        assert calls(provider) == 1
        alice.open("/demo/orders", query_string={"order_id": f"{pasted}\nanother"})
        assert [cell.get_text() for cell in alice.page.select("td.at-start bdi")] == [order_id]
        assert calls(provider) == 2
        assert "1 of the 2 IDs is not in this list: another. Nothing with exactly this ID matches." in alice.words


def test_an_id_that_really_ends_with_a_mark_wins_over_the_one_without(alice: Browser, provider: Provider) -> None:
    for order_id in ("order-1", "order-1\u200b", "'-5", "-5", "a,b\u200b", "a,b"):
        provider.order(order_id)
    for order_id in ("order-1", "order-1\u200b", "'-5", "-5", "a,b", "a,b\u200b"):
        provider.forget()
        alice.client.get("/demo/orders", query_string={"q": order_id})
        assert calls(provider) == 1
        alice.open("/demo/orders", query_string={"q": order_id})
        assert alice.heading == f"Order {visible(order_id)}"


def test_what_no_list_can_be_asked_for_is_looked_for_by_its_page(alice: Browser, provider: Provider) -> None:
    order = {"order_id": "only\u00a0", "status": "captured", "total_amount": 5, "currency": "AED", "created": MOMENT}
    body = {"path": "=/orders/only%C2%A0", "body": json.dumps(order), "applied": "before"}
    provider.fault("malformed", method="GET", times=2, **body)
    alice.open("/demo/orders", query_string={"q": "only\u00a0"})
    assert alice.heading == "Order only[U+00A0]"
    provider.order("a,b")
    provider.forget()
    alice.client.get("/demo/orders", query_string={"q": "\u202aa,b\u202c"})
    assert calls(provider) == 2
    alice.open("/demo/orders", query_string={"q": "\u202aa,b\u202c"})
    assert alice.heading == "Order a,b"


def test_what_is_not_there_shows_the_marks_that_were_pasted(alice: Browser, provider: Provider) -> None:
    alice.open("/demo/orders", query_string={"q": "nothing\u200b"})
    assert "No order matches" in alice.words
    chip = alice.page.select_one(".chip bdi")
    assert chip is not None
    assert chip.get_text() == "nothing[U+200B]"
    assert alice.page.select_one("#search")["value"] == "nothing\u200b"  # type: ignore[index]
    alice.open("/demo/orders/nothing%E2%80%8B")
    assert "There is no order nothing[U+200B] in Demo Shop" in alice.words


def test_a_transaction_is_found_as_well(farah: Browser, provider: Provider) -> None:
    told = provider.transaction(type="order", currency="AED", amount=100, id="t\u200b1")
    farah.open("/demo/settlements", query_string={"q": f"\ufeff{told['id']}\u202c"})
    assert farah.heading == "Sale t[U+200B]1"
    farah.open("/demo/settlements", query_string={"transaction_id": f"\ufeff{told['id']}, t2"})
    assert "1 of the 2 IDs is not in this list: t2." in farah.words


def test_marks_around_an_e_mail_do_not_keep_anybody_out(stranger: Browser) -> None:
    stranger.open("/sign-in")
    stranger.submit("Sign in", email="\u202aalice@example.test\u200b\ufeff", password="correct horse battery staple")
    assert stranger.address == "/demo/orders"


def test_several_spellings_are_tried_the_likeliest_first() -> None:
    assert spellings("order-1") == ("order-1",)
    assert spellings("\u202aorder-1\u202c") == ("\u202aorder-1\u202c", "order-1")
    assert spellings("'-77A") == ("'-77A", "-77A")
    assert spellings("\ufeff'-77A") == ("\ufeff'-77A", "'-77A", "-77A")
    assert spellings("\u200b") == ("\u200b",)
    assert json.dumps(visible("a\u200b\x00b\u00a0")) == '"a[U+200B][U+0000]b[U+00A0]"'


def test_many_ids_of_which_some_are_missing(sign_in: Callable[[str], Browser], provider: Provider) -> None:
    alice = sign_in("agent")
    for number in range(22):
        provider.order(f"o-{number:02}")
    asked = ",".join(f"o-{number:02}" for number in range(25))
    alice.open(f"/demo/orders?order_id={asked}")
    assert "3 of the 25 IDs are not in this list. Show 50 per page to see which." in alice.words
    alice.open(f"/demo/orders?order_id={asked}&page_size=50")
    assert "3 of the 25 IDs are not in this list: o-22, o-23, o-24. Nothing with exactly these IDs matches." in (
        alice.words
    )
    alice.open("/demo/orders?order_id=o-01,o-02")
    assert "not in this list" not in alice.words


def test_amounts_of_several_currencies_are_not_sorted_without_a_word(alice: Browser, provider: Provider) -> None:
    provider.order("aed", 1000)
    provider.order("jpy", 1000, "JPY")
    words = "Sorted by the number of smallest units, whatever the currency"
    alice.open("/demo/orders?ordering=-total_amount")
    assert words in alice.words
    for address in ("/demo/orders", "/demo/orders?ordering=-total_amount&currency=AED"):
        alice.open(address)
        assert words not in alice.words
