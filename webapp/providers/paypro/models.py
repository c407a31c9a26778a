"""What PayPro answers, typed: strict for ids, amounts, currency and states, tolerant where it only decorates.

A state that nobody has named is shown as it comes, offers nothing, and counts as taken. Names, addresses and texts of
customers are in no `repr`: logs hold none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BeforeValidator, Field, SecretStr

from webapp.money import Money
from webapp.providers.http.answered import Answered
from webapp.providers.http.errors import BadRow
from webapp.providers.http.values import Id, Minor, Moment, MomentIfAny, Text, TextIfAny

T = TypeVar("T")

CANCELABLE_PAYMENTS = frozenset({"initialized", "open"})
REFUNDABLE_PAYMENTS = frozenset({"paid", "completed"})
CANCELABLE_REFUNDS = frozenset({"open", "pending", "processing"})
VOID_REFUNDS = frozenset({"canceled", "failed"})
"""States in which a refund takes nothing of what is left; every other one, also unknown ones, does."""


def _cents(value: object) -> object:
    """Of a period the amount may be text."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16 else value


def _rate(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


class PayMethod(Answered):
    """A row of the pay methods, or the one of a payment, of which there is less. Amounts in cents."""

    id: Id
    name: TextIfAny = None
    minimum_amount: Minor | None = None
    maximum_amount: Minor | None = None


class Moved(Answered):
    """What payments, refunds and chargebacks have in common."""

    id: Id
    amount: Minor
    currency: Id
    state: Id
    description: TextIfAny = Field(default=None, repr=False)
    created_at: Moment

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class Payment(Moved):
    """Document: Payments. `refunded_amount` is nothing to count on: what is left is counted from the refunds."""

    pay_method: PayMethod | None = None
    refunded_amount: Minor | None = None
    paid_at: MomentIfAny = None
    customer: TextIfAny = None
    mandate: TextIfAny = None
    subscription: TextIfAny = None
    installment_plan: TextIfAny = None
    metadata: Any = Field(default=None, repr=False)

    @property
    def may_be_canceled(self) -> bool:
        return self.state in CANCELABLE_PAYMENTS

    @property
    def may_be_refunded(self) -> bool:
        return self.state in REFUNDABLE_PAYMENTS


class Refund(Moved):
    """Document: Refunds. `reason` holds our mark, and is never shown to the customer."""

    payment: Id
    reason: TextIfAny = Field(default=None, repr=False)
    refunded_at: MomentIfAny = None

    @property
    def may_be_canceled(self) -> bool:
        return self.state in CANCELABLE_REFUNDS

    @property
    def takes(self) -> bool:
        """Whether it takes its amount of what is left of the payment."""
        return self.state not in VOID_REFUNDS


class Chargeback(Moved):
    """Document: Chargebacks. `reason` is a code of SEPA or of the card's network, such as `MD06`."""

    payment: Id
    reason: TextIfAny = None
    charged_back_at: MomentIfAny = None


class Customer(Answered):
    """Document: Customers. Everything but the id may be missing."""

    id: Id
    email: TextIfAny = Field(default=None, repr=False)
    first_name: TextIfAny = Field(default=None, repr=False)
    last_name: TextIfAny = Field(default=None, repr=False)
    address: TextIfAny = Field(default=None, repr=False)
    postal: TextIfAny = Field(default=None, repr=False)
    city: TextIfAny = Field(default=None, repr=False)
    country: TextIfAny = None
    vat_number: TextIfAny = Field(default=None, repr=False)
    company_name: TextIfAny = Field(default=None, repr=False)
    phone_number: TextIfAny = Field(default=None, repr=False)
    created_at: Moment


class Mandate(Answered):
    """Document: Mandates. The number of the account is never told."""

    id: Id
    state: Id
    customer: TextIfAny = None
    pay_method: TextIfAny = None
    created_at: Moment


class Rhythm(Answered):
    """How much is charged how often: every `multiplier` of `interval` (day, week, month, year). `vat` in per cent."""

    amount: Annotated[Minor, BeforeValidator(_cents)]
    vat: Annotated[TextIfAny, BeforeValidator(_rate)] = None
    multiplier: Minor | None = None
    interval: TextIfAny = None


class Agreement(Answered):
    """What subscriptions and instalment plans have in common."""

    id: Id
    state: Id
    currency: Id
    description: TextIfAny = Field(default=None, repr=False)
    customer: TextIfAny = None
    mandate: TextIfAny = None
    period: Rhythm
    first_period: Rhythm | None = None
    created_at: Moment

    @property
    def is_active(self) -> bool:
        return self.state == "active"

    @property
    def is_paused(self) -> bool:
        return self.state == "paused"


class Subscription(Agreement):
    """Document: Subscriptions. `start_at` and `cancel_at` are days, as they come."""

    start_at: TextIfAny = None
    cancel_at: TextIfAny = None
    scheduling: TextIfAny = None


class InstallmentPlan(Agreement):
    """Document: Installment plans."""

    number_of_periods: Minor | None = None


class Period(Answered):
    """Document: Subscription periods, Installment plan periods. Its payments are read by themselves."""

    id: Id
    amount: Minor
    state: Id
    period_number: Minor | None = None
    subscription: TextIfAny = None
    installment_plan: TextIfAny = None
    created_at: Moment


class Event(Answered):
    """Document: Events. `payload` is the object as it was then: a hint, never a fact; it is read again."""

    id: Id
    event_type: Text
    payload: Any = Field(default=None, repr=False)
    created_at: Moment


class Webhook(Answered):
    """Document: Webhooks. The secret is PayPro's, told at any time."""

    id: Id
    name: TextIfAny = None
    description: TextIfAny = None
    url: Text = Field(repr=False)
    active: bool
    secret: Annotated[SecretStr, Field(strict=False)]
    created_at: Moment


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of rows, newest first. `next` leads to older ones, `prev` to newer ones, each a cursor or None.

    `bad` are rows that cannot be read. There is no total: `count` of the answer is none.
    """

    rows: tuple[T, ...]
    next: str | None
    prev: str | None
    bad: tuple[BadRow, ...] = ()
