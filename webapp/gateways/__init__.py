"""The only place that speaks HTTP to a provider.

The client is imported when it is first asked for: the sandbox below this package is a program that needs none of it.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..accounts import Account
    from .postpay.client import PostpayClient
    from .transport import TransportSettings

MOST_CLIENTS = 64

_lock = threading.Lock()
_clients: OrderedDict[tuple[Account, TransportSettings], PostpayClient] = OrderedDict()


def client_for(account: Account, *, transport: TransportSettings | None = None) -> PostpayClient:
    """The account's client, the same one each time in this process: it keeps connections and the breaker's state.

    Give the same settings object each time; other settings make another client.
    """
    from .postpay.client import PostpayClient
    from .transport import DEFAULT_TRANSPORT

    settings = transport or DEFAULT_TRANSPORT
    with _lock:
        client = _clients.get((account, settings))
        if client is None:
            client = _clients[account, settings] = PostpayClient(account, settings)
        _clients.move_to_end((account, settings))
        if len(_clients) > MOST_CLIENTS:
            _clients.popitem(last=False)[1].close()
        return client


def _after_fork() -> None:
    """A child process must not share its parent's connections, threads or locks."""
    global _lock
    _lock = threading.Lock()
    _clients.clear()


os.register_at_fork(after_in_child=_after_fork)
