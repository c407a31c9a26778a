"""The server as in production: several processes, a schema that fits, and a stop that loses nothing."""

from __future__ import annotations

import json
import secrets
import signal
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from webapp.core.settings import KEYS
from webapp.emulators.postpay.server import Sandbox

from .tree import Tree


@pytest.fixture
def tree(tmp_path: Path, sandbox: Sandbox) -> Iterator[Tree]:
    return Tree(tmp_path, POSTPAY_BASE_URL=sandbox.base_url)


def migrate(tree: Tree) -> str:
    with tree.flask("migrate") as process:
        assert process.end() == 0
        return process.output


LIVE = {
    "POSTPAY_MERCHANT_ID": "id_of_the_shop",
    "POSTPAY_SECRET_KEY": "sk_of_the_shop",
    "TRUSTED_HOSTS": "desk.shop.example",
}
GUNICORN = ("gunicorn", "--config", "python:webapp.ops.server", "webapp:create_app()")


@pytest.mark.parametrize("command", [("flask", "--app", "webapp", "serve"), GUNICORN], ids=["flask", "gunicorn"])
@pytest.mark.requirement("R66")
def test_it_does_not_serve_with_another_schema(tree: Tree, command: tuple[str, ...]) -> None:
    with tree.start(*command) as process:
        assert process.end() == 1
    assert "flask --app webapp migrate" in process.output
    assert tree.get("/healthz") == (0, "")


@pytest.mark.parametrize("more", [{}, {"FLASK_DEBUG": "1"}], ids=["run", "with the debugger"])
@pytest.mark.requirement("R52")
def test_flasks_own_server_is_for_the_emulator_only(tree: Tree, more: dict[str, str]) -> None:
    keys = {name.upper(): secrets.token_hex(32) for name in KEYS}
    with tree.flask("run", "--port", str(tree.port), POSTPAY_ENVIRONMENT="sandbox", **LIVE, **keys, **more) as process:
        assert process.end() == 1
    assert "The desk cannot start" in process.output
    assert ("FLASK_DEBUG: only where" if more else "`flask run` is only for") in process.output
    assert "Traceback" not in process.output


def test_migrating_is_said_and_done_once(tree: Tree) -> None:
    assert "The schema went to" in migrate(tree)
    assert "already" in migrate(tree)


@pytest.mark.requirement("R63")
def test_workers_share_their_numbers_and_a_request_in_hand_is_finished_when_told_to_stop(tree: Tree) -> None:
    migrate(tree)
    with tree.flask("serve") as process, ThreadPoolExecutor(8) as pool:
        process.until(lambda: tree.get("/healthz")[0] == 200)
        before = healthy_requests(tree)
        assert set(pool.map(lambda _: tree.get("/healthz")[0], range(40))) == {200}
        assert healthy_requests(tree) == before + 40

        with closing(sqlite3.connect(tree.folder / "var" / "desk.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # for which the question after readiness has to wait
            in_hand = pool.submit(tree.get, "/readyz")
            time.sleep(0.7)
            process.popen.send_signal(signal.SIGTERM)
            time.sleep(0.7)
            assert not in_hand.done()
            other.execute("ROLLBACK")
        assert in_hand.result()[0] == 200
        assert process.end() == 0
    lines = [json.loads(line) for line in process.output.splitlines()]
    assert {"Listening at", "Shutting down"} <= {line["event"].partition(":")[0] for line in lines}
    assert sum(line["event"] == "request" for line in lines) > 40
    assert not [line for line in lines if line["level"] == "error"]


def healthy_requests(tree: Tree) -> float:
    name = 'desk_request_seconds_count{method="GET",route="/healthz",status="200"} '
    lines = tree.get("/metrics")[1].splitlines()
    return sum(float(line.removeprefix(name)) for line in lines if line.startswith(name))
