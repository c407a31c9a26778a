"""Why work with a provider came to nothing, in the one word that pages have a sentence for."""

from __future__ import annotations

from webapp.providers.http.errors import (
    Forbidden,
    GatewayError,
    NoAnswer,
    NotFound,
    ProviderFailed,
    Refused,
    Throttled,
    Unauthorized,
    told_as,
)

_CAUSES: tuple[tuple[tuple[type[GatewayError], ...], str], ...] = (
    ((Throttled,), "throttled"),
    ((Unauthorized,), "unauthorized"),
    ((Forbidden,), "forbidden"),
    ((NotFound,), "not_found"),
    ((Refused,), "refused"),
    ((NoAnswer, ProviderFailed), "no_answer"),
)


def cause_of(error: GatewayError) -> str:
    return next((cause for kinds, cause in _CAUSES if issubclass(told_as(error), kinds)), "unreadable")
