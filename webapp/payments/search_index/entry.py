"""What the index knows of one order: where its terms come from, and what a row of results shows.

An entry is kept as one sealed line. Terms are made of the entry alone, so a line is enough to index an order anew.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from webapp.providers.postpay.models import Address, Order, Refund

from . import spelling

OPEN, PERSONAL = "w", "p"
"""What a term begins with: whoever may read orders may look for the first, the second needs the right to open data."""
MOST_ITEMS = 40
MOST_REFUNDS = 60
LONGEST_TEXT = 120

# What most lines have in common, for the compression of one line by itself.
_USUAL = (
    b'","unknown"]","none"]","partly"]","fully"],[],"@yahoo.com"],["@outlook.com"],["@hotmail.com"],["@gmail.com"],'
    b'["+971 50 Sharjah Riyadh Abu Dhabi"]],[["Dubai"],["97150","sku-",1],["order-'
)


class RefundState(StrEnum):
    """How much of an order has been refunded; unknown where its refunds were never read."""

    UNKNOWN = "unknown"
    NONE = "none"
    PARTLY = "partly"
    FULLY = "fully"


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the order; `qty` 0 where it is not known."""

    reference: str
    name: str
    qty: int


@dataclass(frozen=True, slots=True)
class Entry:
    """`read` is when the reading began that told it. Phones are digits with the country's code."""

    order_id: str
    created: datetime
    read: datetime
    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    codes: tuple[str, ...] = ()
    refunds: tuple[str, ...] = ()
    refunded: RefundState = RefundState.UNKNOWN

    @property
    def customer(self) -> str:
        """The customer's name, or whose address it is; empty where nobody is named."""
        return self.names[0] if self.names else ""

    def knowing(self, before: Entry) -> Entry:
        """The same, with the refunds of an earlier reading where this one did not read any."""
        if self.refunded is not RefundState.UNKNOWN:
            return self
        return replace(self, refunds=before.refunds, refunded=before.refunded)

    def says_as(self, other: Entry) -> bool:
        """Whether both say the same, whenever each was read."""
        return replace(self, read=other.read) == other


def entry_of(order: Order, refunds: Sequence[Refund] | None, *, read: datetime, region: str | None) -> Entry:
    """What the provider told of an order; `refunds` is None where they were not read."""
    customer = order.customer
    addresses = [order.shipping.address if order.shipping else None, order.billing_address]
    if customer:
        addresses.append(customer.default_address)
    told = [address for address in addresses if address]
    return Entry(
        order_id=order.order_id,
        created=order.created,
        read=read,
        names=_each(_name(one) for one in (customer, *told) if one),
        emails=_each([customer.email if customer else None]),
        phones=_each(spelling.phone(text, _region(address, region)) for address, text in _phones(told)),
        cities=_each(address.city for address in told),
        items=tuple(
            Item((item.reference or "")[:LONGEST_TEXT], (item.name or "")[:LONGEST_TEXT], item.qty or 0)
            for item in order.items[:MOST_ITEMS]
        ),
        codes=_each(discount.code for discount in order.discounts),
        refunds=tuple(refund.refund_id for refund in (refunds or ())[:MOST_REFUNDS]),
        refunded=_refunded(order, refunds),
    )


def _each(texts: Iterable[str | None]) -> tuple[str, ...]:
    found = (" ".join(text.split())[:LONGEST_TEXT] for text in texts if text)
    return tuple(dict.fromkeys(text for text in found if text))


def _name(whose: object) -> str:
    return f"{getattr(whose, 'first_name', None) or ''} {getattr(whose, 'last_name', None) or ''}"


def _phones(addresses: Iterable[Address]) -> Iterable[tuple[Address, str]]:
    return ((address, text) for address in addresses for text in (address.phone, address.alt_phone) if text)


def _region(address: Address, region: str | None) -> str | None:
    """A number without its country's code is dialled from where the parcel goes."""
    country = (address.country or "").upper()
    return country if len(country) == 2 and country.isascii() and country.isalpha() else region


def _refunded(order: Order, refunds: Sequence[Refund] | None) -> RefundState:
    if order.status != "captured":
        return RefundState.NONE
    if refunds is None:
        return RefundState.UNKNOWN
    total = sum(refund.amount for refund in refunds)
    if not total:
        return RefundState.NONE
    return RefundState.FULLY if total >= order.total_amount else RefundState.PARTLY


def terms(entry: Entry, *, prefixes: bool) -> frozenset[str]:
    """All that the order can be found by; without `prefixes` names only as whole words."""
    ids = (entry.order_id, *entry.refunds, *(item.reference for item in entry.items))
    told = (*entry.cities, *(item.name for item in entry.items))
    found = {OPEN + word for text in ids for word in spelling.parts(text)}
    found |= {OPEN + spelling.joined(one) for one in entry.refunds}
    found |= {OPEN + word for text in told for word in spelling.words(text) if len(word) > 1}
    found |= {PERSONAL + word for code in entry.codes for word in spelling.parts(code)}
    for name in entry.names:
        for form in spelling.name_forms(name):
            found |= {PERSONAL + form, *(PERSONAL + one for one in spelling.prefixes(form) if prefixes)}
    for address in filter(None, map(spelling.email, entry.emails)):
        found |= {PERSONAL + address, *(PERSONAL + word for word in spelling.words(address.rpartition("@")[0]))}
    for number in entry.phones:
        found |= {PERSONAL + ending for ending in phone_endings(number)}
    return frozenset(found - {OPEN, PERSONAL})


def phone_endings(number: str) -> set[str]:
    """The last seven and the last four digits; a short number whole."""
    return {number[-7:], number[-4:]} if len(number) >= spelling.FEWEST_DIGITS else {number}


def packed(entry: Entry) -> bytes:
    """The entry as few bytes."""
    items = [[item.reference, item.name, item.qty] for item in entry.items]
    told = [
        entry.order_id, _ticks(entry.created), _ticks(entry.read), entry.names, entry.emails, entry.phones,
        entry.cities, items, entry.codes, entry.refunds, entry.refunded,
    ]  # fmt: skip
    press = zlib.compressobj(level=9, wbits=-15, zdict=_USUAL)
    return press.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()) + press.flush()


def unpacked(line: bytes) -> Entry:
    """The entry that was packed."""
    text = zlib.decompressobj(wbits=-15, zdict=_USUAL).decompress(line)
    order_id, created, read, names, emails, phones, cities, items, codes, refunds, refunded = json.loads(text)
    return Entry(
        order_id, _moment(created), _moment(read), tuple(names), tuple(emails), tuple(phones), tuple(cities),
        tuple(Item(*item) for item in items), tuple(codes), tuple(refunds), RefundState(refunded),
    )  # fmt: skip


def _ticks(moment: datetime) -> int:
    """Microseconds since 1970, exactly."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _moment(ticks: int) -> datetime:
    seconds, rest = divmod(ticks, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)
