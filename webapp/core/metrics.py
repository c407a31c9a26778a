"""Counters for a Prometheus server: requests, the provider's latency and errors, and intents that are open.

Under gunicorn each worker keeps its numbers in a file of a shared folder (see `server.py`); a scrape adds them up.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from flask import Flask, Response, current_app, g, request
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import func, select

from webapp.models.intent import OPEN_STATES, Intent, IntentState

from . import anchor_backlog, disk, overdue, provider_health
from .database import release
from .extensions import db
from .logs import route

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

REQUESTS = Histogram("desk_request_seconds", "Time to answer a request", ("method", "route", "status"), buckets=SECONDS)
PROVIDER = Histogram(
    "desk_provider_seconds", "Time of a call to the provider", ("account", "endpoint"), buckets=SECONDS
)
PROVIDER_ERRORS = Counter(
    "desk_provider_errors", "Calls to the provider that failed, by what failed", ("account", "endpoint", "error")
)
REFUSED_DELIVERIES = Counter(
    "desk_refused_deliveries", "Deliveries to the desk that were not taken, by why not", ("account", "cause")
)


class OpenIntents:
    """How many captures and refunds are being worked on or need a person, read from the database at each scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        gauge = GaugeMetricFamily("desk_open_intents", "Intents not settled yet", labels=("account", "kind", "state"))
        columns = (Intent.account, Intent.kind, Intent.state)
        unsettled = Intent.state.in_((*OPEN_STATES, IntentState.ATTENTION))
        for *labels, count in db.session.execute(select(*columns, func.count()).where(unsettled).group_by(*columns)):
            gauge.add_metric(labels, count)
        release()
        yield gauge


class OverdueGauge:
    """For how long the oldest work of each kind waits past its time: a worker or a thread of it may be gone."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        gauge = GaugeMetricFamily(
            "desk_overdue_seconds", "Time since the oldest work that waits was due", labels=("account", "work")
        )
        for one in overdue.overdue():
            gauge.add_metric((one.account, one.work), one.by.total_seconds())
        yield gauge


class FreeBytes:
    """What is left on the disks, where that can be known."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        gauge = GaugeMetricFamily("desk_free_bytes", "Bytes left on the disk", labels=("disk",))
        for name, free in disk.free_bytes().items():
            gauge.add_metric((name,), free)
        yield gauge


class AnchorsBehind:
    """How long the oldest anchor has waited to arrive at the second place, where there is one."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        late = anchor_backlog.behind(current_app.extensions["settings"])
        if late is not None:
            gauge = GaugeMetricFamily("desk_anchor_copy_seconds", "Time that the oldest anchor has not been copied")
            gauge.add_metric((), late.total_seconds())
            yield gauge


def observe(account: str, endpoint: str, _method: str, _status: int | None, seconds: float, error: str | None) -> None:
    """Notes one call to the provider: the transport's hook."""
    PROVIDER.labels(account, endpoint).observe(seconds)
    if error:
        PROVIDER_ERRORS.labels(account, endpoint, error).inc()


def exposition() -> bytes:
    """All numbers of all workers in Prometheus' text format."""
    registry = CollectorRegistry()
    for collector in (OpenIntents(), OverdueGauge(), FreeBytes(), AnchorsBehind()):
        registry.register(collector)
    try:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    except ValueError:  # a single process, which has its numbers in memory
        return generate_latest(REGISTRY) + generate_latest(registry)
    return generate_latest(registry)


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.request_began
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(method, route(), str(response.status_code)).observe(seconds)
    return response


def init_app(app: Flask) -> None:
    """Measures each request, and has the calls to the provider written down once in a while."""
    app.after_request(_end)
    provider_health.init_app(app)
