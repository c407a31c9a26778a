"""The hosted checkout as HTML: plain, readable by everybody, every text escaped, nothing loaded and no script."""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
from html import escape
from typing import Any
from urllib.parse import urlsplit

from iso4217 import Currency

from webapp.emulators.kit.clock import spoken
from webapp.emulators.kit.messages import HTML_TYPE, Answer

STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; background: #f4f5f7; color: #1b1f24 }
main { max-width: 36rem; margin: 2rem auto; padding: 1.5rem; background: #fff; border: 1px solid #c9ced6 }
table { width: 100%; border-collapse: collapse }
th, td { padding: .5rem; text-align: start; border-bottom: 1px solid #c9ced6; overflow-wrap: anywhere }
.amount { text-align: end; white-space: nowrap }
button { font: inherit; padding: .6rem 1.2rem; margin: .25rem; border: 1px solid; background: #fff; color: #1b1f24 }
button.chosen { background: #0b5d3b; border-color: #0b5d3b; color: #fff }
button:focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9.\-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")


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
    return _page("Postpay checkout", body, 200, _origins(checkout["confirmation_url"], checkout["cancel_url"]))


def message(sentence: str, status: int) -> Answer:
    return _page(sentence, f"<h1>{escape(sentence)}</h1><p>Go back to the shop and start again.</p>", status)


def sent_back(address: str) -> Answer:
    """303, so that going back or reloading never decides twice."""
    answer = _page("Back to the shop", f'<p><a href="{escape(address)}">Back to the shop</a></p>', 303)
    return answer.with_headers({"Location": address})


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


def _origins(*addresses: str) -> str:
    """Where the form may lead: browsers also hold the redirect after a form to this list."""
    origins = {f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" for parts in map(urlsplit, addresses)}
    return " ".join(sorted(origin for origin in origins if _ORIGIN.fullmatch(origin)))


def _page(title: str, body: str, status: int, form_targets: str = "") -> Answer:
    document = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>"
    )
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self' {form_targets}".rstrip()
        + "; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    return Answer(status, document.encode(), HTML_TYPE, headers)
