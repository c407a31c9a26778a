"""Filters as a person thinks of them, asked as the provider documents them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine

from tests.browser import Browser
from tests.provider import Provider

from .conftest import calls

Asked = Callable[[], list[dict[str, str]]]
SignIn = Callable[[str], Browser]
Shown = Callable[[Browser], list[str]]
ALWAYS = {"ordering": "-created", "page": "1", "page_size": "20"}


LOOKUPS: list[tuple[str, dict[str, str]]] = [
    ("", {}),
    ("order_id=a-1", {"order_id": "a-1"}),
    ("order_id=a-1,b-2", {"order_id__in": "a-1,b-2"}),
    ("order_id=a-1+b-2%0Ab-2", {"order_id__in": "a-1 b-2,b-2"}),
    ("order_id=a-1%0D%0A%0D%0Ab-2", {"order_id__in": "a-1,b-2"}),
    ("order_id=my+order", {"order_id": "my order"}),
    ("order_id=my+order,", {"order_id": "my order"}),
    ("status=captured", {"status": "captured"}),
    ("status=captured&status=pending", {"status__in": "pending,captured"}),
    ("currency=KWD", {"currency": "KWD"}),
    ("currency=iqd", {"currency": "IQD"}),
    ("currency=AED&total_from=10.5", {"currency": "AED", "total_amount__gte": "1050"}),
    ("currency=KWD&total_to=10.5", {"currency": "KWD", "total_amount__lte": "10500"}),
    ("currency=AED&total_from=1,000", {"currency": "AED", "total_amount__gte": "100000"}),
    ("currency=AED&total_from=%D9%A1%D9%A2", {"currency": "AED", "total_amount__gte": "1200"}),
    ("currency=AED&total_to=AED+10", {"currency": "AED", "total_amount__lte": "1000"}),
    (
        "currency=JPY&total_from=7&total_to=7",
        {"currency": "JPY", "total_amount__gte": "7", "total_amount__lte": "7"},
    ),
    (
        "created=today",
        {"created__gte": "2026-03-09T20:00:00.000000Z", "created__lt": "2026-03-10T20:00:00.000000Z"},
    ),
    (
        "created=last-month",
        {"created__gte": "2026-01-31T20:00:00.000000Z", "created__lt": "2026-02-28T20:00:00.000000Z"},
    ),
    (
        "created=range&created_from=2026-02-28&created_to=2026-03-01",
        {"created__gte": "2026-02-27T20:00:00.000000Z", "created__lt": "2026-03-01T20:00:00.000000Z"},
    ),
    ("created_from=2026-03-01", {"created__gte": "2026-02-28T20:00:00.000000Z"}),
    ("created=range&created_to=2026-03-01", {"created__lt": "2026-03-01T20:00:00.000000Z"}),
    ("created=&created_from=2026-03-01", {}),
    (
        "created=yesterday&created_from=2020-01-01",
        {"created__gte": "2026-03-08T20:00:00.000000Z", "created__lt": "2026-03-09T20:00:00.000000Z"},
    ),
    ("week_day=6", {"created__week_day": "6"}),
    ("hour=0", {"created__hour": "0"}),
    ("ordering=total_amount", {"ordering": "total_amount"}),
    ("ordering=description", {}),
    ("page=abc&page_size=7", {}),
    ("description__regex=(a%2B)%2B%24&total_amount__gte=1&status__in=denied", {}),
]


def test_a_filter_is_asked_with_documented_lookups_only(sign_in: SignIn, asked: Asked, provider: Provider) -> None:
    with time_machine.travel("2026-03-10T08:00:00Z", tick=False):
        alice = sign_in("agent")
        for address, parameters in LOOKUPS:
            provider.forget()
            alice.open(f"/demo/orders?{address}")
            assert asked() == [{**ALWAYS, **parameters}], address


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Asia/Dubai", "2026-01-31T19:59:59.999999Z", "2026-01-31"),
        ("Asia/Dubai", "2026-01-31T20:00:00Z", "2026-02-01"),
        ("UTC", "2026-02-28T23:59:59.999999Z", "2026-02-28"),
        ("UTC", "2026-03-01T00:00:00Z", "2026-03-01"),
        ("America/New_York", "2026-03-09T03:59:59.999999Z", "2026-03-08"),
        ("America/New_York", "2026-03-08T05:00:00Z", "2026-03-08"),
        ("America/New_York", "2026-11-02T04:59:59.999999Z", "2026-11-01"),
        ("America/New_York", "2026-11-01T03:59:59.999999Z", "2026-10-31"),
    ],
)
def test_an_order_is_found_on_its_day_and_on_no_other(
    zoned: Callable[[str], Browser], provider: Provider, shown: Shown, zone: str, moment: str, day: str
) -> None:
    provider.order("the-one", created=moment)
    browser = zoned(zone)
    browser.open(f"/demo/orders?created=range&created_from={day}&created_to={day}")
    assert shown(browser) == ["the-one"]
    for address in (f"created_to={before(day)}", f"created_from={after(day)}"):
        browser.open(f"/demo/orders?{address}")
        assert shown(browser) == []


def before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


MISTAKES = [
    ("total_from=10", "currency", "Choose the currency of the total."),
    (
        "currency=AED&total_from=1,00",
        "total_from",
        "The comma “,” could mean thousands or decimals here. Leave it out, or use a point before the decimals, like"
        " 120.50.",
    ),
    ("currency=AED&total_to=1.005", "total_to", "AED has 2 decimals: enter the amount like 120.50."),
    ("currency=JPY&total_to=1.5", "total_to", "JPY has no decimals: enter the amount like 120."),
    (
        "currency=AED&total_from=9999999999999",
        "total_from",
        "This amount is too large. Enter at most 12 digits before the decimal point.",
    ),
    (
        "currency=AED&total_from=much",
        "total_from",
        "“much” does not belong here: enter the amount in plain digits, like 120.50.",
    ),
    ("currency=AED&total_from=2&total_to=1", "total_to", "The highest total is below the lowest."),
    ("currency=ZZZ", "currency", "Choose a currency from the list."),
    ("created=someday", "created", "Choose a time from the list."),
    ("created_from=20-11-2026", "created_from", "Enter the day like 2026-11-20."),
    ("created_from=2026-11-20&created_to=2026-11-19", "created_to", "The last day is before the first."),
    ("week_day=8", "week_day", "Choose a day of the week."),
    ("hour=24", "hour", "Choose an hour from 0 to 23."),
    ("status=foo", "status", "“foo” is not one of the choices."),
    ("status=captured&status=Denied", "status", "“Denied” is not one of the choices."),
    ("order_id=..", "order_id", "“..” cannot be an order ID."),
    ("order_id=" + ",".join(map(str, range(51))), "order_id", "Enter at most 50 order IDs."),
]


def test_a_mistake_is_said_beside_its_field_and_nothing_is_asked(alice: Browser, provider: Provider) -> None:
    provider.forget()
    for address, field, words in MISTAKES:
        page = alice.open(f"/demo/orders?{address}")
        assert alice.status == 422, address
        assert page.title is not None
        assert page.title.get_text().startswith("Error:")
        for place in (f"#{field}-error", f'.error-summary a[href="#{field}"]'):
            assert [tag.get_text(strip=True) for tag in page.select(place)] == [words], address
    assert calls(provider) == []


def test_what_was_typed_is_kept(alice: Browser) -> None:
    page = alice.open("/demo/orders?currency=AED&total_from=1,00&status=denied&created=7-days&hour=9")
    assert page.select_one("#total_from")["value"] == "1,00"  # type: ignore[index]
    chosen = [tag["value"] for tag in page.select("#filters [checked], #filters [selected]")]
    assert chosen == ["denied", "AED", "7-days", "9"]


def test_the_form_finds_what_it_says(alice: Browser, provider: Provider, shown: Shown) -> None:
    provider.order("small", 1000, status="approved")
    provider.order("right", 5000, status="approved")
    provider.order("other-currency", 5000, "SAR", status="approved")
    provider.order("other-status", 5000)
    alice.open("/demo/orders")
    alice.submit("Apply", currency="AED", total_from="10.01", total_to="50", status=["approved", "denied"])
    assert shown(alice) == ["right"]


def test_each_filter_can_be_taken_away_alone(alice: Browser, provider: Provider, shown: Shown) -> None:
    provider.order("right", 5000, status="approved")
    provider.order("denied", 5000, status="denied")
    alice.open(
        "/demo/orders?currency=AED&total_from=50&status=approved&status=pending&created=30-days&week_day=3&hour=0"
    )
    labels = [" ".join(chip.get_text(" ").split()) for chip in alice.page.select(".chip")]
    assert labels == [
        "Remove filter Status Pending",
        "Remove filter Status Approved",
        "Remove filter Currency AED",
        "Remove filter Total from AED 50.00",
        "Remove filter Created Last 30 days",
        "Remove filter Day of the week (UTC) Tuesday",
        "Remove filter Hour (UTC) 00:00–00:59",
    ]
    for words in ("Hour (UTC)", "Day of the week", "Status Pending"):
        alice.follow(words)
    assert alice.address == "/demo/orders?status=approved&currency=AED&total_from=50&created=30-days"
    assert shown(alice) == ["right"]
    alice.follow("Clear all")
    assert sorted(shown(alice)) == ["denied", "right"]


def test_days_of_the_week_and_hours_say_that_they_are_utc(alice: Browser) -> None:
    page = alice.open("/demo/orders")
    labels = [label.get_text() for label in page.select(".more label")]
    assert [label for label in labels if "UTC" in label] == ["Day of the week (UTC)", "Hour (UTC)"]


def test_an_account_that_does_not_exist_is_not_found(alice: Browser) -> None:
    alice.open("/nowhere/orders")
    assert alice.status == 404


def test_an_address_keeps_no_empty_parameters(alice: Browser) -> None:
    alice.open("/demo/orders")
    alice.submit("Apply", currency="AED", total_from="10")
    assert alice.address == "/demo/orders?currency=AED&total_from=10"


def test_days_of_a_chip_are_written_as_everywhere_else(sign_in: SignIn) -> None:
    with time_machine.travel("2026-11-20T08:00:00Z"):
        alice = sign_in("agent")
        alice.open("/demo/orders?created=range&created_from=2025-11-10&created_to=2026-11-15")
        (chip,) = alice.page.select(".chip bdi")
        assert chip.get_text() == "10 Nov 2025 – 15 Nov"


def test_after_a_mistake_the_page_says_that_nothing_was_asked(alice: Browser) -> None:
    alice.open("/demo/orders?hour=99")
    assert "The filters need correcting" in alice.words
