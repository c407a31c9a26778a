"""One folder per area of the desk that people use."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

AREAS = (
    "auth",
    "orders",
    "search",
    "refunds",
    "captures",
    "in_progress",
    "approvals",
    "settlements",
    "payouts",
    "checks",
    "exports",
    "audit",
    "hooks",
    "deliveries",
    "receiver",
    "health",
    "live",
    "connection",
    "alerts",
    "people",
)


def init_app(app: Flask) -> None:
    """Registers each area's blueprint."""
    for area in AREAS:
        app.register_blueprint(import_module(f".{area}.views", __name__).blueprint)
