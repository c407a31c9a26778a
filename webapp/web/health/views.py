"""For machines: is the process alive, can it work, how is it doing; and where browsers report blocked contents."""

from __future__ import annotations

import hmac
import time
from collections import deque
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Response, abort, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from webapp.access.permissions import public
from webapp.core import anchor_backlog, disk, metrics, overdue
from webapp.core.database import release, writing
from webapp.core.extensions import csrf, db
from webapp.core.settings import Settings
from webapp.models.audit_entry import AuditEntry
from webapp.providers.registry import postpay
from webapp.web.headers import REPORTS

blueprint = Blueprint("health", __name__)
log = structlog.stdlib.get_logger("webapp.health")

LOOPBACK = ("127.0.0.1", "::1")
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")
LONGEST_REPORT = 16 * 1024
REPORTS_A_MINUTE = 20

_reported: deque[float] = deque(maxlen=REPORTS_A_MINUTE)


@blueprint.get("/healthz")
@public
def show_health() -> Response:
    """The process answers; nothing else is asked."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/readyz")
@public
def show_readiness() -> tuple[Response, int]:
    """200 when this process can do its work, 503 when not. Only the house itself reads what is wrong."""
    checks = {"database": _writable(), "schema": _at_head(), "audit": _audit_readable()}
    ready = all(checks.values())
    answer: dict[str, Any] = {"status": "ready" if ready else "not ready"}
    if _is_of_the_house():
        answer |= {"checks": checks, "provider": _provider_answers(), "worker": _worker_in_time()}
        answer["free_bytes"] = disk.free_bytes()
        if (late := anchor_backlog.behind(current_app.extensions["settings"])) is not None:
            answer["anchors_copied"] = late < overdue.LATE
    return jsonify(answer), 200 if ready else 503


@blueprint.get("/metrics")
@public
def show_metrics() -> Response:
    """Prometheus' text format, for the house only."""
    if not _is_of_the_house():
        abort(404)
    return Response(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)


@blueprint.post(REPORTS)
@public
def report_blocked() -> tuple[str, int]:
    """A browser says that a page tried what its policy forbids: a defect of ours, or somebody's attempt."""
    if (request.content_length or LONGEST_REPORT + 1) > LONGEST_REPORT:
        abort(413)
    if not _too_many_reports():
        for directive, blocked in _violations(_report()):
            log.warning("csp-violation", directive=directive, blocked=blocked)
    return "", 204


csrf.exempt(report_blocked)  # browsers send no token with a report


def _report() -> Any:
    """What the browser sent, or None when it is no JSON, or nested beyond any report."""
    try:
        return request.get_json(force=True, silent=True)
    except RecursionError:
        return None


def _is_of_the_house() -> bool:
    """Who has the token; where none is set, who asks from this machine, unless a proxy stands there too."""
    settings: Settings = current_app.extensions["settings"]
    token = settings.metrics_token.get_secret_value()
    if token:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    if settings.proxy_hops or any(name in request.headers for name in FORWARDED):
        return False
    return request.remote_addr in LOOPBACK


def _writable() -> bool:
    """Takes the place of the one writer on SQLite; asks PostgreSQL, where the desk's role may not touch every table."""
    try:
        with writing() as session:
            if session.get_bind().dialect.name == "postgresql":
                return session.scalar(text("SHOW transaction_read_only")) == "off"
            session.execute(text("UPDATE alembic_version SET version_num = version_num"))
            session.rollback()
    except SQLAlchemyError as error:
        log.error("the database cannot be written", kind=type(getattr(error, "orig", None) or error).__name__)
        return False
    return True


def _at_head() -> bool:
    try:
        return bool(current_app.extensions["schema_is_current"]())
    except SQLAlchemyError:
        return False


def _audit_readable() -> bool:
    try:
        db.session.execute(select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)).first()
        release()
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True


def _provider_answers() -> dict[str, bool]:
    """By account, as the last calls went; nobody is asked."""
    accounts = current_app.extensions["accounts"]
    return {slug: not postpay(account).breaker_open for slug, account in accounts.items()}


def _worker_in_time() -> dict[str, bool]:
    """By kind of work, whether the workers do it in time; nothing where that cannot be asked."""
    try:
        return overdue.is_in_time()
    except SQLAlchemyError:
        db.session.rollback()
        return {}


def _too_many_reports() -> bool:
    """Anybody can send reports, so a flood of them must not fill the logs."""
    moment = time.monotonic()
    if len(_reported) == REPORTS_A_MINUTE and moment - _reported[0] < 60:
        return True
    _reported.append(moment)
    return False


def _violations(document: Any) -> list[tuple[str, str]]:
    """(directive, what was blocked) of a report in either of the two formats; no paths, which hold ids."""
    listed = document if isinstance(document, list) else [document]
    bodies = [one.get("csp-report") or one.get("body") for one in listed[:10] if isinstance(one, dict)]
    return [
        (_short(_first(body, "effectiveDirective", "effective-directive", "violated-directive")),
         _origin(_first(body, "blockedURL", "blocked-uri")))
        for body in bodies
        if isinstance(body, dict)
    ]  # fmt: skip


def _first(body: dict[str, Any], *names: str) -> str:
    return next((str(body[name]) for name in names if name in body), "-")


def _short(text: str) -> str:
    return text[:80]


def _origin(address: str) -> str:
    """Scheme, host and port, or the keyword (`inline`, `eval`); no name or password before the host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "-"
    host = parts.netloc.rpartition("@")[2]
    return _short(f"{parts.scheme}://{host}" if parts.netloc else parts.scheme or address)
