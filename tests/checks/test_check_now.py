"""The check: what was captured and refunded, against the provider's transactions; nothing is called missing too early."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from tests.browser import Browser
from tests.checks.desk import ids_in
from tests.provider import Provider
from webapp import create_app, jobs
from webapp.checks.ages import ages
from webapp.settings import Settings

DUBAI = ZoneInfo("Asia/Dubai")
TICK = timedelta(microseconds=1)
Checked = Callable[[], Browser]


def ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def captured_without(provider: Provider, order_id: str, *, created: float = 20, captured: float = 10) -> None:
    """An order that was captured so many days ago, and that no transaction tells of."""
    provider.order(order_id, status="approved", created=ago(created))
    provider.change(order_id, status="captured", status_changed=ago(captured))


def test_a_captured_order_without_a_transaction_is_found(provider: Provider, checked: Checked) -> None:
    provider.order("settled", created=ago(20), status_changed=ago(19))
    captured_without(provider, "lost")
    captured_without(provider, "lost longest", captured=15)
    captured_without(provider, "of yesterday", captured=1)
    captured_without(provider, "too long ago", created=200, captured=190)
    farah = checked()
    assert "Captured, no transaction 2 rows" in farah.words
    farah.follow("Captured, no transaction")
    assert ids_in(farah) == ["lost longest", "lost"]
    assert "15 days" in farah.words
    assert "814.80" in farah.words
    farah.follow("lost longest")
    assert farah.heading == "Order lost longest"
