"""What one person may have made in a day, and what a full disk still allows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE, make_settings
from tests.people import hire
from tests.provider import provider_of
from webapp import create_app
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.jobs import work_once
from webapp.lists.exports import body
from webapp.models.base import now
from webapp.models.export import Export, ExportChunk
from webapp.models.job import Job

from .files import begin, entries, fetch, make

FULL = {"least_free_megabytes": 100_000_000}
"""No disk has so much left."""


@pytest.fixture(autouse=True)
def _orders(sandbox: Sandbox) -> None:
    for number in range(3):
        provider_of(sandbox).order(f"order-{number}")


@pytest.fixture
def desk(engine_url: str, sandbox: Sandbox, tmp_path: Path) -> Callable[..., Flask]:
    """The same desk on either engine, with other settings each time."""
    people = {role: PEOPLE[role] for role in ("finance", "auditor")}
    first = create_app(make_settings(sandbox.base_url, engine_url, tmp_path))
    with first.app_context():
        hire(first, people, PASSWORD)

    def with_settings(**changes: int) -> Flask:
        return create_app(make_settings(sandbox.base_url, engine_url, tmp_path, **changes))

    return with_settings


def enter(app: Flask, who: str = "finance") -> Browser:
    browser = Browser(app)
    browser.open("/sign-in")
    browser.submit("Sign in", email=PEOPLE[who][0], password=PASSWORD)
    return browser


def press(browser: Browser, address: str) -> str:
    """Asks for a CSV that is perhaps not begun; what the next page says."""
    browser.open(address)
    browser.submit("As CSV")
    return browser.words


def count(app: Flask, model: type[Export] | type[ExportChunk] | type[Job]) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def change(app: Flask, **values: object) -> None:
    """What happens to all exports that are there."""
    with app.app_context(), writing() as session:
        session.execute(update(Export).values(**values))


def export_of(app: Flask, address: str) -> Export:
    with app.app_context():
        return db.session.get_one(Export, int(address.rpartition("/")[2]))


@pytest.mark.requirement("R43")
def test_another_file_than_one_may_have_is_not_begun(desk: Callable[..., Flask]) -> None:
    app = desk(export_files_a_day=2)
    farah = enter(app)
    make(farah, "/demo/orders")
    begun = begin(farah, "/demo/orders?status=captured")
    words = press(farah, "/demo/orders?currency=AED")
    assert "You exported 2 files in the last 24 hours, the limit for one person. The oldest of them counts" in words
    assert farah.heading == "Exports"
    assert (count(app, Job), len(entries(app, "export.started"))) == (2, 2)
    assert begin(farah, "/demo/orders?status=captured") == begun, "what is under way is not another one"
    assert work_once(app)
    make(enter(app, "auditor"), "/demo/orders")
    change(app, created=now() - timedelta(hours=24, seconds=1))
    begin(farah, "/demo/orders?currency=AED")


def test_cancelled_files_count_too(desk: Callable[..., Flask]) -> None:
    farah = enter(desk(export_files_a_day=1))
    begin(farah, "/demo/orders")
    farah.submit("Cancel")
    assert "You exported 1 file in the last 24 hours, the limit for one person." in press(farah, "/demo/orders")


def test_after_as_many_bytes_as_one_may_have_nothing_is_begun(desk: Callable[..., Flask]) -> None:
    app = desk(export_megabytes_a_day=1)
    farah = enter(app)
    make(farah, "/demo/orders")
    change(app, size=1_000_000)
    words = press(farah, "/demo/orders?status=captured")
    assert "take up 1 MB, the limit for one person. The oldest of them counts until" in words
    assert count(app, Job) == 1
    make(enter(app, "auditor"), "/demo/orders")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_that_grows_beyond_what_one_may_have_is_stopped(
    desk: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(body, "CHUNK", 60)
    app = desk(export_megabytes_a_day=1)
    farah = enter(app)
    make(farah, "/demo/orders")
    size, chunks = 1_000_000 - 100, count(app, ExportChunk)
    change(app, size=size)
    address = begin(farah, "/demo/orders?status=captured", kind)
    assert work_once(app)
    farah.open(address)
    assert "what one person may export within 24 hours. Narrow the filters" in farah.words
    assert entries(app, "export.failed")[0]["cause"] == "quota"
    stopped = export_of(app, address)
    assert (stopped.size, stopped.proved, count(app, ExportChunk)) == (None, False, chunks), "nothing of it is kept"
    change(app, size=0)
    farah.submit("Start again")
    assert work_once(app)
    assert fetch(farah, farah.address).manifest["rows"] == 3


def test_with_a_nearly_full_disk_no_file_is_begun(desk: Callable[..., Flask]) -> None:
    app = desk(**FULL)
    assert "The desk's disk is nearly full, so no file is made. Tell an admin." in press(enter(app), "/demo/orders")
    assert count(app, Job) == count(app, Export) == 0


def test_with_a_nearly_full_disk_no_rows_are_gathered(desk: Callable[..., Flask], sandbox: Sandbox) -> None:
    app = desk()
    farah = enter(app)
    address = begin(farah, "/demo/orders")
    provider_of(sandbox).forget()
    assert work_once(desk(**FULL))
    assert provider_of(sandbox).seen("GET", "/orders") == []
    farah.open(address)
    assert "The desk's disk is nearly full, so it stopped. Tell an admin." in farah.words
    farah.submit("Start again")
    assert work_once(app)
    assert fetch(farah, farah.address).manifest["rows"] == 3
