"""Made-up orders: when they happened, what was bought by whom, and what became of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import Any

from webapp.emulators.kit import clock, hostile_texts

from . import seed_texts
from .orders import details_of

SPAN = 3 * 365 * clock.DAY
SAMPLE_AGE = 90 * 60 * clock.SECOND
MINUTE = 60 * clock.SECOND

# What one AED (100 of the smallest unit) is in the smallest unit of each currency, and how often each is used.
CURRENCIES = {"AED": (100, 75), "SAR": (100, 11), "KWD": (83, 6), "BHD": (102, 4), "JPY": (40, 4)}
_CODES = tuple(CURRENCIES)
_SHARES = tuple(share for _, share in CURRENCIES.values())
# How often orders are made in each hour of the day, UTC; evenings of the Gulf are busiest.
_HOURS = (4, 2, 1, 1, 2, 4, 6, 7, 8, 8, 8, 7, 7, 8, 9, 10, 12, 13, 12, 10, 8, 7, 6, 5)
_STATUSES = ("captured", "approved", "pending", "denied")
_STATUS_SHARES = (79, 7, 5, 9)
_CAPTURES = ("accept", "decline", "expire")
_CAPTURE_SHARES = (70, 15, 15)
# The newest approved order that ends so gets a name by which people find it; of many that are accepted, one times out.
_TO_TRY = {"decline": "order-declines", "expire": "order-expires", "accept": "order-times-out"}


@dataclass
class MadeUp:
    """One order before it is stored; amounts in the smallest unit of its currency, moments in microseconds."""

    order_id: str
    status: str
    created: int
    status_changed: int
    on_capture: str = "accept"
    currency: str = "AED"
    total_amount: int = 0
    tax_amount: int = 0
    details: str = "{}"
    instalments: int = 0


def make(dice: Random, count: int, end: int) -> list[MadeUp]:
    """So many orders, oldest first: the newest at `end`, among them the documents' sample as the newest captured."""
    orders = [_happening(dice, end) for _ in range(count)]
    orders.sort(key=lambda order: order.created)
    for number, order in enumerate(orders):
        year = clock.as_datetime(order.created).year
        order.order_id = f"order-{10000 + number}" if dice.random() < 0.6 else f"SO-{year}-{80000 + number:06d}"
        _fill(dice, order)
    odd = seed_texts.ODD_IDS if count >= 3 * len(seed_texts.ODD_IDS) else ()
    for number, order_id in enumerate(odd):
        orders[(number + 1) * count // (len(odd) + 1)].order_id = order_id
    if count:
        orders[0 if count == 1 else -2] = sample(end)
    if count > 1:
        newest = orders[-1]
        newest.status, newest.on_capture, newest.created, newest.status_changed = "approved", "accept", end, end
    _name_those_to_try(orders[:-2])
    return sorted(orders, key=lambda order: order.created)


def _name_those_to_try(orders: list[MadeUp]) -> None:
    """So that somebody who tries the desk finds an order for each bad end of a capture, where there is one."""
    newest = {order.on_capture: order for order in orders if order.status == "approved"}
    for on_capture, order_id in _TO_TRY.items():
        if on_capture in newest:
            newest[on_capture].order_id = order_id
    if "accept" in newest:
        newest["accept"].on_capture = "time_out"


def _happening(dice: Random, end: int) -> MadeUp:
    """Status and moments. Approved orders wait for capture, so most are of the last days; the old have expired."""
    status = dice.choices(_STATUSES, _STATUS_SHARES)[0]
    on_capture = dice.choices(_CAPTURES, _CAPTURE_SHARES)[0] if status == "approved" else "accept"
    if on_capture == "expire":
        created = end - dice.randrange(30 * clock.DAY, SPAN)
    elif status == "approved" or (status == "pending" and dice.random() < 0.6):
        created = end - dice.randrange(MINUTE, 6 * clock.DAY)
    else:
        created = _some_time(dice, end)
    changed = created if status == "pending" else min(end, created + dice.randrange(MINUTE, 20 * MINUTE))
    return MadeUp("", status, created, changed, on_capture)


def _some_time(dice: Random, end: int) -> int:
    """Business grows, so later days have more; never after the documents' sample, which is the newest captured."""
    day = int(SPAN / clock.DAY * dice.random() ** 1.4) * clock.DAY
    hour = dice.choices(range(24), _HOURS)[0] * clock.HOUR
    moment = end // clock.DAY * clock.DAY - day + hour + dice.randrange(clock.HOUR)
    while moment >= end - SAMPLE_AGE - 25 * MINUTE:
        moment -= clock.DAY
    return moment


def _fill(dice: Random, order: MadeUp) -> None:
    """What was bought, by whom, where to; totals as the documents' sample adds up, but for a few."""
    order.currency = dice.choices(_CODES, _SHARES)[0]
    unit = CURRENCIES[order.currency][0]
    hostile = dice.random() < 0.02
    items = [_item(dice, unit, hostile) for _ in range(dice.choices((1, 2, 3, 4, 5), (50, 25, 13, 8, 4))[0])]
    worth = sum(item["unit_price"] * item["qty"] for item in items)
    address = _address(dice, order.currency)
    shipping = _shipping(dice, unit, address) if dice.random() < 0.85 else None
    discounts = [_discount(dice, worth, hostile)] if dice.random() < 0.25 else []
    net = worth + (shipping["amount"] if shipping else 0) - sum(discount["amount"] for discount in discounts)
    order.tax_amount = net * 5 // 100
    order.total_amount = max(1, net + order.tax_amount + (dice.randrange(-unit, unit) if dice.random() < 0.03 else 0))
    given: dict[str, Any] = {
        "shipping": shipping,
        "billing_address": address if dice.random() < 0.8 else None,
        "customer": _customer(dice, order, address, hostile) if dice.random() < 0.97 else None,
        "items": items,
        "discounts": discounts,
    }
    if dice.random() < 0.3:
        order.instalments = given["num_instalments"] = dice.choice((3, 4, 6))
    if dice.random() < 0.1:
        given["metadata"] = {
            "channel": dice.choice(("web", "app", "store")),
            "cart": {"lines": len(items), "gift": hostile},
        }
    order.details = details_of(given)


def _item(dice: Random, unit: int, hostile: bool) -> dict[str, Any]:
    name, price = dice.choice(seed_texts.WARES)
    number = dice.randrange(10_000)
    qty = dice.choices((1, 2, 3, 12), (80, 14, 5, 1))[0]
    page = f"https://shop.example.ae/p/{number}"
    return {
        "reference": f"sku-{number}",
        "name": dice.choice(hostile_texts.HOSTILE) if hostile else name,
        "description": dice.choice((None, "", f"{name}, ready to ship.")),
        "url": dice.choice(hostile_texts.HOSTILE_URLS) if hostile else page,
        "image_url": dice.choice(hostile_texts.HOSTILE_URLS) if hostile else (f"{page}.jpg" if number % 4 else None),
        "unit_price": price * unit * (100 + dice.randrange(-30, 31)) // 100,
        "qty": qty,
    }


def _discount(dice: Random, worth: int, hostile: bool) -> dict[str, Any]:
    rate = dice.choice((5, 10, 15))
    name = dice.choice(hostile_texts.HOSTILE) if hostile else f"Returning customer {rate}% discount"
    return {"code": f"return-{rate}", "name": name, "amount": worth * rate // 100}


def _shipping(dice: Random, unit: int, address: dict[str, Any]) -> dict[str, Any]:
    name, price = dice.choice((("Express Delivery", 20), ("Standard", 10), ("Click & Collect", 0), ("توصيل سريع", 25)))
    return {"id": f"shipping-{price:02d}", "name": name, "amount": price * unit, "address": address}


def _address(dice: Random, currency: str) -> dict[str, Any]:
    city, state, country = dice.choice(seed_texts.CITIES[currency])
    return {
        "first_name": dice.choice(seed_texts.FIRST_NAMES),
        "last_name": dice.choice(seed_texts.LAST_NAMES),
        "phone": f"{seed_texts.DIALLING[country]} {dice.randrange(1000000, 9999999)}",
        "alt_phone": "800 239" if dice.random() < 0.2 else None,
        "line1": dice.choice(seed_texts.STREETS),
        "line2": f"Level {dice.randrange(1, 60)}" if dice.random() < 0.4 else "",
        "city": city,
        "state": state,
        "country": country,
        "postal_code": "00000" if country == "AE" else f"{dice.randrange(10000, 99999)}",
    }


def _customer(dice: Random, order: MadeUp, address: dict[str, Any], hostile: bool) -> dict[str, Any]:
    number = dice.randrange(1, 5000)
    joined = clock.spoken(order.created - dice.randrange(clock.DAY, 900 * clock.DAY))
    return {
        "id": f"customer-{number:02d}",
        "email": f"shopper{number}@example.{dice.choice(('ae', 'com', 'test'))}",
        "first_name": dice.choice(hostile_texts.HOSTILE) if hostile else address["first_name"],
        "last_name": address["last_name"],
        "gender": dice.choice(("male", "female", "other", None)),
        "account": dice.choice(("new", "existing", "guest")),
        "date_of_birth": f"{dice.randrange(1950, 2006)}-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}",
        "date_joined": joined,
    }


def sample(end: int) -> MadeUp:
    """The order of both documents, captured four minutes after it was made, some time before `end`."""
    created = end - SAMPLE_AGE
    details = json.dumps(SAMPLE, ensure_ascii=False)
    return MadeUp("order-01", "captured", created, created + 4 * MINUTE, "accept", "AED", 81480, 3880, details)


_HOME = {
    "first_name": "John",
    "last_name": "Doe",
    "phone": "+971 50 199 8853",
    "alt_phone": "800 239",
    "line1": "The Gate District, DIFC",
    "line2": "Level 4, Precinct Building 5",
    "city": "Dubai",
    "state": "Dubai",
    "country": "AE",
    "postal_code": "00000",
}
SAMPLE: dict[str, Any] = {
    "shipping": {"id": "shipping-01", "name": "Express Delivery", "amount": 2000, "address": _HOME},
    "billing_address": _HOME,
    "customer": {
        "id": "customer-01",
        "email": "john@postpay.io",
        "first_name": "John",
        "last_name": "Doe",
        "gender": "male",
        "account": "guest",
        "date_of_birth": "1990-01-20",
        "date_joined": "2019-08-26T09:28:14.790Z",
    },
    "items": [
        {
            "reference": "sku-01",
            "name": "Wild Flower Eau de Parfum (50ml)",
            "description": "It’s a windswept bouquet with a spring awakening.",
            "url": "https://www.example.ae/wild-flower.html",
            "image_url": "https://www.example.ae/wild-flower.jpg",
            "unit_price": 84000,
            "qty": 1,
        }
    ],
    "discounts": [{"code": "return-10", "name": "Returning customer 10% discount", "amount": 8400}],
}
