"""JSON lines on standard output: one per request, each with the request's id, none with personal data or secrets.

A route is logged as its rule (`/<account>/orders/<provider_id:order_id>`), never as the address that was asked for,
because addresses hold ids and searches. Stack traces appear here and nowhere else.
"""

from __future__ import annotations

import logging
import re
import sys
import time
import uuid
from types import TracebackType
from typing import Any, TextIO

import click
import structlog
from flask import Flask, Response, g, request
from structlog.typing import Processor

from .settings import Settings

REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,35}")
QUIET = {
    "urllib3": logging.ERROR,
    "werkzeug": logging.WARNING,
    "alembic": logging.WARNING,
    "waitress.queue": logging.ERROR,
}
"""Loggers of libraries whose everyday lines would carry addresses, or nothing worth keeping."""

ExcInfo = tuple[type, BaseException, TracebackType] | tuple[None, None, None]

log = structlog.stdlib.get_logger("webapp.request")


class _Output(logging.StreamHandler[TextIO]):
    """Standard output; but standard error while a command runs whose output is somebody's data."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        context = click.get_current_context(silent=True)
        return sys.stderr if context and not context.meta.get(__name__) else sys.stdout


def keep_to_stdout() -> None:
    """Says that the running command is a service: its log is its output."""
    click.get_current_context().meta[__name__] = True


def configure(level: str) -> None:
    """Makes every logger of the process write JSON lines. CR, LF and control characters come out escaped."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer = structlog.processors.JSONRenderer(sort_keys=False)
    output = _Output()
    output.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, _Output)]:
        root.removeHandler(handler)
    root.addHandler(output)
    root.setLevel(logging.INFO)
    logging.getLogger("webapp").setLevel(level.upper())
    for name, quiet in QUIET.items():
        logging.getLogger(name).setLevel(quiet)


def _begin(proxied: bool) -> None:
    given = request.headers.get("X-Request-Id", "") if proxied else ""
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    g.request_began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    log.info(
        "request",
        user_id=_user_id(),
        method=request.method,
        route=route(),
        status=response.status_code,
        ms=round((time.perf_counter() - g.request_began) * 1000, 1),
    )
    return response


def route() -> str:
    """The rule that the request matched, without the ids and searches in its address; `-` for none."""
    return request.url_rule.rule if request.url_rule else "-"


def _user_id() -> int | None:
    """Who was signed in, if the request had a reason to find out."""
    return getattr(g.get("_login_user"), "id", None)


def _crashed(exc_info: ExcInfo | Any) -> None:
    log.error("crash", user_id=_user_id(), method=request.method, route=route(), exc_info=exc_info)


def init_app(app: Flask, settings: Settings) -> None:
    """Gives each request an id, the proxy's if there is a trusted one, and a line when it was answered."""
    configure(settings.log_level)
    proxied = settings.proxy_hops > 0
    app.before_request(lambda: _begin(proxied))
    app.after_request(_end)
    app.log_exception = _crashed  # type: ignore[method-assign]
