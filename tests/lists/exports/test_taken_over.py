"""An export whose worker is killed in the middle: another one takes it over and completes it, on either engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE, make_settings
from tests.people import hire, let_in
from tests.provider import provider_of
from webapp import create_app
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET
from webapp.emulators.postpay.server import Sandbox
from webapp.jobs import work_once
from webapp.models.base import now
from webapp.models.job import Job, JobState

from .files import begin, entries, fetch

MANY = 600


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(orders=MANY, seed=4, credentials=[(EMBEDDED_MERCHANT, EMBEDDED_SECRET)]) as running:
        yield running


@pytest.fixture
def app(engine_url: str, sandbox: Sandbox, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(make_settings(sandbox.base_url, engine_url, tmp_path))
    with app.app_context():
        hire(app, {"finance": PEOPLE["finance"]}, PASSWORD)
    yield app
    with app.app_context():
        db.engine.dispose()


def job(app: Flask) -> Job:
    with app.app_context():
        return db.session.scalars(select(Job).order_by(Job.id.desc())).first()  # type: ignore[return-value]


def until(reached: Callable[[], bool]) -> None:
    for _ in range(300):
        if reached():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def begin_slowly(app: Flask, sandbox: Sandbox, tmp_path: Path) -> tuple[Browser, str, subprocess.Popen[bytes]]:
    """An export in the hands of a worker of its own process, whose provider has become very slow."""
    farah = let_in(app, PEOPLE["finance"][0])
    address = begin(farah, "/demo/orders")
    provider_of(sandbox).fault("latency", method="GET", path="/orders", times=1000, skip=3, seconds=1.5)
    url = app.config["SQLALCHEMY_ENGINES"]["default"]["url"].render_as_string(hide_password=False)
    worker = [sys.executable, "-m", "tests.lists.exports.worker", sandbox.base_url, url, str(tmp_path)]
    process = subprocess.Popen(worker, stdout=subprocess.DEVNULL)
    until(lambda: job(app).done > 0)
    return farah, address, process


def test_a_killed_workers_export_is_taken_over(app: Flask, sandbox: Sandbox, tmp_path: Path) -> None:
    farah, address, process = begin_slowly(app, sandbox, tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    provider_of(sandbox).heal()
    assert job(app).state == JobState.RUNNING
    assert not work_once(app), "while its lease lasts, it is the dead one's"
    with app.app_context(), writing() as session:
        session.scalars(select(Job)).one().lease_until = now() - timedelta(seconds=1)
    assert work_once(app)
    file = fetch(farah, address)
    assert len(set(file.column("Order ID"))) == file.manifest["rows"] == MANY
    assert job(app).attempt == 2
    assert len(entries(app, "export.finished")) == 1


@pytest.mark.parametrize("engine_url", ["sqlite"], indirect=True)
def test_a_worker_that_is_told_to_stop_gives_it_back(app: Flask, sandbox: Sandbox, tmp_path: Path) -> None:
    farah, address, process = begin_slowly(app, sandbox, tmp_path)
    process.terminate()
    assert process.wait(15) == 0
    assert job(app).state == JobState.WAITING
    provider_of(sandbox).heal()
    assert work_once(app)
    assert fetch(farah, address).manifest["rows"] == MANY
