"""Webhooks: where Postpay tells the shop what happened."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("hooks", __name__)
