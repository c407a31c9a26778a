"""The sandbox as a process: its options, its one line, its end."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

COMMAND = [sys.executable, "-m", "webapp.emulators.postpay"]
LINE = re.compile(r"Sandbox of the Postpay API on (http://127\.0\.0\.1:\d+) \((\d+) orders\)\n")


@contextmanager
def running(*options: str, end: int = signal.SIGTERM) -> Iterator[str]:
    """The address of a sandbox started with the options, which must end cleanly when told to."""
    with subprocess.Popen(
        [*COMMAND, "--port", "0", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = LINE.fullmatch(line)
        try:
            assert found, line
            yield found[1]
        finally:
            process.send_signal(end)
            rest, errors = process.communicate(timeout=10)
        assert (process.returncode, rest, errors) == (0, "", "")


def get(url: str, credentials: str) -> requests.Response:
    merchant, _, secret = credentials.partition(":")
    return requests.get(url, auth=(merchant, secret), timeout=10)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_says_one_line_and_ends_cleanly_even_with_a_kept_connection(end: int) -> None:
    with (
        running("--orders", "3", "--credentials", "id_a:sk_a,id_b:sk_b", end=end) as address,
        requests.Session() as session,
    ):
        answer = session.get(f"{address}/orders", auth=("id_b", "sk_b"), timeout=10)
        assert answer.json()["count"] == 3
        assert get(f"{address}/orders", "id_a:sk_b").status_code == 401


def test_who_may_use_it_can_be_said_out_of_sight_of_other_users() -> None:
    command = [*COMMAND, "--port", "0", "--orders", "1", "--credentials", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        with process.stdin as said:
            said.write("id_a:sk_a")
        found = LINE.fullmatch(process.stdout.readline())
        assert found is not None
        assert get(f"{found[1]}/orders", "id_a:sk_a").status_code == 200
        process.terminate()


def test_a_file_keeps_the_data_over_a_restart(tmp_path: Path) -> None:
    options = ("--orders", "20", "--db", str(tmp_path / "sandbox.sqlite3"), "--credentials", "id_a:sk_a")
    moment = ("--end", "2026-01-01T00:00:00Z", "--seed", "9")
    with running(*options, *moment) as address:
        before = get(f"{address}/orders?page_size=50", "id_a:sk_a").json()
        assert before["results"][0]["created"] == "2026-01-01T00:00:00Z"
        requests.post(f"{address}/_sandbox/orders", json={"order_id": "mine"}, timeout=10)
    with running(*options) as address:
        after = get(f"{address}/orders?page_size=50", "id_a:sk_a").json()
        assert [row["order_id"] for row in after["results"]] == [
            "mine",
            *(row["order_id"] for row in before["results"]),
        ]
        assert get(f"{address}/orders/mine", "id_a:sk_a").json()["status"] == "approved"


def test_it_throttles_when_told_to() -> None:
    with running("--orders", "0", "--throttle", "2/min", "--credentials", "id_a:sk_a") as address:
        assert [get(f"{address}/orders", "id_a:sk_a").status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(
    "options",
    [["--credentials", "nobody"], ["--end", "soon"], ["--throttle", "fast"], ["--port", "x"], ["--orders", "few"]],
)
def test_wrong_options_are_explained(options: list[str]) -> None:
    done = subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert options[0] in done.stderr


def test_a_port_in_use_is_explained() -> None:
    with running("--orders", "0") as address:
        port = address.rpartition(":")[2]
        done = subprocess.run(
            [*COMMAND, "--port", port, "--orders", "0"], capture_output=True, text=True, timeout=20, check=False
        )
        assert done.returncode == 1
        assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
