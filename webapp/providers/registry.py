"""From an account to what speaks for it. A new provider is a folder and a line in each of the tables below.

Clients are kept as long as the process lives and never closed, for a job may be using one: there are as many as the
settings have accounts. A client keeps its connections and the state of its breaker.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, g, has_app_context

from webapp.core import metrics, provider_health
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.settings import Settings
from webapp.models.intent import Intent

from .contract import Client, Mover
from .http.transport import DEFAULT_TRANSPORT, TransportSettings
from .postpay.client import PostpayClient
from .postpay.mover import PostpayMover

ClientT = TypeVar("ClientT", bound=Client)

CLIENTS: dict[str, Callable[[Account, TransportSettings], Client]] = {"postpay": PostpayClient}
MOVERS: dict[str, Callable[[Any], Mover[Intent]]] = {"postpay": PostpayMover}

_lock = threading.Lock()
_kept: dict[tuple[Account, TransportSettings], Client] = {}


def client(account: Account) -> Client:
    """The account's client, for code that does not care which provider it is at.

    Ends the reading transaction first: nothing is held while a provider thinks.
    """
    release()
    return client_for(account, transport=_transport(current_app.extensions["settings"]))


def postpay(account: Account) -> PostpayClient:
    """The client of an account at Postpay: for views marked `@of("postpay")` and what they call."""
    return _of_kind(account, PostpayClient)


def mover(account: Account) -> Mover[Intent]:
    """Moves money for the account, whichever provider it is at."""
    return MOVERS[account.gateway](client(account))


def client_for(account: Account, *, transport: TransportSettings | None = None) -> Client:
    """The account's client, the same one as long as this process lives; other settings make another client."""
    settings = transport or DEFAULT_TRANSPORT
    with _lock:
        kept = _kept.get((account, settings))
        if kept is None:
            kept = _kept[account, settings] = CLIENTS[account.gateway](account, settings)
        return kept


def forget_clients() -> None:
    """The next one to ask gets a new client. Closes none: what still uses one keeps it to its end."""
    _kept.clear()


def _of_kind(account: Account, kind: type[ClientT]) -> ClientT:
    found = client(account)
    if not isinstance(found, kind):
        raise TypeError(f"the account {account.slug} is not at this provider")
    return found


def _transport(settings: Settings) -> TransportSettings:
    return TransportSettings(
        connect_timeout=settings.provider_connect_timeout,
        deadline=settings.provider_deadline,
        max_concurrent=settings.provider_calls,
        observe=_observe,
        request_id=_request_id,
    )


def _observe(account: str, endpoint: str, method: str, status: int | None, seconds: float, error: str | None) -> None:
    """Counts a call for Prometheus, and notes it for the page about the connection."""
    metrics.observe(account, endpoint, method, status, seconds, error)
    provider_health.note(account, endpoint, status, seconds, error)


def _request_id() -> str | None:
    return g.get("request_id") if has_app_context() else None


def _after_fork() -> None:
    """A child process must not share its parent's connections, threads or locks."""
    global _lock
    _lock = threading.Lock()
    forget_clients()


os.register_at_fork(after_in_child=_after_fork)
