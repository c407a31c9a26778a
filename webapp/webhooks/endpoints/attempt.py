"""Sends a change of a webhook once and, when the answer leaves a doubt, reads back. Touches no database.

Creating has no id of ours, so its proof is the list: exactly one new webhook at the address. A secret is never given
back, so its only proof is an answer to the same secret sent again. Everything else is read back and compared.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta

from pydantic import SecretStr

from webapp.models.hook_change import ChangeState, HookAction, HookChange
from webapp.operations.classify import answer_of
from webapp.providers.contract import Answer
from webapp.providers.http.errors import GatewayError, NotFound, ProviderFailed, Refused, Throttled
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.filters import HookQuery
from webapp.providers.postpay.models import Hook
from webapp.webhooks.address import same_address

CLOCK_DOUBT = timedelta(seconds=2)
"""The provider's clock as we know it may be off by this."""

LONGEST_DETAIL = 300
_REFUSED = (Answer.REFUSED, Answer.FORBIDDEN)
_PROVED = (*_REFUSED, Answer.NOT_SENT, Answer.UNAUTHORIZED, Answer.CONFLICT)
"""Met by the very first sending, these say that nothing was done."""


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """What one look at the provider gave: the state to write down, and why. `hook_id` of a creation that is done."""

    state: ChangeState
    code: str
    hook_id: str | None = None
    error_class: str | None = None
    detail: str | None = None
    retry_after: float | None = None
    fields: dict[str, list[str]] = field(default_factory=dict)


NO_REASON = ChangeResult(ChangeState.CLOSED, "no_reason")
"""It was not sent: what spoke for it when somebody decided is not so any more."""


def send(
    client: PostpayClient, change: HookChange, secret: SecretStr | None, claimed: Collection[str], *, deadline: float
) -> ChangeResult:
    """Sends the change once, within `deadline` seconds, and says what came of it.

    `claimed`: webhooks that other changes have made, which cannot be the one that this one makes.
    """
    try:
        hook_id = _do(client, change, secret, deadline)
        return ChangeResult(ChangeState.SUCCEEDED, "done", hook_id)
    except GatewayError as error:
        return _without(secret, _after(client, change, error, claimed, deadline))


def look(client: PostpayClient, change: HookChange, claimed: Collection[str], *, deadline: float) -> ChangeResult:
    """Only reads back."""
    try:
        match change.action:
            case HookAction.CREATE:
                return _look_for_new(client, change, claimed, deadline)
            case HookAction.SECRET:
                return ChangeResult(ChangeState.UNKNOWN, "unproved")
            case HookAction.DELETE:
                client.get_hook(hook_id=change.hook_id or "", deadline=deadline)
                return ChangeResult(ChangeState.UNKNOWN, "not_seen")
        hook = client.get_hook(hook_id=change.hook_id or "", deadline=deadline)
        return ChangeResult(ChangeState.SUCCEEDED, "done") if _is_as_wished(hook, change) else _not_seen()
    except NotFound:
        gone = change.action == HookAction.DELETE
        return ChangeResult(ChangeState.SUCCEEDED, "done") if gone else ChangeResult(ChangeState.REFUSED, "gone")
    except GatewayError as error:
        return ChangeResult(ChangeState.UNKNOWN, "no_answer", error_class=type(error).__name__)


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


def new_hooks(client: PostpayClient, change: HookChange, claimed: Collection[str], deadline: float) -> list[Hook]:
    """The webhooks at the address of a creation that came to be since it was written down, and that no other claims."""
    since = change.created + (client.clock_skew or timedelta()) - CLOCK_DOUBT
    query = HookQuery(created_from=since, ordering="created", page_size=50)
    page = client.list_hooks(query=query, deadline=deadline)
    return [
        hook
        for hook in page.results
        if hook.created >= since and hook.id not in claimed and same_address(hook.url, change.url)
    ]


def _do(client: PostpayClient, change: HookChange, secret: SecretStr | None, deadline: float) -> str | None:
    """The call itself; the id of the webhook where it is new."""
    hook_id = change.hook_id or ""
    match change.action:
        case HookAction.CREATE:
            if secret is None:
                raise ValueError("a webhook is not made without a secret")
            made = client.create_hook(
                url=change.url, events=change.event_list, secret=secret, active=change.active, deadline=deadline
            )
            return made.id
        case HookAction.SECRET:
            client.edit_hook(hook_id=hook_id, secret=secret, deadline=deadline)
        case HookAction.EDIT:
            client.edit_hook(hook_id=hook_id, url=change.url, events=change.event_list, deadline=deadline)
        case HookAction.DELETE:
            client.delete_hook(hook_id=hook_id, deadline=deadline)
        case _:
            client.edit_hook(hook_id=hook_id, active=change.active, deadline=deadline)
    return None


def _after(
    client: PostpayClient, change: HookChange, error: GatewayError, claimed: Collection[str], deadline: float
) -> ChangeResult:
    """What a failed sending means: refused where that is proved, else whatever reading back says."""
    answer, first = answer_of(error), change.attempt == 1
    told = _told(error)
    if isinstance(error, NotFound):
        if change.action == HookAction.DELETE:
            return ChangeResult(ChangeState.SUCCEEDED, "already_gone" if first else "done")
        if change.action != HookAction.CREATE:
            return ChangeResult(ChangeState.REFUSED, "gone", error_class=told.error_class)
    same_again = change.action == HookAction.SECRET and answer in _REFUSED
    if (first and answer in _PROVED) or same_again:
        return ChangeResult(
            ChangeState.REFUSED, answer.value, None, told.error_class, told.detail, told.retry_after, told.fields
        )
    if answer is Answer.THROTTLED:
        return ChangeResult(ChangeState.UNKNOWN, answer.value, None, told.error_class, None, told.retry_after)
    found = look(client, change, claimed, deadline=deadline)
    if found.state is not ChangeState.UNKNOWN:
        return found
    code = found.code if found.code in ("several", "no_answer") else answer.value
    return ChangeResult(ChangeState.UNKNOWN, code, None, told.error_class, None, told.retry_after)


def _without(secret: SecretStr | None, finding: ChangeResult) -> ChangeResult:
    """The provider's words, unless it repeats the secret in them."""
    words = repr((finding.detail, finding.fields))
    if secret is None or secret.get_secret_value() not in words:
        return finding
    return replace(finding, detail=None, fields={})


def _told(error: GatewayError) -> ChangeResult:
    """What the provider itself said: its message and its fields, for the person who asked."""
    fields = error.fields if isinstance(error, Refused) else {}
    said = [error.message, *(f"{name}: {' '.join(texts)}" for name, texts in fields.items())] if isinstance(
        error, Refused
    ) else []  # fmt: skip
    detail = " ".join(part for part in said if part)[:LONGEST_DETAIL] or None
    retry_after = error.retry_after if isinstance(error, Throttled | ProviderFailed) else None
    return ChangeResult(ChangeState.UNKNOWN, "", None, type(error).__name__, detail, retry_after, fields)


def _look_for_new(client: PostpayClient, change: HookChange, claimed: Collection[str], deadline: float) -> ChangeResult:
    found = new_hooks(client, change, claimed, deadline)
    if len(found) > 1:
        return ChangeResult(ChangeState.UNKNOWN, "several")
    return ChangeResult(ChangeState.SUCCEEDED, "adopted", found[0].id) if found else _not_seen()


def _not_seen() -> ChangeResult:
    return ChangeResult(ChangeState.UNKNOWN, "not_seen")


def _is_as_wished(hook: Hook, change: HookChange) -> bool:
    if change.action == HookAction.EDIT:
        return same_address(hook.url, change.url) and set(hook.events) == set(change.event_list)
    return hook.active is change.active
