"""A database put back from a copy, on either engine, as its owner does it: beside the desk."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import text

from webapp.core import audit_protection
from webapp.core.database import writing
from webapp.core.extensions import db

from .log import Log

OFF = "ALTER TABLE audit_entry DISABLE TRIGGER USER"
ON = [f"ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER {name}" for name in audit_protection.POSTGRESQL_TRIGGERS]


class Copy:
    """A copy of the log as it stands now."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.last = log.entries()[-1].seq
        self.path = Path(f"{log.path}.copy-{self.last}")
        if log.on_sqlite:
            with closing(sqlite3.connect(log.path)) as original:
                original.execute("VACUUM INTO ?", (str(self.path),))

    def put_back(self) -> None:
        """What came after it is gone, and nothing says so."""
        if not self.log.on_sqlite:
            with writing() as session:
                for statement in (OFF, f"DELETE FROM audit_entry WHERE seq > {self.last}", *ON):
                    session.execute(text(statement))
            return
        self.log.close()
        for side in ("-wal", "-shm"):
            self.log.path.with_name(self.log.path.name + side).unlink(missing_ok=True)
        shutil.copy(self.path, self.log.path)
        db.engine.dispose()
