"""The client of an account, as views, commands and the worker use it."""

from __future__ import annotations

from flask import current_app, g, has_app_context

from . import metrics, provider_health
from .accounts import Account
from .database import release
from .gateways import client_for
from .gateways.contract import Mover
from .gateways.postpay.client import PostpayClient
from .gateways.postpay.mover import PostpayMover
from .gateways.transport import TransportSettings
from .settings import Settings


def provider(account: Account) -> PostpayClient:
    """The account's client. Ends the reading transaction first: nothing is held while the provider thinks."""
    release()
    return client_for(account, transport=_transport(current_app.extensions["settings"]))


def mover(account: Account) -> Mover:
    """Moves money for the account, whichever provider it is at."""
    return PostpayMover(provider(account))


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
