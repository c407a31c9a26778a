"""The only place that speaks HTTP to a provider."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict

from ..accounts import Account
from .postpay.client import PostpayClient
from .transport import TransportSettings

__all__ = ["PostpayClient", "TransportSettings", "client_for"]

MOST_CLIENTS = 64

_lock = threading.Lock()
_clients: OrderedDict[tuple[Account, TransportSettings], PostpayClient] = OrderedDict()


def client_for(account: Account, *, transport: TransportSettings | None = None) -> PostpayClient:
    """The account's client, the same one each time in this process: it keeps connections and the breaker's state.

    Give the same settings object each time; other settings make another client.
    """
    settings = transport or _DEFAULT
    with _lock:
        client = _clients.get((account, settings))
        if client is None:
            client = _clients[account, settings] = PostpayClient(account, settings)
        _clients.move_to_end((account, settings))
        if len(_clients) > MOST_CLIENTS:
            _clients.popitem(last=False)[1].close()
        return client


_DEFAULT = TransportSettings()


def _after_fork() -> None:
    """A child process must not share its parent's connections, threads or locks."""
    global _lock
    _lock = threading.Lock()
    _clients.clear()


os.register_at_fork(after_in_child=_after_fork)
