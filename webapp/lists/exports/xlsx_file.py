"""A workbook with real numbers and real dates, built on disk in constant memory.

Text is written as text, so nothing in it can be a formula or a link. A spreadsheet keeps 15 digits of a number: a
longer one is written as text, so that none is lost. Its dates know no zone: the headings say which one is meant.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from zoneinfo import ZoneInfo

import xlsxwriter

from webapp.core.staging import Plain

from .body import CHUNK, Body
from .cells import Column, ColumnKind, decimals, major, moment_of, per_cent

MOST_ROWS = 1_048_575
"""What a sheet holds below its heading."""
LONGEST_TEXT = 32_767
MOST_DIGITS = 15
FIRST_YEAR = 1900
_WIDTHS = {
    ColumnKind.TEXT: 24,
    ColumnKind.NUMBER: 12,
    ColumnKind.AMOUNT: 16,
    ColumnKind.MINOR: 20,
    ColumnKind.RATE: 12,
    ColumnKind.UTC: 26,
    ColumnKind.LOCAL: 26,
}
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


class XlsxFile:
    """Writes into a temporary file, which becomes the body when it is closed."""

    def __init__(self, columns: Sequence[Column], zone: ZoneInfo, title: str, made: datetime) -> None:
        self._columns = columns
        self._zone = zone
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed on exit
        self._folder = tempfile.mkdtemp(prefix="export-")
        self._book = xlsxwriter.Workbook(self._file, {**_OPTIONS, "tmpdir": self._folder})
        self._book.set_properties({"title": title, "created": made.replace(tzinfo=None)})
        self._formats: dict[str, Any] = {}
        self._sheet = self._book.add_worksheet(title[:31])
        self._sheet.freeze_panes(1, 0)
        self._row = 0
        heading = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, _WIDTHS[column.kind])
        for place, column in enumerate(columns):
            self._sheet.write_string(0, place, column.title, heading)

    def add(self, rows: Sequence[Sequence[Plain]], _body: Body) -> None:
        for row in rows:
            self._row += 1
            for place, column in enumerate(self._columns):
                if row[column.source] is not None:
                    self._write(place, column, row)

    def close(self, body: Body) -> None:
        """Packs the workbook and hands it on."""
        self._sheet.autofilter(0, 0, max(self._row, 1), len(self._columns) - 1)
        self._book.close()
        self._file.seek(0)
        while block := self._file.read(CHUNK):
            body.write(block)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        """Leaves nothing behind on the disk."""
        self._file.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _write(self, place: int, column: Column, row: Sequence[Plain]) -> None:
        value = row[column.source]
        if column.kind is ColumnKind.TEXT:
            self._text(place, str(value))
        elif column.kind in (ColumnKind.UTC, ColumnKind.LOCAL):
            self._moment(place, moment_of(int(value)), column.kind)  # type: ignore[arg-type]
        elif column.kind is ColumnKind.AMOUNT:
            currency = str(row[column.currency])
            amount = major(int(value), currency)  # type: ignore[arg-type]
            if amount is not None:
                self._number(place, amount, decimals(currency), grouped=True)
        elif column.kind is ColumnKind.RATE:
            self._number(place, per_cent(int(value)), 2)  # type: ignore[arg-type]
        else:
            self._number(place, Decimal(int(value)), 0)  # type: ignore[arg-type]

    def _text(self, place: int, text: str) -> None:
        cut = text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
        self._sheet.write_string(self._row, place, cut)

    def _number(self, place: int, value: Decimal, digits: int, *, grouped: bool = False) -> None:
        if len(value.as_tuple().digits) > MOST_DIGITS:
            self._text(place, f"{value:f}")
            return
        pattern = ("#,##0" if grouped else "0") + (f".{'0' * digits}" if digits else "")
        self._sheet.write_number(self._row, place, value, self._format(pattern))

    def _moment(self, place: int, moment: datetime, kind: ColumnKind) -> None:
        local = moment.astimezone(self._zone) if kind is ColumnKind.LOCAL else moment
        if local.year < FIRST_YEAR:
            self._text(place, local.isoformat())
            return
        self._sheet.write_datetime(self._row, place, local.replace(tzinfo=None), self._format("yyyy-mm-dd hh:mm:ss"))

    def _format(self, pattern: str) -> Any:
        if pattern not in self._formats:
            self._formats[pattern] = self._book.add_format({"num_format": pattern})
        return self._formats[pattern]
