"""Refunding: the form, its review, and what became of it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("refunds", __name__)
