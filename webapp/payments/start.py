"""How every refund and capture begins: the same form is the same decision, and the order is read again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import select

from webapp import audit
from webapp.access.form_tokens import SubmitToken
from webapp.audit.recording import stored_facts
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.models.audit_entry import AuditEntry
from webapp.models.intent import Intent, IntentKind
from webapp.operations.errors import NotMoved
from webapp.operations.write import earlier_intent, order_version
from webapp.providers.contract import Client
from webapp.providers.http.errors import BreakerOpen

from .errors import StaleForm
from .snapshot import OrderSnapshot

T = TypeVar("T")


def start(
    kind: IntentKind,
    *,
    client: Client,
    account: Account,
    token: SubmitToken,
    read: Callable[[], T],
    same: dict[str, Any],
) -> T | Intent:
    """What `read` finds of the order now, or what came of this very form before; `same`: what it said then.

    Raises NotMoved (its kinds) when nothing is to be started, and GatewayError when the order could not be read.
    """
    if earlier := earlier_intent(token, **same):
        return earlier
    if client.breaker_open:
        raise BreakerOpen(str(kind), "POST", "not tried: the provider has not answered for a while")
    release()
    try:
        return read()
    except NotMoved as error:
        if sent_meanwhile := earlier_intent(token, **same):
            return sent_meanwhile
        if isinstance(error, StaleForm):
            record_stale(account, token, kind, error.reading)
        raise


def record_stale(account: Account, token: SubmitToken, kind: IntentKind, reading: OrderSnapshot) -> None:
    """An entry that a form was too old, once for what it showed and what is there now; nothing else is written."""
    action = audit.Action(f"{kind}.stale")
    before, after = _figures(account, token, kind, reading)
    with writing() as session:
        same = select(AuditEntry.seq).where(
            AuditEntry.object_id == token.order_id,
            AuditEntry.event == action,
            AuditEntry.before == stored_facts(action, before),
            AuditEntry.after == stored_facts(action, after),
        )
        if session.scalar(same.limit(1)) is not None:
            return
        audit.record(
            action,
            outcome="denied",
            account=account.slug,
            object_type="order",
            object_id=token.order_id,
            before=before,
            after=after,
        )


def _figures(
    account: Account, token: SubmitToken, kind: IntentKind, reading: OrderSnapshot
) -> tuple[dict[str, str | int], dict[str, str | int]]:
    """What the form has shown, with the beginning of its digest, and what the order has now."""
    there = reading.remaining if kind is IntentKind.REFUND else reading.order.total
    amount = "remaining_minor" if kind is IntentKind.REFUND else "amount_minor"
    before: dict[str, str | int] = {amount: token.seen_remaining, "currency": token.currency}
    after: dict[str, str | int] = {"currency": reading.order.currency, "status": reading.order.status[:40]}
    if there is not None:
        after[amount] = there.minor
    version = order_version(account, token.order_id)
    return (
        before | {"form": token.hash[:16], "order_version": token.order_version},
        after | {"order_version": version},
    )
