"""An endpoint that says neither who may use it nor that everybody may cannot be served."""

from __future__ import annotations

import pytest
from flask import Flask

from webapp.access.permissions import Permission, check_every_endpoint

OPEN_TO_STRANGERS = {
    "static", "favicon", "choose_theme",
    "auth.sign_in", "auth.open_session", "auth.sign_out",
    "health.show_health", "health.show_readiness", "health.show_metrics", "health.report_blocked",
    "receiver.receive",
}  # fmt: skip


def test_an_unmarked_endpoint_stops_the_start(app: Flask) -> None:
    app.view_functions["planted"] = lambda: "open to everybody"
    with pytest.raises(RuntimeError, match="planted"):
        check_every_endpoint(app)


def test_every_endpoint_says_what_it_needs(app: Flask) -> None:
    needs = {name: view.required_permission for name, view in app.view_functions.items()}  # type: ignore[attr-defined]
    public = {name for name, permission in needs.items() if permission is None}
    assert public <= OPEN_TO_STRANGERS
    assert all(isinstance(permission, Permission) for permission in needs.values() if permission is not None)
