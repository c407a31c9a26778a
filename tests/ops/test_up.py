"""`flask --app webapp up`, which is `make run`: everything starts with one command and stops with one signal."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from webapp.access.demo_users import DEMO_PASSWORD, DEMO_PEOPLE
from webapp.core.settings import EMBEDDED_SECRET

from .tree import Process, Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def children(process: Process) -> dict[str, int]:
    """Pids of the direct children, by the last word of their command."""
    listed = Path(f"/proc/{process.popen.pid}/task/{process.popen.pid}/children").read_text(encoding="ascii").split()
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1] for pid in listed}
    return {command[-1].decode(): int(pid) for pid, command in commands.items()}


def is_ready(process: Process) -> bool:
    return "Ctrl-C stops everything" in process.output


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def shown_to_everybody(process: Process, *secrets: str) -> list[str]:
    """The arguments, as `ps` lists them, of the processes that hold a secret."""
    of_it = psutil.Process(process.popen.pid)
    listed = [" ".join(one.cmdline()) for one in (of_it, *of_it.children(recursive=True))]
    assert len(listed) > 3
    return [line for line in listed if any(secret in line for secret in secrets)]


def kept_keys(tree: Tree) -> list[str]:
    return [path.read_text(encoding="ascii") for path in (tree.folder / "var" / "keys").iterdir()]


def readable_by_others(folder: Path) -> list[Path]:
    """The folder itself, and what is in it."""
    found = [folder, *folder.rglob("*")]
    assert len(found) > 10
    return [path for path in found if path.stat().st_mode & 0o077]


def counted(tree: Tree, table: str, condition: str = "1=1") -> int:
    with closing(sqlite3.connect(tree.folder / "var" / "desk.sqlite3")) as database:
        return int(database.execute(f'SELECT count(*) FROM "{table}" WHERE {condition}').fetchone()[0])


def test_it_starts_with_one_command_stops_with_one_signal_and_keeps_the_data(tree: Tree) -> None:
    with tree.flask("up") as process:
        process.until(lambda: is_ready(process))
        assert f"http://127.0.0.1:{tree.port}" in process.output
        assert DEMO_PASSWORD in process.output
        assert all(person.email in process.output for person in DEMO_PEOPLE)
        assert tree.get("/readyz")[0] == 200
        assert DEMO_PEOPLE[0].name in tree.get("/sign-in")[1]
        process.until(lambda: counted(tree, "awaiting_capture") == 1)
        assert not shown_to_everybody(process, EMBEDDED_SECRET, *kept_keys(tree))
        assert "can be reached from the network" not in process.output
        assert process.stop(signal.SIGINT) == 0
    assert process.output.rstrip().endswith("Stopped.")
    assert not answers(tree.port)
    assert not answers(tree.sandbox_port)
    assert not readable_by_others(tree.folder / "var")
    entries, people = counted(tree, "audit_entry"), counted(tree, "user")
    assert people == len(DEMO_PEOPLE)
    assert counted(tree, "audit_entry", "event = 'desk.started'") == 2
    assert counted(tree, "audit_entry", "event = 'desk.stopped'") == 2

    (tree.folder / "var").chmod(0o755)
    with tree.flask("up", WEB_WORKERS=1, PROXY_HOPS=1) as again:
        again.until(lambda: is_ready(again))
        assert "can be reached from the network, and its passwords are known to everybody" in again.output
        assert not readable_by_others(tree.folder / "var"), "whoever made it"
        assert counted(tree, "user") == people
        assert counted(tree, "audit_entry") > entries
        assert counted(tree, "audit_entry", "event = 'schema.migrated'") == 1
        os.kill(children(again)["work"], signal.SIGKILL)
        assert again.end() == 1, "when one part dies, everything stops"
    assert "Error: The worker ended" in again.output
    assert not answers(tree.port)
    assert not answers(tree.sandbox_port)


@pytest.mark.parametrize(("which", "setting"), [("port", "PORT"), ("sandbox_port", "SANDBOX_PORT")])
def test_a_port_in_use_is_told_before_anything_starts(tree: Tree, which: str, setting: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", getattr(tree, which)))
        taken.listen()
        with tree.flask("up") as process:
            assert process.end() == 1
    assert f"port {getattr(tree, which)} on 127.0.0.1 is in use" in process.output
    assert f"{setting}=" in process.output
    assert not (tree.folder / "var" / "log").exists()


def test_bad_settings_are_told_and_nothing_starts(tree: Tree) -> None:
    with tree.flask("up", POSTPAY_ENVIRONMENT="live", SECRET_KEY="my-secret-4711", WEB_THREADS="many") as process:
        assert process.end() == 1
    assert "The desk cannot start:\n- " in process.output
    assert all(name in process.output for name in ("SECRET_KEY", "WEB_THREADS", "BASE_URL"))
    assert "my-secret-4711" not in process.output
    assert "many" not in process.output
    assert "Traceback" not in process.output


def test_a_signal_while_it_starts_stops_it(tree: Tree) -> None:
    with tree.flask("up", WEB_WORKERS=1) as process:
        process.until(lambda: "Starting the worker" in process.output)
        time.sleep(0.1)
        assert process.stop(signal.SIGHUP) == 0, "as when its terminal is closed"
    assert not answers(tree.port)
    assert not answers(tree.sandbox_port)
