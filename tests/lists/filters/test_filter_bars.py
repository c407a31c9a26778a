"""What one person has typed into a list's filters is never shown to another, whatever else they ask alike."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from tests.browser import Browser
from webapp.lists.filters import AddressFilters
from webapp.lists.filters.hooks import HookFilters
from webapp.lists.filters.orders import OrderFilters
from webapp.lists.filters.refunds import RefundFilters
from webapp.lists.filters.transactions import TransactionFilters

CHOICES = {
    "who": "mine",
    "outcome": "open",
    "status": "denied",
    "type": "refund",
    "events": "order",
    "active": "no",
    "how": "ends",
}
TEXTS = {
    "q": "SECRET-q", "order_id": "SECRET-1", "transaction_id": "SECRET-2", "hook_id": "SECRET-3", "currency": "KWD",
    "total_from": "77.25", "total_to": "88.25", "amount_from": "77.25", "amount_to": "88.25", "code": "477",
    "created": "range", "created_from": "2024-02-03", "created_to": "2024-02-04", "paid": "range",
    "paid_from": "2024-02-05", "paid_to": "2024-02-06", "week_day": "3", "hour": "17",
    "order": "SECRET-4", "days": "range", "days_from": "2024-02-07", "days_to": "2024-02-08",
}  # fmt: skip
LISTS: dict[str, tuple[type[AddressFilters], str]] = {
    "/demo/orders": (OrderFilters, "order_id"),
    "/demo/settlements": (TransactionFilters, "transaction_id"),
    "/demo/hooks": (HookFilters, "hook_id"),
    "/demo/refunds": (RefundFilters, "order"),
}


def filled_in(browser: Browser, address: str) -> str:
    """The form as it is on the page, without the addresses that htmx asks."""
    browser.open(address)
    return str(browser.page.find(id="filters"))


@pytest.mark.parametrize("base", LISTS)
def test_a_form_shows_what_its_own_address_says(base: str, sign_in: Callable[[str], Browser]) -> None:
    """Each field beside a search that makes it unasked, first typed by finance, then not typed by the auditor."""
    farah, omar, (filters, _) = sign_in("finance"), sign_in("auditor"), LISTS[base]
    fields = [name for name in (*filters.texts, *CHOICES) if name in (*TEXTS, *CHOICES)]
    for search in ("xx1", ""):
        plain = filled_in(omar, f"{base}?{urlencode({'q': search})}")
        for name in fields:
            if name == "q" and search:
                continue
            typed = {"q": search, **({"currency": "KWD"} if "_" in name else {}), name: {**TEXTS, **CHOICES}[name]}
            browser_of_finance = filled_in(farah, f"{base}?{urlencode(typed)}")
            again = filled_in(omar, f"{base}?{urlencode({'q': search})}")
            assert again == plain, f"{name} of another person beside q={search!r}"
            assert "SECRET" not in again
            if name.endswith("_id"):
                assert TEXTS[name] in browser_of_finance, "who typed it sees it"


@pytest.mark.parametrize("base", LISTS)
def test_the_first_to_ask_leaves_nothing_for_the_second(base: str, sign_in: Callable[[str], Browser]) -> None:
    farah, omar, (_, ids) = sign_in("finance"), sign_in("auditor"), LISTS[base]
    assert "SECRET-FIRST" in filled_in(farah, f"{base}?q=xx1&{ids}=SECRET-FIRST")
    assert "SECRET-FIRST" not in filled_in(omar, f"{base}?q=xx1")
    assert "SECRET-FIRST" not in filled_in(omar, f"{base}?q=xx1&{ids}=other")
