"""Anchors: signed statements outside of the database of how far the log had come.

The chain shows what was changed inside of it; only an anchor shows that its end was cut off or an old copy put back.
Each is one JSON line in an append-only file and one line of the log: every hundred entries, when the worker starts
and stops, and every hour. The signature is Ed25519, so that outsiders need only the public key to check it.
"""

from __future__ import annotations

import fcntl
import json
import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, select

from webapp.core.settings import Settings
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now

from .chain import stored

EVERY = 100
_DOMAIN = b"postpay desk audit anchor 1\n"
_LONGEST_LINE = 1000

log = structlog.get_logger("webapp.audit")


class BadAnchor(ValueError):
    """A line of an anchor file that was not signed by this desk; `number` counts from 1."""

    def __init__(self, number: int) -> None:
        super().__init__(f"line {number} of the anchor file was not signed by this desk")
        self.number = number


@dataclass(frozen=True)
class Anchor:
    """The log's last entry (`seq`, `hash`, `ts`) at the moment `written`."""

    seq: int
    hash: str
    ts: str
    reason: str
    written: str

    def signed_bytes(self) -> bytes:
        return _DOMAIN + json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode()


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    """The key that ANCHOR_KEY stands for."""
    material = settings.anchor_key.get_secret_value().encode()
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=_DOMAIN).derive(material)
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key(settings: Settings) -> str:
    """What outsiders check anchors with: the Ed25519 public key, 32 bytes in Base64."""
    return b64encode(signing_key(settings).public_key().public_bytes_raw()).decode()


def head(connection: Connection) -> tuple[int, str, str] | None:
    """The last entry's seq, hash and moment; None while the log is empty."""
    columns = AuditEntry.__table__.c
    row = connection.execute(
        select(columns.seq, columns.hash, columns.ts).order_by(columns.seq.desc()).limit(1)
    ).one_or_none()
    return (row.seq, row.hash, row.ts) if row else None


def write(settings: Settings, last: tuple[int, str, str], reason: str) -> Anchor:
    """Signs the last entry, appends it to ANCHOR_FILE and says so in the log. Raises OSError."""
    anchor = Anchor(*last, reason=reason, written=stored(now()))
    signature = b64encode(signing_key(settings).sign(anchor.signed_bytes())).decode()
    _append(settings.anchor_file, json.dumps({**asdict(anchor), "signature": signature}, separators=(",", ":")))
    log.info("audit.anchor", **asdict(anchor), signature=signature)
    return anchor


def _append(path: Path, line: str) -> None:
    """Adds a line and waits until the disk has it. A line torn by a crash is ended first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with open(descriptor, "r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        size = file.seek(0, os.SEEK_END)
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        file.write(b"\n" * torn + line.encode() + b"\n")
        os.fsync(descriptor)


def read(path: Path, key: Ed25519PublicKey) -> Iterator[Anchor]:
    """The anchors of a file in its order. Raises OSError, or BadAnchor at a line that this desk did not sign.

    A line without its closing brace was torn by a crash while it was written, and is passed over.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            text = line.strip()
            if text and text.endswith(b"}"):
                yield _checked(text, key, number)
            elif text and not text.startswith(b"{"):
                raise BadAnchor(number)


def _checked(line: bytes, key: Ed25519PublicKey, number: int) -> Anchor:
    try:
        values = json.loads(line)
        signature = b64decode(values.pop("signature"), validate=True)
        anchor = Anchor(**values)
        key.verify(signature, anchor.signed_bytes())
    except (InvalidSignature, ValueError, TypeError, KeyError, AttributeError, NotBase64):
        raise BadAnchor(number) from None
    return anchor


def latest(settings: Settings) -> Anchor | None:
    """The newest anchor of ANCHOR_FILE; None when there is none that holds."""
    try:
        with settings.anchor_file.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 3 * _LONGEST_LINE))
            lines = [line for line in file.read().split(b"\n") if line.startswith(b"{") and line.endswith(b"}")]
    except OSError:
        return None
    try:
        return _checked(lines[-1], signing_key(settings).public_key(), len(lines)) if lines else None
    except BadAnchor:
        return None


def set_aside(path: Path, last: int, ending: str) -> Path | None:
    """Keeps the file under a name with `ending` where it speaks of entries after `last`, which an older log lacks.

    In its place stands what it says of the entries up to `last`, so that those are proved as before. Returns the name
    under which the file before is kept; None when there is nothing to set aside. Raises OSError.
    """
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    held = [line for line in lines if _entry_of(line) <= last]
    if len(held) == len(lines):
        return None
    kept, draft = (path.with_name(f"{path.name}.{word}") for word in (ending, "draft"))
    draft.unlink(missing_ok=True)
    os.link(path, kept)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.writelines(held)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return kept


def _entry_of(line: bytes) -> int:
    """The entry that a line speaks of; 0 where it is no anchor, which whoever verifies is told."""
    try:
        return int(json.loads(line)["seq"])
    except (ValueError, TypeError, KeyError):
        return 0
