"""Filters as finance thinks of them, asked as the provider documents them."""

from __future__ import annotations

from collections.abc import Callable

import time_machine

from tests.browser import Browser

from .conftest import Settled

SignIn = Callable[[str], Browser]
ALWAYS = {"ordering": "-created", "page": "1", "page_size": "20"}

LOOKUPS: list[tuple[str, dict[str, str]]] = [
    ("", {}),
    ("transaction_id=a-1", {"id": "a-1"}),
    ("transaction_id=a-1,b-2%0Ab-2,%20c", {"id__in": "a-1,b-2,c"}),
    ("type=refund", {"type": "refund"}),
    ("type=regularization&type=order", {"type__in": "order,regularization"}),
    ("currency=kwd", {"currency": "KWD"}),
    ("currency=AED&amount_from=-10.5", {"currency": "AED", "amount__gte": "-1050"}),
    (
        "currency=AED&amount_from=%E2%88%9210.5&amount_to=0",
        {"currency": "AED", "amount__gte": "-1050", "amount__lte": "0"},
    ),
    ("currency=AED&amount_from=-1,000", {"currency": "AED", "amount__gte": "-100000"}),
    ("currency=KWD&amount_to=10.5", {"currency": "KWD", "amount__lte": "10500"}),
    ("currency=JPY&amount_from=7&amount_to=7", {"currency": "JPY", "amount__gte": "7", "amount__lte": "7"}),
    ("created=today", {"created__gte": "2026-03-09T20:00:00.000000Z", "created__lt": "2026-03-10T20:00:00.000000Z"}),
    ("created_from=2026-03-01", {"created__gte": "2026-02-28T20:00:00.000000Z"}),
    ("created=&created_from=2026-03-01", {}),
    ("week_day=6&hour=0", {"created__week_day": "6", "created__hour": "0"}),
    ("paid=not-yet", {"payment__isnull": "true"}),
    ("paid=paid-out", {"payment__isnull": "false"}),
    ("paid=not-yet&paid_from=2026-03-01", {"payment__isnull": "true"}),
    (
        "paid=last-month",
        {"payment__gte": "2026-01-31T20:00:00.000000Z", "payment__lt": "2026-02-28T20:00:00.000000Z"},
    ),
    (
        "paid=range&paid_from=2026-02-28&paid_to=2026-03-01",
        {"payment__gte": "2026-02-27T20:00:00.000000Z", "payment__lt": "2026-03-01T20:00:00.000000Z"},
    ),
    ("ordering=amount&page_size=50", {"ordering": "amount", "page_size": "50"}),
    ("ordering=-paid&page_size=49", {}),
]  # fmt: skip

MISTAKES = [
    ("amount_from=10", "currency", "Choose the currency of the amount."),
    (
        "currency=KWD&amount_from=1,000",
        "amount_from",
        "The comma “,” could mean thousands or decimals here. Leave it out, or use a point before the decimals, like"
        " 120.500.",
    ),
    (
        "currency=AED&amount_from=--1",
        "amount_from",
        "“-” does not belong here: enter the amount in plain digits, like 120.50.",
    ),
    ("currency=AED&amount_to=-", "amount_to", "Enter an amount in AED."),
    ("currency=JPY&amount_to=-1.5", "amount_to", "JPY has no decimals: enter the amount like 120."),
    ("currency=AED&amount_from=-1&amount_to=-2", "amount_to", "The highest amount is below the lowest."),
    ("currency=ZZZ", "currency", "Choose a currency from the list."),
    ("created=someday", "created", "Choose a time from the list."),
    ("created=not-yet", "created", "Choose a time from the list."),
    ("paid=someday", "paid", "Choose a time from the list."),
    ("paid_from=20-11-2026", "paid_from", "Enter the day like 2026-11-20."),
    ("paid=range&paid_from=2026-11-20&paid_to=2026-11-19", "paid_to", "The last day is before the first."),
    ("week_day=8", "week_day", "Choose a day of the week."),
    ("hour=24", "hour", "Choose an hour from 0 to 23."),
    ("type=order&type=gift", "type", "“gift” is not one of the choices."),
    ("transaction_id=..", "transaction_id", "“..” cannot be a transaction ID."),
    ("transaction_id=" + ",".join(map(str, range(51))), "transaction_id", "Enter at most 50 transaction IDs."),
]


def test_every_filter_is_one_call_in_the_words_of_the_document(sign_in: SignIn, settled: Settled) -> None:
    with time_machine.travel("2026-03-10T08:00:00Z", tick=True):
        farah = sign_in("finance")
        for address, parameters in LOOKUPS:
            settled.provider.forget()
            farah.open(f"/demo/settlements?{address}")
            assert farah.status == 200, address
            assert settled.asked() == [{**ALWAYS, **parameters}], address


def test_a_mistake_is_said_beside_its_field_and_nothing_is_asked(farah: Browser, settled: Settled) -> None:
    settled.provider.forget()
    for address, field, words in MISTAKES:
        page = farah.open(f"/demo/settlements?{address}")
        assert farah.status == 422, address
        assert page.title is not None
        assert page.title.get_text().startswith("Error:")
        for place in (f"#{field}-error", f'.error-summary a[href="#{field}"]'):
            assert [tag.get_text(strip=True) for tag in page.select(place)] == [words], address
    assert settled.calls() == []


def test_what_was_typed_is_kept(farah: Browser) -> None:
    page = farah.open(
        "/demo/settlements?currency=AED&amount_from=1,000&type=refund&type=order&created=7-days&paid=not-yet&hour=9"
        "&paid_from=November"
    )
    assert page.select_one("#amount_from")["value"] == "1,000"  # type: ignore[index]
    assert page.select_one("#paid_from")["value"] == "November"  # type: ignore[index]
    chosen = [tag["value"] for tag in page.select("#filters [checked], #filters [selected]")]
    assert chosen == ["order", "refund", "AED", "7-days", "not-yet", "9"]


def test_a_day_that_is_none_stays_readable_in_a_field_that_shows_it(farah: Browser) -> None:
    page = farah.open("/demo/settlements?paid=range&paid_from=November&paid_to=2026-11-20")
    fields = [page.select_one(f"#paid_{end}") for end in ("from", "to")]
    assert [(field["type"], field["value"]) for field in fields if field] == [
        ("text", "November"),
        ("date", "2026-11-20"),
    ]


def test_the_form_finds_what_it_says_and_its_address_is_clean(farah: Browser, settled: Settled) -> None:
    settled.put("right", -5000, type="refund")
    settled.put("smaller", -5001, type="refund")
    settled.put("sale", 5000)
    settled.put("other-currency", -5000, "SAR", type="refund")
    settled.put("paid", -5000, type="refund", paid="2026-01-01T00:00:00Z")
    farah.open("/demo/settlements")
    farah.submit("Apply", type=["refund"], currency="AED", amount_from="-50", amount_to="0", paid="not-yet")
    assert settled.shown(farah) == ["right"]
    assert farah.address == "/demo/settlements?type=refund&currency=AED&amount_from=-50&amount_to=0&paid=not-yet"


def test_each_filter_can_be_taken_away_alone(farah: Browser, settled: Settled) -> None:
    settled.put("sale", 5000)
    settled.put("refund", -5000, type="refund")
    farah.open(
        "/demo/settlements?transaction_id=a,b&type=order&type=refund&currency=AED&amount_from=-50&created=30-days"
        "&paid=range&paid_from=2025-11-10&week_day=3&hour=0"
    )
    labels = [" ".join(chip.get_text(" ").split()) for chip in farah.page.select(".chip")]
    assert labels == [
        "Remove filter Transaction ID a",
        "Remove filter Transaction ID b",
        "Remove filter Type Sale",
        "Remove filter Type Refund",
        "Remove filter Currency AED",
        "Remove filter Amount from AED −50.00",
        "Remove filter Created Last 30 days",
        "Remove filter Payout since 10 Nov 2025",
        "Remove filter Day of the week (UTC) Tuesday",
        "Remove filter Hour (UTC) 00:00–00:59",
    ]
    for words in (
        "Hour (UTC)",
        "Day of the week",
        "filter Payout",
        "Transaction ID a",
        "Transaction ID b",
        "Type Sale",
    ):
        farah.follow(words)
    assert farah.address == "/demo/settlements?type=refund&currency=AED&amount_from=-50&created=30-days"
    assert settled.shown(farah) == ["refund"]
    farah.follow("Clear all")
    assert sorted(settled.shown(farah)) == ["refund", "sale"]


def test_an_exact_id_opens_the_transaction(farah: Browser, settled: Settled) -> None:
    found = settled.put("one")
    farah.open("/demo/settlements")
    farah.open(f"/demo/settlements?q={found}")
    assert farah.address == f"/demo/settlements/{found}"
    for other in (found.upper(), found[:-1], "%2E%2E"):
        farah.open(f"/demo/settlements?q={other}")
        assert farah.status == 200
        assert "There is no transaction with exactly this ID" in farah.words
