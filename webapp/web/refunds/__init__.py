"""Refunding an order, and the list of what was refunded."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("refunds", __name__)
