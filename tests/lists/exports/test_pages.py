"""An export as its owner sees it: progress that can be left, cancelled and returned to; nobody else sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.browser import Browser
from tests.provider import provider_of
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.jobs import work_once
from webapp.lists.exports import body, forget_exports
from webapp.models.base import now
from webapp.models.export import Export, ExportChunk
from webapp.models.job import Job, JobState

from .files import begin, entries, fetch, make


@pytest.fixture(autouse=True)
def _orders(sandbox: Sandbox) -> None:
    for number in range(3):
        provider_of(sandbox).order(f"order-{number}")


def change(app: Flask, model: type[Export] | type[Job], **values: object) -> None:
    """Something that happens to the only export."""
    with app.app_context(), writing() as session:
        row = session.scalars(select(model)).one()
        for name, value in values.items():
            setattr(row, name, value)


def test_agents_are_offered_no_export_and_get_none(app: Flask, alice: Browser) -> None:
    alice.open("/demo/orders")
    assert "Export" not in alice.words
    token = str(alice.page.find("input", attrs={"name": "csrf_token"})["value"])  # type: ignore[index]
    alice.send("/demo/exports", {"csrf_token": token, "what": "orders", "format": "csv"})
    assert alice.status == 403
    alice.open("/demo/exports")
    assert alice.status == 403


def test_progress_is_told_and_asks_for_itself_with_and_without_scripting(app: Flask, farah: Browser) -> None:
    address = begin(farah, "/demo/orders")
    change(app, Job, state=JobState.RUNNING, done=1500, total=2000, lease_until=now() + timedelta(seconds=9))
    farah.open(address)
    assert "1,500 of 2,000 rows read." in farah.words
    bar = farah.page.find("progress")
    assert (bar["value"], bar["max"]) == ("75", "100")  # type: ignore[index]
    assert farah.page.find("label", attrs={"for": bar["id"]})  # type: ignore[index]
    assert '<noscript><meta http-equiv="refresh" content="2">' in farah.response.get_data(as_text=True)
    panel = farah.page.find(id="progress")
    headers = {"HX-Request": "true", **json.loads(str(panel["hx-headers"]))}  # type: ignore[index]
    fragment = farah.client.get(str(panel["hx-get"]), headers=headers).get_data(as_text=True)  # type: ignore[index]
    assert fragment.lstrip().startswith('<section class="card" id="progress"')
    change(app, Export, reading=2)
    farah.open(address)
    assert "this is reading 2 of at most 3" in farah.words


def test_done_it_asks_no_more_and_stands_in_the_list(farah: Browser) -> None:
    file = make(farah, "/demo/orders")
    assert not farah.page.find(id="progress").has_attr("hx-get")  # type: ignore[union-attr]
    assert "refresh" not in [meta.get("http-equiv") for meta in farah.page.find_all("meta")]
    assert f"SHA-256 {file.manifest['sha256']}" in farah.words
    assert "3 rows, each ID once. Postpay counted 3 before the reading and 3 after it." in farah.words
    farah.open("/demo/exports")
    assert "Orders CSV Complete 3 CSV" in farah.words


def test_the_same_question_leads_to_the_export_under_way(farah: Browser) -> None:
    first = begin(farah, "/demo/orders?status=captured&page_size=50")
    assert begin(farah, "/demo/orders?status=captured") == first
    assert begin(farah, "/demo/orders?status=captured", "xlsx") != first
    assert begin(farah, "/demo/orders") != first


def test_nobody_has_more_than_five_under_way(farah: Browser) -> None:
    for number in range(5):
        begin(farah, f"/demo/orders?currency=AED&total_from={number}")
    farah.open("/demo/orders")
    farah.submit("As CSV")
    assert "Five of your exports are under way" in farah.words
    assert farah.heading == "Exports"


def test_a_cancelled_export_keeps_nothing_and_can_be_started_again(app: Flask, farah: Browser) -> None:
    address = begin(farah, "/demo/orders?status=captured")
    farah.submit("Cancel")
    assert "It was cancelled" in farah.words
    assert not work_once(app)
    assert [one["actor"] for one in entries(app, "export.cancelled")] == ["Farah Finance"]
    farah.submit("Start again")
    assert farah.address != address
    assert work_once(app)
    assert fetch(farah, farah.address).manifest["filters"] == ["Status: Captured"]


def test_without_a_worker_the_page_asks_for_one(app: Flask, farah: Browser) -> None:
    address = begin(farah, "/demo/orders")
    assert "Is the worker running?" not in farah.words
    change(app, Job, lease_until=now() - timedelta(seconds=21))
    farah.open(address)
    assert "No worker has picked this up yet. Is the worker running?" in farah.words
    change(app, Job, state=JobState.RUNNING, attempt=2, lease_until=now() + timedelta(seconds=9))
    farah.open(address)
    assert "Is the worker running?" not in farah.words
    assert "another one has started again" in farah.words


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "Postpay did not accept the desk's own credentials"),
        (403, "The desk's credentials do not allow this at Postpay"),
        (405, "Postpay refused what the desk asked"),
    ],
)
def test_what_the_provider_does_not_answer_is_said(
    app: Flask, farah: Browser, sandbox: Sandbox, status: int, words: str
) -> None:
    address = begin(farah, "/demo/orders")
    provider_of(sandbox).fault("status", method="GET", times=1000, status=status)
    assert work_once(app)
    farah.open(address)
    assert words in farah.words
    assert "Start again" in farah.words


def test_it_is_there_for_its_owner_only(farah: Browser, omar: Browser) -> None:
    file = make(farah, "/demo/orders")
    for path in ("", "/file", "/manifest"):
        assert omar.client.get(f"{file.address}{path}").status_code == 404
    omar.open("/demo/exports")
    assert "No exports yet" in omar.words
    token = str(omar.page.find("input", attrs={"name": "csrf_token"})["value"])  # type: ignore[index]
    omar.send(f"{file.address}/cancel", {"csrf_token": token})
    assert omar.status == 404


def test_after_a_day_the_file_is_gone_and_the_page_says_so(app: Flask, farah: Browser) -> None:
    file = make(farah, "/demo/orders")
    change(app, Export, expires=now() - timedelta(seconds=1))
    assert farah.client.get(f"{file.address}/file").status_code == 404
    with app.app_context():
        forget_exports()
        assert db.session.scalar(select(func.count()).select_from(ExportChunk)) == 0
    farah.open(file.address)
    assert "Expired" in farah.words
    assert "is gone" in farah.words
    change(app, Job, finished=now() - timedelta(days=91))
    with app.app_context():
        forget_exports()
    farah.open(file.address)
    assert farah.status == 404


def test_a_file_that_is_not_what_was_proved_breaks_off(
    app: Flask, farah: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "CHUNK", 100)
    file = make(farah, "/demo/orders")
    with app.app_context(), writing() as session:
        chunks = session.scalars(select(ExportChunk).order_by(ExportChunk.number)).all()
        assert len(chunks) > 3
        chunks[1].body = chunks[2].body
    answer = farah.client.get(f"{file.address}/file")
    with pytest.raises(body.SpoiledFile):
        answer.get_data()


def test_a_browser_that_has_the_file_need_not_load_it_again(app: Flask, farah: Browser) -> None:
    file = make(farah, "/demo/orders")
    again = farah.client.get(f"{file.address}/file", headers={"If-None-Match": f'"{file.manifest["sha256"]}"'})
    assert (again.status_code, again.get_data()) == (304, b"")
    asked = farah.client.head(f"{file.address}/file")
    assert (asked.status_code, int(asked.headers["Content-Length"])) == (200, file.manifest["bytes"])
    assert len(entries(app, "export.downloaded")) == 1


NO_BUTTON_SENDS: list[tuple[dict[str, str], int]] = [
    ({"what": "secrets"}, 400),
    ({"format": "pdf"}, 400),
    ({"what": "refunds"}, 400),
    ({"object_id": "order-1"}, 400),
    ({"what": "refunds", "object_id": ".."}, 400),
    ({"what": "refunds", "object_id": "a\0b"}, 400),
    ({"query": "q=a\0b"}, 400),
    ({"query": "x=" + "y" * 9000}, 400),
    ({"query": "currency=AED&total_from=much"}, 422),
    ({"query": "q=.."}, 422),
]


def test_what_no_button_sends_starts_nothing(app: Flask, farah: Browser) -> None:
    farah.open("/demo/orders")
    token = str(farah.page.find("input", attrs={"name": "csrf_token"})["value"])  # type: ignore[index]
    for fields, status in NO_BUTTON_SENDS:
        farah.send("/demo/exports", {"csrf_token": token, "what": "orders", "format": "csv", **fields})
        assert farah.status == status, fields
    assert not entries(app, "export.started")


def test_the_button_goes_with_the_list_that_htmx_swaps(farah: Browser) -> None:
    def button(address: str) -> str:
        page = farah.open(address, headers={"HX-Request": "true"})
        offer = page.find(id="export-offer")
        assert offer["hx-swap-oob"] == "innerHTML"  # type: ignore[index]
        field = offer.find("input", attrs={"name": "query"})  # type: ignore[union-attr]
        return str(field["value"]) if field else ""  # type: ignore[index]

    assert button("/demo/orders?status=captured") == "status=captured"
    assert button("/demo/orders?status=denied") == ""


@pytest.fixture
def sign_in_twice(sign_in: Callable[[str], Browser]) -> tuple[Browser, Browser]:
    return sign_in("finance"), sign_in("finance")


def test_it_can_be_left_and_returned_to_from_another_browser(
    app: Flask, sign_in_twice: tuple[Browser, Browser]
) -> None:
    here, there = sign_in_twice
    address = begin(here, "/demo/orders")
    assert work_once(app)
    there.open("/demo/exports")
    there.open(str(there.page.select("table.exports a")[0]["href"]))
    assert there.address == address
    assert fetch(there, address).column("Order ID") == ["order-2", "order-1", "order-0"]
