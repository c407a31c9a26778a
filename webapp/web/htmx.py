"""What differs when htmx asks."""

from __future__ import annotations

from flask import Response, make_response, redirect

from webapp.core.extensions import htmx


def wants_fragment() -> bool:
    """Whether htmx asks for a part of the page (and not for a boosted or history-restored whole page)."""
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def form_follows() -> bool:
    """Whether the filter form of a list changes with its results: its errors, or what is on."""
    return (htmx.trigger or "").startswith(("filters", "chip-"))


def redirect_after_post(address: str) -> Response:
    """Sends the browser to a page that can be reloaded: 303, or HX-Redirect for htmx."""
    if not htmx:
        return make_response(redirect(address, 303))
    response = make_response("", 204)
    response.headers["HX-Redirect"] = address
    return response
