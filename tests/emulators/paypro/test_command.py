"""The sandbox as a process: its options, its one line, its end."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import pytest
import requests

COMMAND = [sys.executable, "-m", "webapp.emulators.paypro"]
LINE = re.compile(r"Sandbox of the PayPro API on (http://127\.0\.0\.1:\d+) \((\d+) payments\)\n")


def test_it_says_one_line_keeps_accounts_apart_and_ends_cleanly() -> None:
    options = ["--port", "0", "--payments", "3", "--seed", "1", "--key", "pp_a", "--key", "pp_b"]
    with subprocess.Popen(
        [*COMMAND, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            found = LINE.fullmatch(line)
            assert found, line
            ids = [payments(found[1], key) for key in ("pp_a", "pp_b")]
            assert [len(one) for one in ids] == [3, 3]
            assert not set(ids[0]) & set(ids[1])
        finally:
            process.send_signal(signal.SIGTERM)
            rest, errors = process.communicate(timeout=20)
        assert (process.returncode, rest, errors) == (0, "", "")


def payments(address: str, key: str) -> list[str]:
    headers = {"Authorization": f"Bearer {key}"}
    listed = requests.get(f"{address}/payments", headers=headers, timeout=10).json()
    return [row["id"] for row in listed["data"]]


@pytest.mark.parametrize("options", [["--key", "secret"], ["--payments", "few"]])
def test_wrong_options_are_explained(options: list[str]) -> None:
    done = subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert options[0] in done.stderr
