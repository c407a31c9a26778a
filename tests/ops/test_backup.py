"""`flask --app webapp backup`: a whole copy of a database that is being written to, and what a restored one tells."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from webapp import audit, create_app
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.audit_entry import AuditEntry


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(arguments))
    return result.exit_code, result.output


def write_entries(app: Flask, stop: threading.Event) -> None:
    while not stop.is_set():
        with app.app_context(), writing():
            audit.record(audit.Action.DESK_STARTED, after={"part": "web"})


def desk_on(settings: Settings, path: Path) -> Flask:
    changed = {"database_url": f"sqlite:///{path}", "anchor_file": path.with_suffix(".anchors")}
    return create_app(settings.model_copy(update=changed))


@pytest.mark.requirement("R65")
def test_a_copy_made_while_others_write_is_whole(app: Flask, settings: Settings, tmp_path: Path) -> None:
    stop = threading.Event()
    writers = [threading.Thread(target=write_entries, args=(app, stop)) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        copies = [tmp_path / f"copy-{number}.sqlite3" for number in range(3)]
        assert [run(app, "backup", str(copy))[0] for copy in copies] == [0, 0, 0]
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    for copy in copies:
        assert copy.stat().st_mode & 0o777 == 0o600
        restored = desk_on(settings, copy)
        assert run(restored, "audit", "verify")[0] == 0
        assert restored.test_client().get("/readyz").status_code == 200


def test_a_file_that_is_there_is_never_written_over(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "copy.sqlite3"
    path.write_text("kept", encoding="ascii")
    code, output = run(app, "backup", str(path))
    assert (code, path.read_text(encoding="ascii")) == (1, "kept")
    assert "File exists" in output


def test_an_older_copy_put_back_is_noticed(app: Flask, settings: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "yesterday.sqlite3"
    assert run(app, "backup", str(copy))[0] == 0
    with app.app_context():
        with writing():
            audit.record(audit.Action.DESK_STARTED, after={"part": "web"})
        audit.anchor("today")
        assert db.session.scalar(select(func.count()).select_from(AuditEntry))
    restored = create_app(settings.model_copy(update={"database_url": f"sqlite:///{copy}"}))
    assert run(restored, "audit", "verify")[0] == 1
