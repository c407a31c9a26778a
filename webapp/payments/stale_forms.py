"""Forms that were too old leave an entry, with what they showed and what is there now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from webapp import audit
from webapp.access.form_tokens import SubmitToken
from webapp.audit.recording import stored_facts
from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.models.audit_entry import AuditEntry
from webapp.models.intent import IntentKind

from .errors import StaleForm
from .intents import order_version
from .snapshot import OrderSnapshot


@contextmanager
def recorded_when_stale(account: Account, token: SubmitToken, kind: IntentKind) -> Iterator[None]:
    """What is raised goes on; a form that was too old leaves an entry."""
    try:
        yield
    except StaleForm as error:
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
