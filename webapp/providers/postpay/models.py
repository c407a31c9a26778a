"""What Postpay answers, as frozen, strict values with the documented fields only.

Amounts are integers of the currency's smallest unit. A `repr` shows no personal data, nor does a validation error.
Optional parts may be absent or null: real payloads hold integer ids, `image_url: false` and empty texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from webapp.money import Money

from .fields import Id, Minor, Moment, MomentIfAny, MomentOrNull, Text, TextIfAny, rows_or_none, web_address

T = TypeVar("T")

MOST_PARTS = 5_000
"""Items of an order, or discounts: more than any shop's, few enough to be drawn on a page."""
MOST_EVENTS = 100

Parts = Annotated[
    tuple[T, ...], Field(strict=False, max_length=MOST_PARTS, fail_fast=True), BeforeValidator(rows_or_none)
]
"""A list within an order. It fails at its first bad row: thousands of errors cost far more than reading did."""


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


class _Answered(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)


class Address(_Answered):
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


class Shipping(_Answered):
    """Document: Checkout, Shipping. `amount` excludes tax."""

    id: TextIfAny = None
    name: TextIfAny = None
    amount: Minor | None = None
    address: Address | None = Field(default=None, repr=False)

    def money(self, currency: str) -> Money | None:
        return None if self.amount is None else Money(self.amount, currency)


class Customer(_Answered):
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


class Item(_Answered):
    """Document: Checkout, Item. `unit_price` excludes tax and discounts."""

    reference: TextIfAny = None
    name: TextIfAny = None
    description: TextIfAny = Field(default=None, repr=False)
    url: TextIfAny = Field(default=None, repr=False)
    image_url: TextIfAny = Field(default=None, repr=False)
    unit_price: Minor
    qty: int

    def money(self, currency: str) -> Money:
        """The price of one."""
        return Money(self.unit_price, currency)

    @property
    def safe_url(self) -> str | None:
        return web_address(self.url)


class Discount(_Answered):
    """Document: Checkout, Discount. `amount` excludes tax."""

    code: TextIfAny = None
    name: TextIfAny = None
    amount: Minor

    def money(self, currency: str) -> Money:
        return Money(self.amount, currency)


class OrderSummary(_Answered):
    """A row of the list of orders. Document: Orders, List orders."""

    order_id: Id
    status: Id
    status_changed: MomentOrNull = None
    total_amount: Minor
    tax_amount: Minor
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
    def tax(self) -> Money:
        return Money(self.tax_amount, self.currency)


class Order(OrderSummary):
    """Document: Orders, Get single order. `raw` is the answer itself, only to be disclosed as such."""

    shipping: Shipping | None = Field(default=None, repr=False)
    billing_address: Address | None = Field(default=None, repr=False)
    customer: Customer | None = Field(default=None, repr=False)
    items: Parts[Item] = Field(default=(), repr=False)
    discounts: Parts[Discount] = Field(default=(), repr=False)
    num_instalments: int | None = None
    metadata: Any = Field(default=None, repr=False)
    raw: Mapping[str, Any] = Field(default_factory=dict, repr=False, exclude=True)


class Refund(_Answered):
    """Document: Refunds. The amount is in the order's currency."""

    refund_id: Id
    amount: Minor
    full: bool | None = None
    description: TextIfAny = Field(default=None, repr=False)
    created: Moment

    def money(self, currency: str) -> Money:
        return Money(self.amount, currency)


class Transaction(_Answered):
    """Document: Settlements. Rates are hundredths of a per cent; `paid` is None until paid out."""

    id: Id
    type: Id
    currency: Id
    amount: Minor
    fee_amount: Minor | None = None
    fee_rate: int | None = None
    fee_tax_rate: int | None = None
    total_amount: Minor
    description: TextIfAny = Field(default=None, repr=False)
    created: Moment
    paid: MomentOrNull = None
    order: OrderSummary | None = None

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


class LastResponse(_Answered):
    """How the receiver answered the last delivery; `code` is None before the first one."""

    code: int | None = None
    status: TextIfAny = None


class Hook(_Answered):
    """Document: Webhooks. The secret is never given back."""

    id: Id
    active: bool
    events: Annotated[tuple[str, ...], Field(strict=False, max_length=MOST_EVENTS, fail_fast=True)]
    url: Text
    last_response: LastResponse | None = None
    created: Moment
    modified: MomentOrNull = None

    @property
    def safe_url(self) -> str | None:
        return web_address(self.url)


class Checkout(_Answered):
    """Document: Checkout, Create a checkout. Whoever has token or address can go on with the payment."""

    token: Id = Field(repr=False)
    expires: MomentOrNull = None
    redirect_url: Text = Field(repr=False)
    reference: TextIfAny = None

    @property
    def safe_url(self) -> str | None:
        return web_address(self.redirect_url)


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of rows. `count` is of all pages; `unexpected` are rows that are not what was asked for.

    While there are unexpected rows, the provider has not understood a filter, and `count` means nothing.
    """

    count: int
    results: tuple[T, ...]
    number: int
    size: int
    has_next: bool
    unexpected: tuple[T, ...] = field(default=(), repr=False)

    @property
    def pages(self) -> int:
        """How many there are; one even when it is empty."""
        return max(1, -(-self.count // self.size))
