"""Forwards genuine deliveries to the merchant's own endpoints, and replays what came earlier."""

from __future__ import annotations

from webapp.core.accounts import Account
from webapp.core.settings import Settings


def allows_loopback(account: Account, settings: Settings) -> bool:
    """Whether its deliveries may go to this machine: only where the provider is an emulator on it, and nobody else can
    sign in to the demo, whose password everybody knows.
    """
    return account.is_embedded and not settings.is_reachable
