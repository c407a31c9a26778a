"""Changes a webhook: makes, edits, switches, deletes it, or gives it another secret; once, or says what is not known.

Look again, write the change down, send once, classify, read back when in doubt, settle: each on disk before the next.
What takes a webhook of a rotation away looks once more in between, when nobody else can change either of the two.
"""

from __future__ import annotations

import hashlib
import json

from webapp.access.form_tokens import ChangeToken
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.hook_change import ChangeState, HookAction, HookChange
from webapp.providers.http.errors import BreakerOpen, GatewayError
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.filters import HookQuery
from webapp.providers.postpay.models import Hook
from webapp.webhooks.address import same_address, without_tokens
from webapp.webhooks.rotation_evidence import still_holds

from .attempt import NO_REASON, ChangeResult, send
from .errors import AlreadyThere, NotChanged, StaleHookForm
from .finalize import settle
from .write import Fact, Wish, claimed_hooks, earlier_change, write_change


def change_hook(
    wish: Wish,
    *,
    client: PostpayClient,
    account: Account,
    token: ChangeToken,
    requester_id: int,
    settings: Settings,
) -> HookChange:
    """Does what is wished and returns the change in the state that is known now.

    The same form sent again returns what came of it. Raises NotChanged (its kinds) when nothing was started, and
    GatewayError when the webhook could not be read; in both cases nothing was sent.
    """
    if earlier := earlier_change(token, wish):
        return earlier
    if client.breaker_open:
        raise BreakerOpen("change_hook", "PATCH", "not tried: the provider has not answered for a while")
    try:
        _look_again(client, wish, token)
    except NotChanged:
        if sent_meanwhile := earlier_change(token, wish):
            return sent_meanwhile
        raise
    change, secret, new = write_change(wish, account=account, token=token, requester_id=requester_id, settings=settings)
    if not new or change.lease_until <= now():
        return change
    claimed = claimed_hooks(change)
    release()
    stopped = _without_reason(client, change)
    return settle(change, stopped or send(client, change, secret, claimed, deadline=settings.provider_deadline))


def seen(hook: Hook) -> str:
    """A digest of what a form showed of a webhook."""
    shown = [hook.id, hook.url, sorted(hook.events), hook.active]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]


def as_it_is(hook: Hook) -> dict[str, Fact]:
    """The facts that a change replaces, for the audit log."""
    return {"url": without_tokens(hook.url), "events": ",".join(hook.events), "active": hook.active}


def _without_reason(client: PostpayClient, change: HookChange) -> ChangeResult | None:
    """The last look before it is sent: None while what a step of a rotation takes away may go."""
    try:
        return None if still_holds(client, change) else NO_REASON
    except GatewayError as error:
        return ChangeResult(ChangeState.REFUSED, "not_sent", error_class=type(error).__name__)


def _look_again(client: PostpayClient, wish: Wish, token: ChangeToken) -> None:
    """Raises when the webhook is not what the form showed, or there is one already where another is to be made."""
    release()
    if wish.rotation is not None:
        return
    if wish.action == HookAction.CREATE:
        if there := _already_there(client, wish):
            raise AlreadyThere(there)
        return
    hook = client.get_hook(hook_id=wish.hook_id or "")
    if token.seen and seen(hook) != token.seen:
        raise StaleHookForm


def _already_there(client: PostpayClient, wish: Wish) -> Hook | None:
    """A webhook at the same address for one of the same events."""
    page = client.list_hooks(query=HookQuery(urls=(wish.url,), page_size=50))
    for hook in page.results:
        if same_address(hook.url, wish.url) and set(hook.events) & set(wish.events):
            return hook
    return None
