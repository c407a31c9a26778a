"""Strangers never have all threads: what anybody can send has a bounded number of places."""

from __future__ import annotations

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.browser import Browser
from webapp.core.settings import Settings
from webapp.web.public_slots import form_places_for, places_for


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"web_threads": 8})


@pytest.mark.parametrize(("threads", "places"), [(1, 1), (2, 1), (4, 3), (8, 7), (32, 28), (256, 224)])
def test_some_threads_are_kept_for_others(threads: int, places: int) -> None:
    assert places_for(threads) == places


@pytest.mark.parametrize(("threads", "places"), [(1, 1), (2, 1), (4, 1), (8, 3), (32, 12), (256, 96)])
def test_some_of_those_are_kept_for_deliveries(threads: int, places: int) -> None:
    assert form_places_for(threads) == places


def deliver(app: Flask) -> int:
    return app.test_client().post("/hooks/demo/unknown", data="{}").status_code


def report(app: Flask) -> TestResponse:
    return app.test_client().post("/theme", data={"theme": "dark"}, headers={"Sec-Fetch-Site": "cross-site"})


def test_when_strangers_have_their_places_the_next_is_told_to_come_again(
    app: Flask, alice: Browser, tmp_path: Path
) -> None:
    places = form_places_for(8)
    database = sqlite3.connect(tmp_path / "desk.sqlite3", isolation_level=None)
    with closing(database) as other, ThreadPoolExecutor(places) as pool:
        other.execute("BEGIN IMMEDIATE")  # for which each refusal's audit entry has to wait
        waiting = [pool.submit(report, app) for _ in range(places)]
        refused = _refused(app)
        assert deliver(app) == 404
        alice.open("/demo/orders")
        assert alice.status == 200
        other.execute("ROLLBACK")
        assert [one.result().status_code for one in waiting] == [403] * places
    assert refused.headers["Retry-After"] == "2"
    assert [report(app).status_code for _ in range(2 * places)] == [403] * 2 * places


def _refused(app: Flask) -> TestResponse:
    """The first 503, once the places are taken."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        answer = app.test_client().post("/csp-report", data="{}", content_type="application/csp-report")
        if answer.status_code == 503:
            return answer
        threading.Event().wait(0.02)
    raise AssertionError("nobody was refused")
