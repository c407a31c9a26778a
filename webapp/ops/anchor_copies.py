"""Anchors told on to a second place: a file on another disk, a syslog, an address that takes a POST.

Whoever holds all keys and this machine can rewrite the log's end and its anchors, but not what has left the machine.
The worker follows ANCHOR_FILE line by line, and remembers beside it how far it came: what fails is sent again, in
order, and nobody who works on the desk waits for it. How far it is behind shows in /readyz, /metrics and `doctor`.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from webapp.core.anchor_backlog import mark_of
from webapp.core.settings import Settings
from webapp.providers.http import shop_post

AT_ONCE = 200
"""Lines in one go, before other work of the worker has its turn."""
SYSLOG = "/dev/log"
SYSLOG_PORT = 514
_PRIORITY = 10 * 8 + 5
"""Facility authpriv, severity notice."""


class NotCopied(Exception):
    """The second place did not take it; the text says what kind of failure, and nothing of the address."""


def copy_anchors(settings: Settings) -> int:
    """Tells on what has come since; returns how many anchors. After NotCopied it goes on from there the next time."""
    told = 0
    if not settings.anchor_copy or not settings.anchor_file.exists():
        return told
    with _place(mark_of(settings)) as mark, settings.anchor_file.open("rb") as file:
        if _offset(mark) > file.seek(0, os.SEEK_END):  # another file stands there now, all of it news
            _note(mark, 0)
        file.seek(_offset(mark))
        for line in file:
            if told == AT_ONCE or not line.endswith(b"\n"):
                break
            _tell(settings.anchor_copy, line)
            _note(mark, _offset(mark) + len(line))
            told += 1
    return told


@contextmanager
def _place(path: Path) -> Iterator[int]:
    """The file that holds how far it came, for one worker at a time."""
    mark = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(mark, fcntl.LOCK_EX)
        yield mark
    finally:
        os.close(mark)


def _offset(mark: int) -> int:
    return int(os.pread(mark, 20, 0) or 0)


def _note(mark: int, offset: int) -> None:
    os.pwrite(mark, b"%020d\n" % offset, 0)


def _tell(place: str, line: bytes) -> None:
    try:
        if place.startswith("/"):
            _append(Path(place), line)
        elif place.startswith("syslog"):
            _to_syslog(place, line)
        else:
            _post(place, line)
    except (OSError, ValueError) as error:
        raise NotCopied(type(error).__name__) from error


def _append(path: Path, line: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "wb", buffering=0) as file:
        file.write(line)
        os.fsync(file.fileno())


def _to_syslog(place: str, line: bytes) -> None:
    """This machine's, or the one at a host over UDP, as RFC 5424 has it."""
    head = f"<{_PRIORITY}>1 {datetime.now(UTC).isoformat()} - postpay-desk - anchor - "
    message = head.encode() + line.strip()
    parts = urlsplit(place)
    family = socket.AF_INET if parts.hostname else socket.AF_UNIX
    address = (parts.hostname, parts.port or SYSLOG_PORT) if parts.hostname else SYSLOG
    with socket.socket(family, socket.SOCK_DGRAM) as there:
        there.sendto(message, address)


def _post(url: str, line: bytes) -> None:
    """Only 2xx says that it was taken. The address is an operator's, like that of the database."""
    parts = urlsplit(url)
    found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    addresses = tuple(dict.fromkeys(str(one[4][0]) for one in found))
    headers = {"Content-Type": "application/json", "User-Agent": "postpay-desk"}
    answer = shop_post.post(url, addresses, line.strip(), headers)
    if not answer.is_done:
        raise NotCopied(answer.error or f"status {answer.code}")
