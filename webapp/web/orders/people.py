"""Customer, shipping and billing of an order: as everybody sees them, and opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask_babel import format_date, get_locale, gettext

from webapp.presentation.formatting import zone
from webapp.presentation.masking import mask_all, mask_email, mask_name, mask_phone
from webapp.presentation.unreadable_words import fields_words
from webapp.providers.postpay.answered import Answered
from webapp.providers.postpay.models import Address, Customer, Order

Mask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a card. `is_number` keeps phones and dates left to right."""

    label: str
    value: str
    is_number: bool = False
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One of the parties; without facts the order says nothing of it."""

    title: str
    icon: str
    facts: list[Fact]


@dataclass(frozen=True, slots=True)
class People:
    """The cards, and whether they show personal data."""

    cards: list[Card]
    is_open: bool

    @property
    def holds_any(self) -> bool:
        """Whether there is personal data to open."""
        return any(fact.is_personal for card in self.cards for fact in card.facts)


class _Lines:
    """Collects the facts of a card; masks what is personal unless the card is open."""

    def __init__(self, is_open: bool) -> None:
        self.is_open = is_open
        self.facts: list[Fact] = []

    def plain(self, label: str, value: object) -> None:
        if value not in (None, ""):
            self.facts.append(Fact(label, str(value)))

    def known(self, label: str, value: str | None, words: str | None) -> None:
        """A code in words; a text that is no known code could be anything, so it counts as personal."""
        self.plain(label, words) if words else self.personal(label, value, mask_all)

    def personal(self, label: str, value: str | None, mask: Mask, is_number: bool = False) -> None:
        if value:
            self.facts.append(Fact(label, value if self.is_open else mask(value), is_number, is_personal=True))

    def unreadable(self, part: Answered) -> None:
        """Which fields of the part could not be read."""
        self.plain(gettext("Not readable"), fields_words(sorted(part.unreadable)))


def people(order: Order, *, is_open: bool) -> People:
    """The three cards. Until opened they hold nothing that tells who or where somebody is."""
    cards = [
        Card(gettext("Customer"), "user", _whole(order, "customer") or _customer(order.customer, is_open)),
        Card(gettext("Shipping"), "truck", _whole(order, "shipping") or _shipping(order, is_open)),
        Card(
            gettext("Billing"),
            "credit-card",
            _whole(order, "billing_address") or _address(order.billing_address, is_open),
        ),
    ]
    return People(cards, is_open)


def _whole(order: Order, name: str) -> list[Fact]:
    """That the card as a whole could not be read, where it is so."""
    return [Fact(gettext("Not readable"), name)] if name in order.unreadable else []


def ships_to(order: Order) -> str:
    """The country the order goes to, in words."""
    address = order.shipping.address if order.shipping else None
    return (address and address.country and country(address.country)) or ""


def country(code: str) -> str | None:
    """ "AE" in words; None for what is no country's code, and so could be anything."""
    locale = get_locale()
    return locale.territories.get(code.upper()) if locale and len(code) == 2 else None


def _customer(customer: Customer | None, is_open: bool) -> list[Fact]:
    lines = _Lines(is_open)
    if customer is None:
        return []
    lines.unreadable(customer)
    lines.personal(gettext("Name"), f"{customer.first_name or ''} {customer.last_name or ''}".strip(), mask_name)
    lines.personal(gettext("E-mail"), customer.email, mask_email)
    lines.personal(gettext("Date of birth"), _day(customer.date_of_birth), mask_all)
    lines.personal(gettext("Gender"), _gender(customer.gender), mask_all)
    lines.known(gettext("Account"), customer.account, _account(customer.account))
    joined = customer.date_joined
    lines.plain(
        gettext("Customer since"), format_date(joined.astimezone(zone()).date(), "d MMMM y") if joined else None
    )
    lines.personal(gettext("Customer ID"), customer.id, _mask_id)
    if home := customer.default_address:
        lines.personal(gettext("Default address"), _joined(home.line1, home.line2, home.city, home.state), mask_all)
    return lines.facts


def _shipping(order: Order, is_open: bool) -> list[Fact]:
    if order.shipping is None:
        return []
    lines = _Lines(is_open)
    lines.unreadable(order.shipping)
    lines.plain(gettext("Method"), order.shipping.name)
    return lines.facts + _address(order.shipping.address, is_open)


def _address(address: Address | None, is_open: bool) -> list[Fact]:
    if address is None:
        return []
    lines = _Lines(is_open)
    lines.unreadable(address)
    lines.personal(gettext("Name"), f"{address.first_name or ''} {address.last_name or ''}".strip(), mask_name)
    lines.personal(gettext("Phone"), address.phone, mask_phone, is_number=True)
    lines.personal(gettext("Other phone"), address.alt_phone, mask_phone, is_number=True)
    lines.personal(gettext("Address"), _joined(address.line1, address.line2), mask_all)
    lines.personal(gettext("City"), _joined(address.city, address.state, address.postal_code), mask_all)
    lines.known(gettext("Country"), address.country, country(address.country or ""))
    return lines.facts


def _joined(*parts: str | None) -> str:
    """What is there, each once: in cities that are a state both say the same."""
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _day(value: str | None) -> str | None:
    """A day as everywhere else; as it came where it is none."""
    try:
        return format_date(date.fromisoformat(value), "d MMMM y") if value else None
    except ValueError:
        return value


def _gender(value: str | None) -> str | None:
    words = {"male": gettext("Male"), "female": gettext("Female"), "other": gettext("Other")}
    return words.get(value, value) if value else None


def _account(value: str | None) -> str | None:
    words = {"new": gettext("New"), "existing": gettext("Existing"), "guest": gettext("Guest")}
    return words.get(value or "")


def _mask_id(text: str) -> str:
    """Shops number their customers; those that name them by e-mail address tell who they are."""
    return mask_email(text) if "@" in text else text
