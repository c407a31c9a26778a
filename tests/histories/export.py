"""An export of payouts made by the worker, as its file has it."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

from webapp.access.permissions import Role, permissions_of
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.jobs import work_once
from webapp.lists.exports.body import blocks
from webapp.lists.exports.list_state import Viewer
from webapp.lists.exports.request import Wanted, start_export
from webapp.models.export import Export
from webapp.models.job import Job, JobState

from .desk import EPOCH, Desk, Ledger, micros
from .truth import KEPT

PAID, TOTAL = KEPT.index("paid"), KEPT.index("total_minor")


def check_export(desk: Desk, person: int, month: str) -> None:
    """Of the inner days of a month: figures are those of the ledger, as of the moment that the file names."""
    viewer = Viewer(person, permissions_of(Role.FINANCE))
    address = f"paid=range&paid_from={month}-02&paid_to={month}-27"
    asked = start_export(desk.account, viewer, Wanted("payouts", "csv", address), request_id=None)
    export_id, job_id = asked.id, asked.job_id
    release()
    while work_once(desk.app):
        pass
    job = db.session.get_one(Job, job_id, populate_existing=True)
    export = db.session.get_one(Export, export_id, populate_existing=True)
    release()
    if job.state == JobState.FAILED:
        assert job.cause not in (None, "mistake")
        assert not export.proved
        return
    assert job.state == JobState.DONE
    assert export.proved
    ledger = Ledger.read()
    period = ledger.periods[month]
    assert period.failure is None
    assert export.bound == period.read
    expected = _nets(ledger, month, desk)
    text = b"".join(blocks(export)).decode().removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {(row["Payout"], row["Currency"]): (int(row["Rows"]), int(row["Net (minor units)"])) for row in rows} == (
        expected
    )


def _nets(ledger: Ledger, month: str, desk: Desk) -> dict[tuple[str, str], tuple[int, int]]:
    """Rows and net by payout, of what was paid out on these days of the account's zone."""
    year, number = map(int, month.split("-"))
    first, end = (micros(datetime(year, number, day, tzinfo=desk.account.zone)) for day in (2, 28))
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for kept in ledger.every_row.values():
        paid = kept[PAID]
        if paid is None or not first <= paid < end:
            continue
        moment = EPOCH + timedelta(microseconds=paid)
        key = (f"{moment:%Y-%m-%dT%H%M%S.%fZ}", kept[1])
        count, net = found.get(key, (0, 0))
        found[key] = (count + 1, net + kept[TOTAL])
    return found
