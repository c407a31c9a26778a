"""Regular expressions of strangers: matched in a child process, which is ended when an expression takes too long.

Python's matcher cannot be interrupted, and an innocent looking expression can take longer than the universe.
"""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
import time

MAX_LENGTH = 200
SECONDS_A_QUERY = 1.0

_CHILD = """
import json, re, sys
for line in sys.stdin.buffer:
    pattern, ignore_case, text = json.loads(line)
    found = re.search(pattern, text, re.IGNORECASE if ignore_case else 0)
    sys.stdout.buffer.write(b"1" if found else b"0")
    sys.stdout.buffer.flush()
"""


class BadExpression(ValueError):
    """The expression is broken or too long."""


class TooSlow(Exception):
    """The expression did not finish in the time of its query."""


def check(pattern: str) -> None:
    """Raises BadExpression where the expression cannot be compiled."""
    if len(pattern) > MAX_LENGTH:
        raise BadExpression(f"Ensure this value has at most {MAX_LENGTH} characters.")
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError, MemoryError) as error:
        raise BadExpression("Enter a valid regular expression.") from error


def deadline() -> float:
    """Until when all matches of a query that starts now must be done."""
    return time.monotonic() + SECONDS_A_QUERY


class Matcher:
    """One child process, started when first needed; its user holds the store's lock, so it needs none."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def matches(self, text: str | None, pattern: str, ignore_case: int, until: float) -> bool:
        if text is None:
            return False
        child = self._running()
        assert child.stdin is not None  # noqa: S101 - both are pipes
        assert child.stdout is not None  # noqa: S101
        child.stdin.write(json.dumps([pattern, bool(ignore_case), text]).encode() + b"\n")
        child.stdin.flush()
        ready, _, _ = select.select([child.stdout], [], [], max(0.0, until - time.monotonic()))
        answer = os.read(child.stdout.fileno(), 1) if ready else b""
        if not answer:
            self.close()
            raise TooSlow(pattern)
        return answer == b"1"

    def close(self) -> None:
        if self._child is None:
            return
        self._child.kill()
        self._child.communicate()
        self._child = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            command = [sys.executable, "-I", "-S", "-c", _CHILD]
            self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        return self._child
