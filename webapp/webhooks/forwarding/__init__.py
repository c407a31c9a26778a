"""Forwards genuine deliveries to the merchant's own endpoints, and replays what came earlier."""

from __future__ import annotations

from webapp.core.accounts import Account, Environment


def allows_loopback(account: Account) -> bool:
    """Whether its deliveries may go to this machine: only where the provider is an emulator on it."""
    return account.environment is Environment.EMBEDDED
