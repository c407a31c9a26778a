"""Addresses of this desk, told from those that lead elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request


def own_address(text: str | None) -> str | None:
    """The text if it is a path of this desk; None for anything a browser could take for another place."""
    if not text or not text.startswith("/") or text[1:2] in ("/", "\\") or "\\" in text:
        return None
    return text if text.isascii() and text.isprintable() and " " not in text else None


def page_before() -> str | None:
    """The page that this request came from, if it is one of ours: for going back after a sign-in."""
    try:
        came_from = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    except ValueError:
        return None
    if came_from.netloc != request.host:
        return None
    return own_address(came_from.path + (f"?{came_from.query}" if came_from.query else ""))
