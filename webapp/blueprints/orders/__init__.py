"""Finding orders and reading one."""

from __future__ import annotations

from flask import Blueprint

from ... import awaiting_capture

blueprint = Blueprint("orders", __name__)
blueprint.record_once(lambda state: awaiting_capture.init_app(state.app))  # type: ignore[arg-type]
