"""What a page asks by itself, while nobody is there: it must not keep the session alive."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from tests.browser import Browser
from tests.conftest import make_settings
from tests.provider import provider_of
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox


@pytest.fixture
def settings(sandbox: Sandbox, migrated_database: Path, tmp_path: Path) -> Settings:
    shutil.copy(migrated_database, tmp_path / "desk.sqlite3")
    return make_settings(sandbox.base_url, f"sqlite:///{tmp_path / 'desk.sqlite3'}", tmp_path)


def test_a_result_page_that_waits_for_news_does_not_keep_it_alive(
    clock: time_machine.Traveller, alice: Browser, sandbox: Sandbox
) -> None:
    provider = provider_of(sandbox)
    provider.order("order-1")
    alice.open("/demo/orders/order-1/refund")
    alice.submit("Continue", part="part", amount="12.50", reason="returned", note="")
    provider.fault("drop_before", path="/orders/order-1/refunds")
    alice.submit("Refund AED")
    result = alice.page.find(id="result")
    headers = {"HX-Request": "true", **json.loads(str(result["hx-headers"]))}  # type: ignore[index]
    statuses = []
    for _ in range(4):
        clock.shift(timedelta(minutes=4))
        statuses.append(alice.client.get(str(result["hx-get"]), headers=headers).status_code)  # type: ignore[index]
    assert statuses[-1] == 401
    assert set(statuses[:-1]) <= {200, 204}
