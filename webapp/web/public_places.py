"""How many threads strangers can have at once, so that they never have all: others have work to do."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Any

from flask import Flask, Response, current_app, g, request

RETRY_AFTER = 2
"""Seconds."""


def places_for(threads: int) -> int:
    """How many of a process's threads may serve what anybody can send: seven of eight, and never all (but of one)."""
    return max(1, threads - max(1, threads // 8))


def _take() -> Response | None:
    """A place for a POST that anybody may send; without one it is refused at once, as waiting would hold a thread."""
    view: Any = current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or view is None or view.required_permission is not None:
        return None
    places: BoundedSemaphore = current_app.extensions["places"]
    if places.acquire(blocking=False):
        g.place = places
        return None
    response = Response("The desk is busy. Try again in a moment.\n", 503, content_type="text/plain; charset=utf-8")
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _give_back(_error: BaseException | None) -> None:
    place: BoundedSemaphore | None = g.pop("place", None)
    if place is not None:
        place.release()


def init_app(app: Flask) -> None:
    """Takes a place before anything is looked up, and gives it back when the request is over."""
    app.extensions["places"] = BoundedSemaphore(places_for(app.extensions["settings"].web_threads))
    app.before_request(_take)
    app.teardown_request(_give_back)
