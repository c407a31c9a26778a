"""People of the desk, for admins: who they are, what they may, and whether they can come in."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("people", __name__)
