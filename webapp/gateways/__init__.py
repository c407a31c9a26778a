"""The only place that speaks HTTP to a provider.

The client is imported when it is first asked for: the sandbox below this package is a program that needs none of it.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..accounts import Account
    from .postpay.client import PostpayClient
    from .transport import TransportSettings

_lock = threading.Lock()
_clients: dict[tuple[Account, TransportSettings], PostpayClient] = {}


def client_for(account: Account, *, transport: TransportSettings | None = None) -> PostpayClient:
    """The account's client, the same one as long as this process lives: it keeps connections and the breaker's state.

    It is never closed, for a job may be using it: there are as many as the settings have accounts. Other settings
    make another client.
    """
    from .postpay.client import PostpayClient
    from .transport import DEFAULT_TRANSPORT

    settings = transport or DEFAULT_TRANSPORT
    with _lock:
        client = _clients.get((account, settings))
        if client is None:
            client = _clients[account, settings] = PostpayClient(account, settings)
        return client


def forget_clients() -> None:
    """The next one to ask gets a new client. Closes none: what still uses one keeps it to its end."""
    _clients.clear()


def _after_fork() -> None:
    """A child process must not share its parent's connections, threads or locks."""
    global _lock
    _lock = threading.Lock()
    forget_clients()


os.register_at_fork(after_in_child=_after_fork)
