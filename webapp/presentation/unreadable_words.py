"""What pages say of what the provider tells otherwise than it documents: the row and the field, never the value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol
from urllib.parse import quote

from flask import Flask
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from webapp.core.provider_id import visible
from webapp.providers.http.errors import BadRow

from .formatting import NOTHING, icon_html

MOST_FIELDS = 20

_ROWS = {
    "order": lazy_gettext(
        "Order %(id)s cannot be read: its field %(field)s is not what Postpay documents. Ask Postpay about it."
    ),
    "refund": lazy_gettext(
        "Refund %(id)s cannot be read: its field %(field)s is not what Postpay documents. Ask Postpay about it."
    ),
    "transaction": lazy_gettext(
        "Transaction %(id)s cannot be read: its field %(field)s is not what Postpay documents. Ask Postpay about it."
    ),
    "hook": lazy_gettext(
        "Webhook %(id)s cannot be read: its field %(field)s is not what Postpay documents. Ask Postpay about it."
    ),
}
_NAMELESS = {
    "order": lazy_gettext("An order has no ID that could be read. Ask Postpay about it."),
    "refund": lazy_gettext("A refund has no ID that could be read. Ask Postpay about it."),
    "transaction": lazy_gettext("A transaction has no ID that could be read. Ask Postpay about it."),
    "hook": lazy_gettext("A webhook has no ID that could be read. Ask Postpay about it."),
}


class Part(Protocol):
    """A part of what the provider has answered."""

    @property
    def unreadable(self) -> frozenset[str]: ...


class UnreadRow(NamedTuple):
    """What stands in the place of a row that cannot be read; `href` is its own page, empty where its id is unknown."""

    words: str
    href: str


def unread_rows(endpoint: str, bad: Sequence[BadRow], base: str) -> dict[int, list[UnreadRow]]:
    """The rows of a page that cannot be read, by the place, among those that can, which they stand before."""
    found: dict[int, list[UnreadRow]] = {}
    for before, (place, row, field) in enumerate(bad):
        href = f"{base}/{quote(row, safe='')}" if row else ""
        found.setdefault(place - before, []).append(UnreadRow(row_words(endpoint, row, field), href))
    return found


def row_words(endpoint: str, row: str, field: str) -> str:
    """Which object cannot be read, and why. `endpoint` is the client method that met it: "list_orders", "get_order"."""
    kind = next((kind for kind in _ROWS if kind in endpoint), "order")
    if not row:
        return str(_NAMELESS[kind])
    return str(_ROWS[kind] % {"id": visible(row), "field": field or "?"})


def not_readable(field: str) -> str:
    """In the place of a value: "not readable: shipping.amount"."""
    return gettext("not readable: %(field)s", field=field)


def not_readable_html(field: str) -> Markup:
    """The same in a cell."""
    return Markup('<span class="st st-bad">{}{}</span>').format(icon_html("alert-triangle"), not_readable(field))


def readable(value: object, part: Part, *fields: str) -> object:
    """A value ready to show, or which of the fields that it stands for could not be read."""
    odd = [field for field in fields if field in part.unreadable]
    if odd:
        return not_readable_html(", ".join(odd))
    return NOTHING if value is None else value


def fields_words(fields: Sequence[str]) -> str:
    """Of a whole page: the fields that could not be read, the first of them if they are many."""
    told = ", ".join(fields[:MOST_FIELDS])
    more = len(fields) - MOST_FIELDS
    return gettext("%(fields)s, and %(count)s more", fields=told, count=f"{more:,}") if more > 0 else told


def init_app(app: Flask) -> None:
    """Registers the filters."""
    app.jinja_env.filters.update(readable=readable, not_readable_html=not_readable_html, fields_words=fields_words)
