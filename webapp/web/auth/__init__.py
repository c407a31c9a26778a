"""Who comes in, where they are signed in, and with which password."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("auth", __name__)
