"""Settlements: the provider's transactions, and one of them with its fee line by line."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("settlements", __name__)
