"""What the provider told the desk: the log of deliveries, one in full, and the bench for signatures."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("deliveries", __name__)
