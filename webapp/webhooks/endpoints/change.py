"""Changes a webhook: makes, edits, switches, deletes it, or gives it another secret; once, or says what is not known.

Look again, write the change down, send once, classify, read back when in doubt, settle: each on disk before the next.
What takes a webhook of a rotation away looks once more in between, when nobody else can change either of the two.
"""

from __future__ import annotations

import hashlib
import json

from webapp.access.form_tokens import ChangeToken
from webapp.core.accounts import Account
from webapp.core.settings import Settings
from webapp.models.hook_change import HookAction, HookChange
from webapp.operations.engine import begin, perform
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.filters import HookQuery
from webapp.providers.postpay.models import Hook
from webapp.webhooks.address import same_address, without_tokens

from .changes import CHANGES, hook_mover
from .errors import AlreadyThere, StaleHookForm
from .write import Fact, Wish, write_change


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
    found = begin(CHANGES, token.hash, client=client, is_same=wish.is_of, read=lambda: _look_again(client, wish, token))
    if found is not None:
        return found
    change, is_new = write_change(wish, account=account, token=token, requester_id=requester_id, settings=settings)
    mover = hook_mover(client, settings)
    return perform(CHANGES, mover, change, is_new=is_new, deadline=settings.provider_deadline)


def seen(hook: Hook) -> str:
    """A digest of what a form showed of a webhook."""
    shown = [hook.id, hook.url, sorted(hook.events), hook.active]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]


def as_it_is(hook: Hook) -> dict[str, Fact]:
    """The facts that a change replaces, for the audit log."""
    return {"url": without_tokens(hook.url), "events": ",".join(hook.events), "active": hook.active}


def _look_again(client: PostpayClient, wish: Wish, token: ChangeToken) -> None:
    """Raises when the webhook is not what the form showed, or there is one already where another is to be made."""
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
