"""Finding orders by what a customer says."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("search", __name__)
