"""What the hosted checkout shows: the order, its items and the three decisions."""

from __future__ import annotations

import sqlite3
from html import escape
from typing import Any

from iso4217 import Currency

from webapp.emulators.kit.clock import spoken
from webapp.emulators.kit.messages import Answer
from webapp.emulators.kit.page import origins, page


def show(order: dict[str, Any], checkout: sqlite3.Row) -> Answer:
    """The order and the three decisions. A form, for the decision changes something."""
    lines = "".join(_line(item, order["currency"]) for item in order["items"] or [])
    body = f"""
<h1>Pay {escape(amount(order["total_amount"], order["currency"]))}</h1>
<p>Order <bdi>{escape(order["order_id"])}</bdi>. This is a sandbox: no money moves. You decide in the shopper's place,
until {escape(spoken(checkout["expires"]) or "")}.</p>
<table>
<thead><tr><th scope="col">Item</th><th scope="col" class="amount">Quantity</th>
<th scope="col" class="amount">Price</th></tr></thead>
<tbody>{lines}</tbody>
</table>
<form method="post">
<p><button class="chosen" name="decision" value="approve">Approve</button>
<button name="decision" value="deny">Deny</button>
<button name="decision" value="cancel">Cancel</button></p>
</form>"""
    return page("Postpay checkout", body, 200, origins(checkout["confirmation_url"], checkout["cancel_url"]))


def amount(minor: int, currency: str) -> str:
    """`AED 814.80` of 81480: exact, by the currency's exponent."""
    exponent = Currency(currency).exponent or 0
    digits = str(minor).rjust(exponent + 1, "0")
    return f"{currency} {digits[:-exponent]}.{digits[-exponent:]}" if exponent else f"{currency} {digits}"


def _line(item: dict[str, Any], currency: str) -> str:
    price = amount(item["unit_price"], currency)
    return (
        f"<tr><td><bdi>{escape(str(item['name']))}</bdi></td>"
        f'<td class="amount">{item["qty"]}</td><td class="amount">{escape(price)}</td></tr>'
    )
