"""What a thing is like that is put in without saying more."""

from __future__ import annotations

from typing import Any

from .agreements import later
from .payment_states import BODY, CUSTOMER
from .things import PREFIXES

_PERIOD = {"amount": 1500, "vat": 21.0, "multiplier": 1, "interval": "month"}
_AGREEMENT = {
    "description": "Test subscription",
    "currency": "EUR",
    "state": "active",
    "customer": None,
    "mandate": None,
    "period": _PERIOD,
    "first_period": None,
    "payment_details": {"return_url": None, "cancel_url": None},
    "metadata": {},
}
_AGREEMENT_PERIOD = {"amount": 1500, "period_number": 1, "state": "open"}
_OF_A_PAYMENT = {"amount": 1000, "description": "Test payment", "reason": None, "currency": "EUR", "payment": None}
BODIES: dict[str, dict[str, Any]] = {
    "payment": {**BODY, "amount": 10_000, "description": "Test payment", "pay_method": "ideal"},
    "refund": {**_OF_A_PAYMENT, "state": "open", "refunded_at": None},
    "chargeback": {**_OF_A_PAYMENT, "state": "completed", "charged_back_at": None},
    "customer": dict.fromkeys(CUSTOMER),
    "mandate": {"state": "approved", "customer": None, "pay_method": "direct-debit"},
    "subscription": {**_AGREEMENT, "subscription_type": "direct_debit", "scheduling": "automatic"},
    "subscription_period": {**_AGREEMENT_PERIOD, "subscription": None},
    "installment_plan": {**_AGREEMENT, "installment_plan_type": "direct_debit", "number_of_periods": 5},
    "installment_plan_period": {**_AGREEMENT_PERIOD, "installment_plan": None},
    "event": {"event_type": "payment.created", "payload": {}},
    "webhook": {
        "name": "Test webhook",
        "description": "Test webhook",
        "url": "https://winkel.example.nl/paypro",
        "active": True,
        "secret": "0" * 32,
        "enabled_event_types": None,
    },
}
assert BODIES.keys() == PREFIXES.keys()  # noqa: S101 - every kind has one


def hidden(kind: str, created: int) -> dict[str, Any]:
    """Of an agreement, where it stands: begun when it was made, without a period yet, the next in a month."""
    if kind not in ("subscription", "installment_plan"):
        return {}
    return {"anchor": created, "step": 1, "number": 0, "next": later(created, "month", 1)}
