"""Payouts: what was paid out, whether it adds up, what the bank received, and what is still to come."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("payouts", __name__)
