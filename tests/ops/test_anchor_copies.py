"""Anchors at a second place: all of them, in order, also after it was away; and nobody waits for it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from webapp import audit, create_app
from webapp.core import anchor_backlog
from webapp.core.database import writing
from webapp.core.settings import Settings
from webapp.ops import anchor_copies, worker
from webapp.ops.anchor_copies import NotCopied, copy_anchors

from .tree import free_port


def desk(settings: Settings, place: str, **changes: object) -> Flask:
    return create_app(Settings.model_validate({**settings.model_dump(), "anchor_copy": place, **changes}))


def anchor(app: Flask, count: int = 1) -> None:
    with app.app_context():
        for _ in range(count):
            with writing():
                audit.record(audit.Action.DESK_STARTED, after={"part": "web"})
            audit.anchor("test")


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines() if path.exists() else []


@contextmanager
def receiver(port: int, status: int = 204) -> Iterator[list[bytes]]:
    """Something that takes a POST."""
    taken: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield taken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_file_gets_every_anchor_once(settings: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere.jsonl"
    app = desk(settings, str(copy))
    settings = app.extensions["settings"]
    anchor(app, 3)
    assert copy_anchors(settings) == len(lines(settings.anchor_file))
    assert copy_anchors(settings) == 0
    anchor(app, 2)
    copy_anchors(settings)
    assert lines(copy) == lines(settings.anchor_file)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert anchor_backlog.behind(settings) == timedelta(0)


def test_an_address_that_was_away_gets_all_of_them_in_order_when_it_is_back(settings: Settings) -> None:
    port = free_port()
    app = desk(settings, f"http://127.0.0.1:{port}/anchors")
    settings = app.extensions["settings"]
    anchor(app, 3)
    with pytest.raises(NotCopied):
        copy_anchors(settings)
    with receiver(port, status=500) as refused, pytest.raises(NotCopied, match="status 500"):
        copy_anchors(settings)
    assert len(refused) == 1
    with receiver(port) as taken:
        copy_anchors(settings)
    assert taken == lines(settings.anchor_file)


def test_a_syslog_gets_a_message_for_each(settings: Settings) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as there:
        there.bind(("127.0.0.1", 0))
        there.settimeout(5)
        app = desk(settings, f"syslog://127.0.0.1:{there.getsockname()[1]}")
        anchor(app)
        copied = copy_anchors(app.extensions["settings"])
        messages = [there.recv(65536) for _ in range(copied)]
    assert messages[-1].startswith(b"<85>1 ")
    assert json.loads(messages[-1].partition(b" anchor - ")[2])["reason"] == "test"


def test_the_syslog_of_this_machine_is_one_too(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as there:
        there.bind(str(path))
        there.settimeout(5)
        monkeypatch.setattr(anchor_copies, "SYSLOG", str(path))
        app = desk(settings, "syslog")
        anchor(app)
        assert copy_anchors(app.extensions["settings"]) > 0
        assert b"anchor" in there.recv(65536)


def test_a_place_that_is_new_gets_what_was_anchored_before(settings: Settings, tmp_path: Path) -> None:
    anchor(desk(settings, ""), 2)
    for name in ("one", "another"):
        app = desk(settings, str(tmp_path / name))
        copy_anchors(app.extensions["settings"])
        assert lines(tmp_path / name) == lines(settings.anchor_file)


def test_a_place_that_fails_is_seen_and_keeps_nobody_waiting(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = desk(settings, str(tmp_path / "no" / "folder"))
    anchor(app)
    task = next(one for one in worker._anchoring(app.extensions["settings"]) if one.name == "copy anchors")
    worker._do(app, task, threading.Event())
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["event"], one["error"]) for one in said if one["event"] == "anchors not copied"] == [
        ("anchors not copied", "FileNotFoundError")
    ]
    assert app.test_client().get("/readyz").get_json()["anchors_copied"] is True, "not late yet"
    with time_machine.travel(anchor_backlog.now() + timedelta(hours=1)):
        answer = app.test_client().get("/readyz")
        assert (answer.status_code, answer.get_json()["anchors_copied"]) == (200, False)
        assert "desk_anchor_copy_seconds 36" in app.test_client().get("/metrics").text
        examined = app.test_cli_runner().invoke(args=["doctor"]).output
    assert "WRONG  second place of the anchors: an anchor has been waiting for 60 minutes" in examined


@pytest.mark.parametrize(
    "place", ["ftp://elsewhere", "elsewhere.jsonl", "http://elsewhere/", "https://user@elsewhere/"]
)
def test_no_other_place_is_taken(settings: Settings, place: str) -> None:
    with pytest.raises(ValueError, match="anchor_copy"):
        desk(settings, place)
