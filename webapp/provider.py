"""The client of an account, as views, commands and the worker use it."""

from __future__ import annotations

from flask import current_app, g, has_app_context

from . import metrics
from .accounts import Account
from .database import release
from .gateways import client_for
from .gateways.postpay.client import PostpayClient
from .gateways.transport import TransportSettings
from .settings import Settings


def provider(account: Account) -> PostpayClient:
    """The account's client. Ends the reading transaction first: nothing is held while the provider thinks."""
    release()
    return client_for(account, transport=_transport(current_app.extensions["settings"]))


def _transport(settings: Settings) -> TransportSettings:
    return TransportSettings(
        connect_timeout=settings.provider_connect_timeout,
        deadline=settings.provider_deadline,
        max_concurrent=settings.provider_calls,
        observe=metrics.observe,
        request_id=_request_id,
    )


def _request_id() -> str | None:
    return g.get("request_id") if has_app_context() else None
