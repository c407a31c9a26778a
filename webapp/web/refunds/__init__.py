"""Refunding: the form, its review, what became of it, and the list of all refunds."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("refunds", __name__)
