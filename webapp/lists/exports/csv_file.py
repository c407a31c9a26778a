"""CSV for people, spreadsheets and scripts: UTF-8 with a byte order mark, so that Excel shows Arabic."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Self
from zoneinfo import ZoneInfo

from webapp.core.staging import Plain

from .body import Body
from .cells import Column, csv_row, guarded

BOM = "\ufeff"


class CsvFile:
    """Writes into a body, block by block."""

    def __init__(self, columns: Sequence[Column], zone: ZoneInfo) -> None:
        self._columns = columns
        self._zone = zone
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text)
        self._text.write(BOM)
        self._writer.writerow([guarded(column.title) for column in columns])

    def add(self, rows: Sequence[Sequence[Plain]], body: Body) -> None:
        self._writer.writerows(csv_row(self._columns, row, self._zone) for row in rows)
        self._give(body)

    def close(self, body: Body) -> None:
        self._give(body)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._text.close()

    def _give(self, body: Body) -> None:
        body.write(self._text.getvalue().encode())
        self._text.seek(0)
        self._text.truncate()
