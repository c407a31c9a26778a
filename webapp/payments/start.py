"""How every refund and capture begins: the same form is the same decision, and the order is read again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from webapp import audit
from webapp.access.form_tokens import SubmitToken
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.models.intent import Intent, IntentKind
from webapp.operations.errors import NotMoved
from webapp.operations.write import earlier_intent
from webapp.providers.contract import Client
from webapp.providers.http.errors import BreakerOpen

from .errors import StaleForm

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
            record_stale(account, token, kind)
        raise


def record_stale(account: Account, token: SubmitToken, kind: IntentKind) -> None:
    """An entry that a form was too old; nothing else is written."""
    with writing():
        audit.record(
            audit.Action(f"{kind}.stale"),
            outcome="denied",
            account=account.slug,
            object_type="order",
            object_id=token.order_id,
        )
