"""How many threads strangers can have at once, so that they never have all: others have work to do."""

from __future__ import annotations

from contextlib import ExitStack
from threading import BoundedSemaphore
from typing import Any

from flask import Flask, Response, current_app, g, request

RETRY_AFTER = 2
"""Seconds."""
HOLD_BACK = "postpay_desk.hold_back"
"""In the WSGI environment: this was refused because too much is asked; the connection's next request may wait."""


def places_for(threads: int) -> int:
    """How many of a process's threads may serve what anybody can send: seven of eight, and never all (but of one)."""
    return max(1, threads - max(1, threads // 8))


def form_places_for(threads: int) -> int:
    """How many of those may serve what is no delivery: three of eight, so that a flood of forms delays no webhook."""
    return max(1, threads * 3 // 8)


def _take() -> Response | None:
    """A place for a POST that anybody may send; without one it is refused at once, as waiting would hold a thread."""
    view: Any = current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or view is None or view.required_permission is not None:
        return None
    is_delivery = getattr(view, "takes_raw_body", False)
    needed: tuple[BoundedSemaphore, ...] = current_app.extensions["delivery_places" if is_delivery else "form_places"]
    with ExitStack() as taken:
        for places in needed:
            if not places.acquire(blocking=False):
                return _busy()
            taken.callback(places.release)
        g.places = taken.pop_all()
    return None


def _busy() -> Response:
    busy = Response("The desk is busy. Try again in a moment.\n", 503, content_type="text/plain; charset=utf-8")
    return come_later(busy, RETRY_AFTER)


def come_later(response: Response, seconds: int) -> Response:
    """Tells who asks too much when to come again; the server makes sure of a moment at least."""
    response.headers["Retry-After"] = str(seconds)
    request.environ[HOLD_BACK] = True
    return response


def _give_back(_error: BaseException | None) -> None:
    places: ExitStack | None = g.pop("places", None)
    if places is not None:
        places.close()


def init_app(app: Flask) -> None:
    """Takes a place before anything is looked up, and gives it back when the request is over."""
    threads = app.extensions["settings"].web_threads
    all_together, forms = BoundedSemaphore(places_for(threads)), BoundedSemaphore(form_places_for(threads))
    app.extensions["delivery_places"] = (all_together,)
    app.extensions["form_places"] = (forms, all_together)
    app.before_request(_take)
    app.teardown_request(_give_back)
