"""An export as its owner gets it: asked for on a screen, made by a worker, fetched, read."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

from flask import Flask
from sqlalchemy import select

from tests.browser import Browser
from webapp.core.extensions import db
from webapp.jobs import work_once
from webapp.models.audit_entry import AuditEntry

BUTTONS = {"csv": "As CSV", "xlsx": "As Excel"}
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass
class File:
    """A fetched file with its manifest."""

    body: bytes
    name: str
    manifest: dict[str, Any]
    address: str

    @property
    def rows(self) -> list[dict[str, str]]:
        """Of a CSV, by heading."""
        text = self.body.decode()
        assert text.startswith("\ufeff")
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))

    def column(self, heading: str) -> list[str]:
        return [row[heading] for row in self.rows]

    @property
    def cells(self) -> list[list[tuple[str, str]]]:
        """Of a workbook: each row's cells as (type, what is written)."""
        with zipfile.ZipFile(io.BytesIO(self.body)) as book:
            sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - made by us
        assert not list(sheet.iter(f"{_SHEET}f")), "no cell is a formula"
        assert not list(sheet.iter(f"{_SHEET}hyperlink")), "no cell is a link"
        return [[_cell(cell) for cell in row] for row in sheet.iter(f"{_SHEET}row")]


def _cell(cell: ElementTree.Element) -> tuple[str, str]:
    if cell.get("t") == "inlineStr":
        return "text", "".join(cell.itertext())
    return "number", cell.findtext(f"{_SHEET}v", "")


def begin(browser: Browser, address: str, file_format: str = "csv") -> str:
    """Presses the button of a screen; the address of the export."""
    browser.open(address)
    browser.submit(BUTTONS[file_format])
    assert browser.heading.startswith("Export: "), browser.words
    return browser.address


def make(browser: Browser, address: str, file_format: str = "csv") -> File:
    """The whole way, with a worker that does one job."""
    export = begin(browser, address, file_format)
    assert work_once(browser.app)
    return fetch(browser, export)


def fetch(browser: Browser, export: str) -> File:
    """Downloads file and manifest by the links of the page, and checks what every file must hold."""
    browser.open(export)
    assert "Complete" in browser.words, browser.words
    links = {" ".join(link.get_text().split()): str(link["href"]) for link in browser.page.find_all("a", href=True)}
    answer = browser.client.get(next(href for words, href in links.items() if words.startswith("Download")))
    assert answer.status_code == 200
    body = answer.get_data()
    manifest = json.loads(browser.client.get(links["Manifest"]).get_data())
    name = unquote(answer.headers["Content-Disposition"].partition("filename*=UTF-8''")[2])
    digest = hashlib.sha256(body).hexdigest()
    assert (manifest["sha256"], manifest["bytes"], manifest["file"]) == (digest, len(body), name)
    assert answer.headers["ETag"] == f'"{digest}"'
    assert answer.content_length == len(body)
    return File(body, name, manifest, export)


def entries(app: Flask, event: str) -> list[dict[str, Any]]:
    """What the audit log holds of such events, oldest first, each with its facts."""
    with app.app_context():
        found = db.session.scalars(select(AuditEntry).where(AuditEntry.event == event).order_by(AuditEntry.seq))
        return [
            {
                "actor": one.actor_label,
                "request": one.request_id,
                "outcome": one.outcome,
                **json.loads(one.after or "{}"),
            }
            for one in found
        ]
