"""Every endpoint, by every method, for every role that somebody has on one account only: there, and on another one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.browser import Browser
from tests.conftest import make_settings
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox

from .accounts import give, with_second_account
from .addresses import address, requests
from .records import Records
from .test_role_matrix import MAY, ROLES, assert_as_the_table_says


@pytest.fixture
def settings(sandbox: Sandbox, migrated_database: Path, tmp_path: Path) -> Settings:
    shutil.copy(migrated_database, tmp_path / "desk.sqlite3")
    return with_second_account(make_settings(sandbox.base_url, f"sqlite:///{tmp_path / 'desk.sqlite3'}", tmp_path))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_on_one_account_holds_there_and_no_other_account_exists(
    role: str, app: Flask, sign_in: Callable[[str], Browser], records: Records
) -> None:
    """What concerns the whole desk is for nobody who has a role on one account only."""
    give(records, role, demo=role)
    browser = sign_in(role)
    may = {endpoint: frozenset() if endpoint.startswith("people.") else roles for endpoint, roles in MAY.items()}
    assert_as_the_table_says(role, may, app, browser, records)
    for rule, method in requests(app):
        if "account" in rule.arguments and "stranger" not in MAY[rule.endpoint]:
            for tried in (method, *(["PUT"] * (role == "admin"))):
                assert_as_if_there_were_none(browser, rule, tried)
    assert not [news for news in records.news() if news.startswith("access.denied")], "as if there were none"


def assert_as_if_there_were_none(browser: Browser, rule: Rule, method: str) -> None:
    """Word for word, also by a method that the page does not answer."""
    hidden, missing = (
        browser.client.open(address(rule, account=slug), method=method) for slug in ("second", "nowhere")
    )
    told = f"{method} {rule.endpoint}"
    assert hidden.status_code == missing.status_code == 404, told
    assert without_chance(hidden, "second") == without_chance(missing, "nowhere"), told


def without_chance(response: TestResponse, slug: str) -> tuple[str, list[tuple[str, str]]]:
    """The answer without what differs from one request to the next, and without the account that was asked for."""
    request_id = response.headers["X-Request-Id"]
    text = re.sub(r"[A-Za-z0-9_-]{40,}\.[A-Za-z0-9_.-]+|ey[A-Za-z0-9_.-]{20,}|Im[A-Za-z0-9_.-]{40,}", "", response.text)
    headers = [(name, value.replace(request_id, "")) for name, value in response.headers if name != "Content-Length"]
    return text.replace(request_id, "").replace(slug, "…"), [pair for pair in headers if pair[0] != "Set-Cookie"]
