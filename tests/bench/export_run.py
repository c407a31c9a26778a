"""Exports all orders in this process, and tells pace and memory as JSON: `python -m tests.bench.export_run`."""

from __future__ import annotations

import csv
import io
import json
import sys
import threading
import time
from datetime import datetime

import psutil
from flask import Flask
from sqlalchemy import select

from webapp import create_app
from webapp.access.roles import roles_of
from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.jobs import work_once
from webapp.lists.exports import Viewer, Wanted, start_export
from webapp.lists.exports.body import blocks
from webapp.models.export import Export
from webapp.models.user import User
from webapp.providers.http.errors import ProviderFailed, Throttled
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.filters import OrderQuery
from webapp.providers.postpay.models import OrderSummary, Page
from webapp.providers.registry import postpay

PAGES = 60
"""Of the list one by one: its pace does not change over more."""
LOOK_EVERY = 0.02


class Memory:
    """The most that this process holds while it is watched, above what it held before."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._before = self._most = self._now()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            self._most = max(self._most, self._now())

    def _now(self) -> float:
        return float(self._process.memory_info().rss) / 2**20

    @property
    def grown(self) -> float:
        return self._most - self._before


def export(app: Flask, account: Account, address: str, file_format: str = "csv") -> Export:
    """Asks for the list at this address, and makes the file. Raises SystemExit unless it is proved."""
    with app.app_context():
        person = db.session.scalars(select(User)).one()
        viewer = Viewer.of(person.id, roles_of(db.session, person.id), account)
        begun = start_export(account, viewer, Wanted("orders", file_format, address), request_id=None)
    work_once(app)
    with app.app_context():
        done = db.session.get_one(Export, begun.id)
    if not done.proved:
        raise SystemExit(f"not proved: {done.rows} rows, counted {done.counted} and {done.recounted}")
    return done


def one_by_one(app: Flask, account: Account) -> float:
    """Orders a second by page numbers, one call after the other."""
    with app.app_context():
        client, began = postpay(account), time.perf_counter()
        rows = sum(len(client.list_orders(OrderQuery(page=number, page_size=50)).results) for number in range(1, PAGES))
        return rows / (time.perf_counter() - began)


def check_against_the_screen(app: Flask, account: Account, done: Export) -> None:
    """The file's orders, in their order, are those of the list's own pages. Raises SystemExit when they are not."""
    with app.app_context():
        lines = csv.reader(io.StringIO(b"".join(blocks(done)).decode("utf-8-sig")))
        next(lines)
        in_file = [line[0] for line in lines]
        client, on_screen = postpay(account), []
        for number in range(1, -(-len(in_file) // 50) + 1):
            on_screen += [order.order_id for order in patiently(client, done.bound, number).results]
    if in_file != on_screen:
        raise SystemExit(f"{len(in_file)} orders in the file, {len(on_screen)} on the screen, not the same")


def patiently(client: PostpayClient, bound: datetime, number: int) -> Page[OrderSummary]:
    """One page of the list as it was at the bound, asked for again while the provider stumbles."""
    while True:
        try:
            return client.list_orders(OrderQuery(created_before=bound, page=number, page_size=50))
        except (Throttled, ProviderFailed):
            time.sleep(0.5)


def main() -> None:
    app = create_app()
    account = next(iter(app.extensions["accounts"].values()))
    export(app, account, "created=7-days")  # whatever is imported and pooled when first used
    with Memory() as memory:
        began = time.perf_counter()
        done = export(app, account, "")
        seconds = time.perf_counter() - began
    with Memory() as with_workbook:
        export(app, account, "", "xlsx")
    check_against_the_screen(app, account, done)
    told = {
        "rows": done.rows,
        "seconds": seconds,
        "pace": (done.rows or 0) / seconds,
        "grown": {"CSV": memory.grown, "then XLSX": with_workbook.grown},
        "pages_pace": one_by_one(app, account),
    }
    sys.stdout.write(f"{json.dumps(told)}\n")


if __name__ == "__main__":
    main()
