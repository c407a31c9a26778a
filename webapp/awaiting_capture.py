"""How many orders wait for capture: the worker asks the provider, pages only read what it wrote down."""

from __future__ import annotations

from .accounts import Account
from .database import writing
from .gateways.postpay.filters import OrderQuery
from .models.awaiting_capture import AwaitingCapture
from .models.base import now
from .provider import provider

APPROVED = "approved"


def refresh_awaiting_capture(account: Account) -> int:
    """Asks how many orders are approved, writes it down and returns it. Raises GatewayError."""
    count = provider(account).count_orders(query=OrderQuery(statuses=(APPROVED,)))
    with writing() as session:
        session.merge(AwaitingCapture(account=account.slug, count=count, counted=now()))
    return count
