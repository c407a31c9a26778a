"""Where no heading is seen, the same ways to sort stand above the cards; turning a list keeps how it is cut."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from werkzeug.datastructures import MultiDict

from tests.browser import Browser
from tests.provider import provider_of
from tests.webhooks.at_provider import Hooks
from webapp.emulators.postpay.server import Sandbox
from webapp.lists.filters import AddressFilters
from webapp.lists.filters.deliveries import DeliveryFilters
from webapp.lists.filters.hooks import HookFilters
from webapp.lists.filters.orders import OrderFilters
from webapp.lists.filters.payouts import PayoutFilters
from webapp.lists.filters.refunds import RefundFilters
from webapp.lists.filters.transactions import TransactionFilters


@pytest.mark.parametrize(
    "address", ["/demo/orders", "/demo/settlements", "/demo/hooks", "/demo/hooks?ordering=created"]
)
def test_each_list_that_sorts_by_its_headings_sorts_without_them(
    farah: Browser, sandbox: Sandbox, address: str
) -> None:
    provider_of(sandbox).order()
    provider_of(sandbox).transaction(type="order", currency="AED", amount=100, total_amount=100)
    Hooks(sandbox.base_url).make()
    farah.open(address)
    headings = {str(link["href"]): link.get_text(strip=True) for link in farah.page.select("th.sortable a")}
    beside = {str(link["href"]): str(link.contents[0]).strip() for link in farah.page.select(".sort-by a")}
    assert beside == headings != {}
    current = [link.get_text(" ", strip=True) for link in farah.page.select(".sort-by [aria-current]")]
    assert current == ["Created ascending" if "ordering" in address else "Created descending"]


ZONE = ZoneInfo("Asia/Dubai")
FILTERS = [
    lambda args: OrderFilters(args, ZONE),
    lambda args: TransactionFilters(args, ZONE),
    lambda args: HookFilters(args, ZONE),
    lambda args: PayoutFilters(args, ZONE),
    lambda args: RefundFilters(args, ZONE, 1),
    lambda args: DeliveryFilters(args, ZONE),
]


@pytest.mark.parametrize("read", FILTERS, ids=["orders", "settlements", "hooks", "payouts", "refunds", "deliveries"])
def test_turning_a_list_keeps_the_size_of_its_pages(read: object) -> None:
    filters: AddressFilters = read(MultiDict({"page_size": "50"}))  # type: ignore[operator]
    assert filters.address("/list", page=2) == "/list?page_size=50&page=2"
