"""A log to write to and to read back, as the tests speak of it."""

from __future__ import annotations

from pathlib import Path

from click.testing import Result
from flask import Flask
from sqlalchemy import select

from webapp import audit
from webapp.audit import anchors
from webapp.audit.chain import Keys
from webapp.audit.verify import ChainVerdict, Verifier
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.audit_entry import AuditEntry


class Log:
    """The log of one app, in whose context it is used."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.settings: Settings = app.extensions["settings"]
        self.path = Path(db.engine.url.database or "")

    @property
    def on_sqlite(self) -> bool:
        return db.engine.dialect.name == "sqlite"

    def close(self) -> None:
        db.session.close()
        db.engine.dispose()

    def use(self, **changes: object) -> None:
        """Goes on with other settings, as after a restart."""
        changed = {**self.settings.model_dump(), **changes}
        self.settings = self.app.extensions["settings"] = Settings.model_validate(changed)

    def write(self, count: int = 1, **fields: object) -> None:
        """Writes entries, one transaction each; the first ever brings the genesis entry along."""
        for number in range(count):
            with writing():
                given = {"account": "demo", "object_type": "order", "object_id": f"order-{number:02}", **fields}
                action = given.pop("action", audit.Action.REFUND_SUCCEEDED)
                audit.record(action, **{"after": {"amount_minor": 12050, "currency": "AED"}, **given})  # type: ignore[arg-type]

    def verify(self, *, start: int = 1, anchored: bool = True) -> ChainVerdict:
        """The verdict as the command finds it, but not written down."""
        given = anchors.file_of(self.settings) if anchored and self.settings.anchor_file.exists() else None
        with db.engine.connect() as connection:
            return Verifier(connection, Keys.of(self.settings), start=start, anchors=given).verdict()

    def found(self, *, anchored: bool = True) -> tuple[str | None, int | None]:
        """Kind and number of the first thing that is wrong."""
        verdict = self.verify(anchored=anchored)
        return verdict.kind, verdict.seq

    def entries(self) -> list[AuditEntry]:
        entries = list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))
        db.session.rollback()
        return entries

    def command(self, *words: str) -> Result:
        """`flask audit …` with these words."""
        return self.app.test_cli_runner().invoke(args=["audit", *words])
