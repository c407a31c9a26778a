"""What Postpay answers, as frozen, strict values with the documented fields only.

Amounts are integers of the currency's smallest unit. A `repr` shows no personal data, nor does a validation error.
Optional parts may be absent or null: real payloads hold integer ids, `image_url: false` and empty texts.

A field without a default is needed: ids, totals, currencies, the moments that money hangs on. One with a default only
decorates. Where it is not what the document promises it is left out, and `unreadable` names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import Field

from webapp.money import Money
from webapp.providers.http.answered import Answered, Parts
from webapp.providers.http.errors import BadRow
from webapp.providers.http.values import (
    Id,
    Minor,
    Moment,
    MomentIfAny,
    MomentOrNull,
    Rate,
    Text,
    TextIfAny,
    web_address,
)

from .fields import ShopText
from .hook import Hook as Hook

T = TypeVar("T")

FEE_FIELDS = frozenset({"fee_amount", "fee_rate", "fee_tax_rate"})


class OrderStatus(StrEnum):
    """The documented statuses; an order may still have another one."""

    PENDING = "pending"
    APPROVED = "approved"
    CAPTURED = "captured"
    DENIED = "denied"


_KNOWN = {status.value: status for status in OrderStatus}


class TransactionType(StrEnum):
    ORDER = "order"
    REFUND = "refund"
    INSTALMENT = "instalment"
    REGULARIZATION = "regularization"


class HookEvent(StrEnum):
    ORDER = "order"
    TRANSACTION = "transaction"


class Address(Answered):
    """Document: Checkout, Address. Personal data."""

    first_name: TextIfAny = Field(default=None, repr=False)
    last_name: TextIfAny = Field(default=None, repr=False)
    phone: TextIfAny = Field(default=None, repr=False)
    alt_phone: TextIfAny = Field(default=None, repr=False)
    line1: TextIfAny = Field(default=None, repr=False)
    line2: TextIfAny = Field(default=None, repr=False)
    city: TextIfAny = Field(default=None, repr=False)
    state: TextIfAny = Field(default=None, repr=False)
    country: TextIfAny = Field(default=None, repr=False)
    postal_code: TextIfAny = Field(default=None, repr=False)


class Shipping(Answered):
    """Document: Checkout, Shipping. `amount` excludes tax."""

    id: TextIfAny = None
    name: ShopText = None
    amount: Minor | None = None
    address: Address | None = Field(default=None, repr=False)

    def money(self, currency: str) -> Money | None:
        return None if self.amount is None else Money(self.amount, currency)


class Customer(Answered):
    """Document: Checkout, Customer. Personal data."""

    id: TextIfAny = Field(default=None, repr=False)
    email: TextIfAny = Field(default=None, repr=False)
    first_name: TextIfAny = Field(default=None, repr=False)
    last_name: TextIfAny = Field(default=None, repr=False)
    gender: TextIfAny = Field(default=None, repr=False)
    account: TextIfAny = Field(default=None, repr=False)
    date_of_birth: TextIfAny = Field(default=None, repr=False)
    date_joined: MomentIfAny = Field(default=None, repr=False)
    default_address: Address | None = Field(default=None, repr=False)


class Item(Answered):
    """Document: Checkout, Item. `unit_price` excludes tax and discounts."""

    reference: TextIfAny = None
    name: ShopText = None
    description: ShopText = Field(default=None, repr=False)
    url: TextIfAny = Field(default=None, repr=False)
    image_url: TextIfAny = Field(default=None, repr=False)
    unit_price: Minor | None = None
    qty: Minor | None = None

    def money(self, currency: str) -> Money | None:
        """The price of one."""
        return None if self.unit_price is None else Money(self.unit_price, currency)

    def sum(self, currency: str) -> Money | None:
        """The price of all; None where the price or the quantity is not known."""
        return None if self.unit_price is None or self.qty is None else Money(self.unit_price * self.qty, currency)

    @property
    def safe_url(self) -> str | None:
        return web_address(self.url)


class Discount(Answered):
    """Document: Checkout, Discount. `amount` excludes tax."""

    code: ShopText = None
    name: ShopText = None
    amount: Minor | None = None

    def money(self, currency: str) -> Money | None:
        return None if self.amount is None else Money(self.amount, currency)


class OrderSummary(Answered):
    """A row of the list of orders. Document: Orders, List orders."""

    order_id: Id
    status: Id
    status_changed: MomentIfAny = None
    total_amount: Minor
    tax_amount: Minor | None = None
    currency: Id
    created: Moment

    @property
    def known_status(self) -> OrderStatus | None:
        """None for a status that no document names: show the text, offer no action."""
        return _KNOWN.get(self.status)

    @property
    def total(self) -> Money:
        return Money(self.total_amount, self.currency)

    @property
    def tax(self) -> Money | None:
        """None where it is not known."""
        return None if self.tax_amount is None else Money(self.tax_amount, self.currency)


class Order(OrderSummary):
    """Document: Orders, Get single order. `raw` is the answer itself, only to be disclosed as such."""

    shipping: Shipping | None = Field(default=None, repr=False)
    billing_address: Address | None = Field(default=None, repr=False)
    customer: Customer | None = Field(default=None, repr=False)
    items: Parts[Item] = Field(default=(), repr=False)
    discounts: Parts[Discount] = Field(default=(), repr=False)
    num_instalments: Minor | None = None
    metadata: Any = Field(default=None, repr=False)
    raw: Mapping[str, Any] = Field(default_factory=dict, repr=False, exclude=True)

    @property
    def are_parts_known(self) -> bool:
        """Whether everything that the total is made of could be read: tax, shipping, each item and each discount."""
        amounts = (
            self.tax,
            *(item.sum(self.currency) for item in self.items),
            *(discount.amount for discount in self.discounts),
            *((self.shipping.amount,) if self.shipping and "amount" in self.shipping.unreadable else ()),
        )
        return None not in amounts and not self.unreadable & {"items", "discounts", "shipping"}


class Refund(Answered):
    """Document: Refunds. The amount is in the order's currency."""

    refund_id: Id
    amount: Minor
    full: bool | None = None
    description: TextIfAny = Field(default=None, repr=False)
    created: Moment

    def money(self, currency: str) -> Money:
        return Money(self.amount, currency)


class OrderOfTransaction(Answered):
    """The order that a transaction names; everything but its id only decorates."""

    order_id: Id
    status: TextIfAny = None
    total_amount: Minor | None = None
    currency: TextIfAny = None

    @property
    def total(self) -> Money | None:
        return None if self.total_amount is None or not self.currency else Money(self.total_amount, self.currency)


class Transaction(Answered):
    """Document: Settlements. Rates are hundredths of a per cent; `paid` is None until paid out."""

    needed = frozenset({"paid"})

    id: Id
    type: Id
    currency: Id
    amount: Minor
    fee_amount: Minor | None = None
    fee_rate: Rate | None = None
    fee_tax_rate: Rate | None = None
    total_amount: Minor
    description: TextIfAny = Field(default=None, repr=False)
    created: Moment
    paid: MomentOrNull = None
    order: OrderOfTransaction | None = None

    @property
    def is_fee_unreadable(self) -> bool:
        """Whether a part of its fee is told, and cannot be read: then nobody can check the provider's net."""
        return bool(self.unreadable & FEE_FIELDS)

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def fee(self) -> Money | None:
        return None if self.fee_amount is None else Money(self.fee_amount, self.currency)

    @property
    def total(self) -> Money:
        """What is paid out for it."""
        return Money(self.total_amount, self.currency)


class Checkout(Answered):
    """Document: Checkout, Create a checkout. Whoever has token or address can go on with the payment."""

    token: Id = Field(repr=False)
    expires: MomentIfAny = None
    redirect_url: Text = Field(repr=False)
    reference: TextIfAny = None

    @property
    def safe_url(self) -> str | None:
        return web_address(self.redirect_url)


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of rows. `count` is of all pages; `unexpected` are rows that are not what was asked for.

    `bad` are rows that cannot be read, where the caller said that it can name them; else there are none.
    While there are unexpected rows, the provider has not understood a filter, and `count` means nothing.
    """

    count: int
    results: tuple[T, ...]
    number: int
    size: int
    has_next: bool
    unexpected: tuple[T, ...] = field(default=(), repr=False)
    bad: tuple[BadRow, ...] = ()

    @property
    def pages(self) -> int:
        """How many there are; one even when it is empty."""
        return max(1, -(-self.count // self.size))
