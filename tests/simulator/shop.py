"""The provider's webhooks and the shop behind them: what is delivered, and what the shop makes of it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import SecretStr

from webapp.providers.http import errors
from webapp.providers.postpay.filters import HookQuery, OrderQuery, TransactionQuery
from webapp.providers.postpay.hook import Hook, LastResponse
from webapp.providers.postpay.models import Page

from .client import Client
from .provider import Provider, refused
from .schedule import Schedule

URL = "https://shop.example.com/in"
EVENTS = ("order", "transaction")
MOODS = (200, 200, 200, 401, 500)
STILL_FRESH = timedelta(seconds=25)
"""What was read of a webhook may be so old when what was decided by it is sent, and what was sent when it arrives."""
LATE_HOOKS = (0.5, 3.0, 11.0)


@dataclass
class SimulatedHook:
    """A webhook as the provider has it. `last_good`: when the shop took something of it last."""

    id: str
    url: str
    events: tuple[str, ...]
    active: bool
    secret: str
    created: datetime
    code: int | None = None
    was_good: bool = False
    turned_bad: datetime | None = None

    def is_or_was_good(self, since: datetime) -> bool:
        """Whether it got through then, or has since."""
        return self.active and self.was_good and (self.turned_bad is None or self.turned_bad >= since)


class Shop(Provider):
    """One shop: it takes what is signed with a secret that it knows, when it is in the mood for it."""

    def __init__(self, schedule: Schedule, dice: random.Random) -> None:
        super().__init__(schedule, dice)
        self.hooks: dict[str, SimulatedHook] = {}
        self.gone: list[SimulatedHook] = []
        self.secrets = ["made by hand"]
        self.mood, self.made, self.unverified = 200, 0, 0
        self.sending: dict[str, int] = defaultdict(int)
        self.add_hook("made by hand")

    def add_hook(self, secret: str, *, active: bool = True, url: str = URL, events: tuple[str, ...] = EVENTS) -> str:
        self.made += 1
        hook = SimulatedHook(f"hook-{self.made}", url, events, active, secret, self.clock)
        self.hooks[hook.id] = hook
        return hook.id

    def trade(self) -> None:
        """Something happens in the shop, and everybody who is active is told."""
        for hook in self.hooks.values():
            if not hook.active:
                continue
            is_known = hook.secret in self.secrets
            self.unverified += not is_known
            hook.code = self.mood if is_known else 401
            if hook.code == 200:
                hook.was_good, hook.turned_bad = True, None
            elif hook.turned_bad is None:
                hook.turned_bad = self.schedule.now

    def hook(self, hook_id: str) -> SimulatedHook:
        """Raises NotFound."""
        if hook_id not in self.hooks:
            raise refused(errors.NotFound, 404, "not_found")
        return self.hooks[hook_id]

    def edit(self, hook_id: str, **values: object) -> None:
        hook = self.hook(hook_id)
        for name, value in values.items():
            setattr(hook, name, value)
        if "secret" in values or "active" in values:
            hook.turned_bad = hook.turned_bad or (None if hook.active else self.schedule.now)

    def delete(self, hook_id: str) -> None:
        self.gone.append(self.hook(hook_id))
        del self.hooks[hook_id]


class HookClient(Client):
    """What the desk asks of `PostpayClient` about webhooks."""

    def __init__(self, shop: Shop, about_to_silence: Callable[[str, bool], None]) -> None:
        super().__init__(shop)
        self.shop, self.about_to_silence = shop, about_to_silence

    def get_hook(self, *, hook_id: str, deadline: float | None = None) -> Hook:
        return self._read(lambda: _told(self.shop.hook(hook_id)), deadline)

    def list_hooks(self, *, query: HookQuery, deadline: float | None = None) -> Page[Hook]:
        return self._read(lambda: self._page([_told(one) for one in self.shop.hooks.values()]), deadline)

    def list_orders(self, _query: OrderQuery) -> Page[Hook]:
        return self._read(lambda: self._page([]), None)

    def list_transactions(self, _query: TransactionQuery) -> Page[Hook]:
        return self._read(lambda: self._page([]), None)

    def create_hook(
        self, *, url: str, events: tuple[str, ...], secret: SecretStr, active: bool, deadline: float
    ) -> Hook:
        made: list[str] = []
        word = secret.get_secret_value()
        act = lambda: made.append(self.shop.add_hook(word, active=active, url=url, events=tuple(events)))  # noqa: E731
        self._write_hook(f"new at {url}", act, deadline)
        return _told(self.shop.hook(made[0]))

    def edit_hook(self, *, hook_id: str, deadline: float, secret: SecretStr | None = None, **values: object) -> None:
        if values.get("active") is False:
            self.about_to_silence(hook_id, False)
        if secret is not None:
            values["secret"] = secret.get_secret_value()
        self._write_hook(hook_id, lambda: self.shop.edit(hook_id, **values), deadline)

    def delete_hook(self, *, hook_id: str, deadline: float) -> None:
        self.about_to_silence(hook_id, True)
        self._write_hook(hook_id, lambda: self.shop.delete(hook_id), deadline)

    def _write_hook(self, what: str, act: Callable[[], object], deadline: float) -> None:
        assert not self.shop.sending[what], f"two changes of {what} at once"
        self.shop.sending[what] += 1
        try:
            self._deliver(what, act, self.shop.fault(self._write_faults), self._ends(deadline), LATE_HOOKS)
        finally:
            self.shop.sending[what] -= 1

    def _page(self, rows: list[Hook]) -> Page[Hook]:
        return Page(count=len(rows), results=tuple(rows), number=1, size=50, has_next=False)


def _told(hook: SimulatedHook) -> Hook:
    status = "unused" if hook.code is None else "ok"
    return Hook.model_construct(
        id=hook.id,
        active=hook.active,
        events=hook.events,
        url=hook.url,
        last_response=LastResponse.model_construct(code=hook.code, status=status),
        created=hook.created,
    )
