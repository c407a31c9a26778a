"""The order in front of the refund's form as it is now, and why there may be no form."""

from __future__ import annotations

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.money import Money, is_known_currency
from webapp.payments.intents import open_intent_of
from webapp.payments.resolve_from_reading import resolve_from_reading
from webapp.payments.search_index.readings import notice
from webapp.payments.snapshot import CAPTURED, OrderSnapshot, done_intents, read_order
from webapp.providers.registry import postpay


def why_not(account: Account, reading: OrderSnapshot) -> dict[str, object] | None:
    """What stands in the way of any refund, or None."""
    if reading.refunds_error is not None:
        raise reading.refunds_error
    intent = open_intent_of(account, reading.order.order_id)
    release()
    if intent is not None:
        return {"why": "busy", "intent": intent}
    if reading.is_behind:
        return {"why": "behind"}
    if reading.order.status != CAPTURED:
        return {"why": "status"}
    if not is_known_currency(reading.order.currency):
        return {"why": "currency"}
    if not remaining(reading).minor > 0:
        return {"why": "nothing_left"}
    return None


def read(account: Account, order_id: str) -> OrderSnapshot:
    """The order with all its refunds as they are now; what they prove is settled. Raises GatewayError."""
    client = postpay(account)
    reading = read_order(client, order_id)
    notice(account, reading)
    resolve_from_reading(client, account, reading.order, reading.refunds)
    return reading.knowing(done_intents(account, order_id))


def remaining(reading: OrderSnapshot) -> Money:
    """What can be refunded, of a reading whose refunds were read."""
    if reading.remaining is None:
        raise TypeError("the refunds were not read")
    return reading.remaining
