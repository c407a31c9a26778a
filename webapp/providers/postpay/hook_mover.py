"""Changes of webhooks at Postpay, sent once and proved by reading back.

Creating has no id of ours, so its proof is the list: exactly one new webhook at the address. A secret is never given
back, so its only proof is an answer to the same secret sent again. Everything else is read back and compared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from pydantic import SecretStr

from webapp.core.sealing import CannotUnseal
from webapp.models.hook_change import HookAction, HookChange
from webapp.providers.contract import Answer, Found, Promise, Proof, Sent
from webapp.providers.http.errors import GatewayError, NotFound, NotSent, Refused

from .client import PostpayClient
from .filters import HookQuery
from .models import Hook
from .mover import CLOCK_DOUBT


@dataclass(frozen=True, slots=True)
class HookMover:
    """Changes webhooks of one merchant account. What only the desk knows is handed in.

    `secret_of`: what the change brings, raises CannotUnseal; `claimed`: webhooks that cannot be the one that a creation
    makes; `still_holds`: whether it may be sent, asked at the last moment, raises GatewayError.
    """

    client: PostpayClient
    secret_of: Callable[[HookChange], SecretStr | None]
    claimed: Callable[[HookChange], Collection[str]]
    still_holds: Callable[[PostpayClient, HookChange], bool]
    same_address: Callable[[str, str], bool]

    @property
    def promise(self) -> Promise:
        """A change is named by the id of its webhook; a creation is never sent again but by a person."""
        return Promise.NAMED

    @property
    def breaker_open(self) -> bool:
        """Whether calls are being stopped because Postpay has not been answering."""
        return self.client.breaker_open

    def send(self, change: HookChange, *, deadline: float) -> Sent:
        """Sends the change once, unless nothing speaks for it any more."""
        try:
            if not self.still_holds(self.client, change):
                return Sent(Answer.WITHHELD)
        except GatewayError as error:
            raise NotSent("change_hook", "GET", "nobody knows whether it may be sent") from error
        secret = self.secret_of(change)
        try:
            return Sent(Answer.DONE, self._do(change, secret, deadline))
        except Refused as error:
            if isinstance(error, NotFound) and change.action != HookAction.CREATE:
                return Sent(Answer.GONE)
            if secret and secret.get_secret_value() in repr((error.message, error.fields)):
                error.message, error.fields = "", {}
            raise

    def look(self, change: HookChange, *, deadline: float, in_lists: bool = False) -> Found:
        """Reads back whether it was done; only a creation is looked for in a list, and always."""
        try:
            found = self._look(change, deadline)
            self.secret_of(change)
        except NotFound:
            return Found(Proof.DONE if change.action == HookAction.DELETE else Proof.GONE)
        except CannotUnseal:
            return found if found.proof not in (Proof.MISSING, Proof.UNPROVED) else Found(Proof.UNSENDABLE)
        except GatewayError:
            return Found(Proof.FAILED)
        return found

    def new_hooks(self, change: HookChange, *, deadline: float) -> list[Hook]:
        """The webhooks at the address of a creation that came to be since it was written down, and no other claims."""
        claimed = self.claimed(change)
        since = change.created + (self.client.clock_skew or timedelta()) - CLOCK_DOUBT
        query = HookQuery(created_from=since, ordering="created", page_size=50)
        page = self.client.list_hooks(query=query, deadline=deadline)
        return [
            hook
            for hook in page.results
            if hook.created >= since and hook.id not in claimed and self.same_address(hook.url, change.url)
        ]

    def _do(self, change: HookChange, secret: SecretStr | None, deadline: float) -> str | None:
        """The call itself; the id of the webhook where it is new."""
        hook_id = change.hook_id or ""
        match change.action:
            case HookAction.CREATE:
                if secret is None:
                    raise ValueError("a webhook is not made without a secret")
                made = self.client.create_hook(
                    url=change.url, events=change.event_list, secret=secret, active=change.active, deadline=deadline
                )
                return made.id
            case HookAction.SECRET:
                self.client.edit_hook(hook_id=hook_id, secret=secret, deadline=deadline)
            case HookAction.EDIT:
                self.client.edit_hook(hook_id=hook_id, url=change.url, events=change.event_list, deadline=deadline)
            case HookAction.DELETE:
                self.client.delete_hook(hook_id=hook_id, deadline=deadline)
            case _:
                self.client.edit_hook(hook_id=hook_id, active=change.active, deadline=deadline)
        return None

    def _look(self, change: HookChange, deadline: float) -> Found:
        if change.action == HookAction.SECRET:
            return Found(Proof.UNPROVED)
        if change.action == HookAction.CREATE:
            found = self.new_hooks(change, deadline=deadline)
            if len(found) > 1:
                return Found(Proof.SEVERAL)
            return Found(Proof.ADOPTED, found[0].id) if found else Found(Proof.MISSING)
        hook = self.client.get_hook(hook_id=change.hook_id or "", deadline=deadline)
        return Found(Proof.DONE if self._is_as_wished(hook, change) else Proof.MISSING)

    def _is_as_wished(self, hook: Hook, change: HookChange) -> bool:
        if change.action == HookAction.DELETE:
            return False
        if change.action == HookAction.EDIT:
            return self.same_address(hook.url, change.url) and set(hook.events) == set(change.event_list)
        return hook.active is change.active


def make_test_order(client: PostpayClient, order_id: str, *, deadline: float) -> None:
    """An order that nobody pays: the provider's test system tells each webhook of it. Raises GatewayError."""
    place = {"line1": "Test event", "city": "Dubai", "country": "AE"}
    name = {"first_name": "Test", "last_name": "Event"}
    checkout = {
        "order_id": order_id,
        "total_amount": 100,
        "tax_amount": 0,
        "currency": "AED",
        "customer": {"id": order_id, "email": "test-event@example.com", "account": "guest", **name},
        "shipping": {"id": "none", "name": "None", "amount": 0, "address": {**name, **place}},
        "items": [{"reference": order_id, "name": "Test event of the desk", "unit_price": 100, "qty": 1}],
        "merchant": {"confirmation_url": "https://example.com/", "cancel_url": "https://example.com/"},
    }
    client.create_checkout(checkout=checkout, deadline=deadline)
