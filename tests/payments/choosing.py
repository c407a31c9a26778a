"""An agent chooses items in front of the refund's form, and the orders that have some."""

from __future__ import annotations

from typing import Any

from tests.browser import Browser

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


def fill_in(browser: Browser, form: str = FORM, **fields: object) -> None:
    browser.open(form)
    browser.submit("Continue", **{"part": "lines", "reason": "returned", **fields})


def words(browser: Browser) -> str:
    return browser.words.replace("\u00a0", " ")
