"""Anchors: signed statements outside of the database of how far the log had come.

The chain shows what was changed inside of it; only an anchor shows that its end was cut off or an old copy put back.
Each is one JSON line in an append-only file and one line of the log. The signature is Ed25519, so that outsiders need
only the public key; `check_anchors.py` is all they need to run, and says which bytes are signed.

Where a copy of the database was put back, a new epoch begins, and an anchor says so: of which entries the log that went
on from the copy knows nothing. Whoever cannot sign cannot pass a deletion off as such a restore.
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
from typing import Any, NamedTuple

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, select

from webapp.core.settings import Settings
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now

from .chain import FIRST_EPOCH, stored

_KEY_OF = b"postpay desk audit anchor 1\n"
_DOMAINS = {1: b"postpay desk audit anchor 1\n", 2: b"postpay desk audit anchor 2\n"}
"""What is signed begins with it: nothing that was signed for another purpose can pass as an anchor."""
_OF_A_RESTORE = b'"missing_from":'
_LONGEST_LINE = 1000

log = structlog.get_logger("webapp.audit")


class BadAnchor(ValueError):
    """A line of an anchor file that was not signed by this desk; `number` counts from 1."""

    def __init__(self, number: int) -> None:
        super().__init__(f"line {number} of the anchor file was not signed by this desk")
        self.number = number


class Head(NamedTuple):
    """The last entry of the log."""

    seq: int
    hash: str
    ts: str
    epoch: int = FIRST_EPOCH


@dataclass(frozen=True)
class Anchor:
    """The log's last entry (`seq`, `hash`, `ts`) at the moment `written`.

    Of the entry with which an epoch begins it also says which numbers the log before had given to entries that are
    missing since; both None for all others. `version` 1 is of earlier releases, which knew no epochs.
    """

    seq: int
    hash: str
    ts: str
    reason: str
    written: str
    epoch: int = FIRST_EPOCH
    missing_from: int | None = None
    missing_to: int | None = None
    version: int = 2

    def fields(self) -> dict[str, Any]:
        """What its line holds beside the signature."""
        of_later_versions = ("epoch", "version") if self.version == 1 else ()
        values = {name: value for name, value in asdict(self).items() if name not in of_later_versions}
        return {name: value for name, value in values.items() if value is not None}

    def signed_bytes(self) -> bytes:
        return _DOMAINS[self.version] + json.dumps(self.fields(), sort_keys=True, separators=(",", ":")).encode()

    def covers(self, epoch: int, seq: int) -> bool:
        """Whether this is of a restore since which the log lacks entry `seq` of an earlier `epoch`."""
        if self.missing_from is None or self.missing_to is None:
            return False
        return epoch < self.epoch and self.missing_from <= seq <= self.missing_to


class AnchorFile:
    """The anchors of a file, as often as they are asked for, in its order. Reading raises OSError."""

    def __init__(self, path: Path, key: Ed25519PublicKey) -> None:
        self.path = path
        self._key = key

    def __iter__(self) -> Iterator[Anchor | BadAnchor]:
        """All of them; a line that this desk did not sign is a BadAnchor in its place.

        A line without its closing brace was torn by a crash while it was written, and is passed over.
        """
        for number, text in self._lines():
            if text.endswith(b"}"):
                yield self._checked(text, number)
            elif not text.startswith(b"{"):
                yield BadAnchor(number)

    def restores(self) -> list[Anchor]:
        """The beginnings of epochs; no other line is checked."""
        found = (self._checked(text, number) for number, text in self._lines() if _OF_A_RESTORE in text)
        return [one for one in found if isinstance(one, Anchor) and one.missing_from is not None]

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if text := line.strip():
                    yield number, text

    def _checked(self, line: bytes, number: int) -> Anchor | BadAnchor:
        try:
            values = json.loads(line)
            signature = b64decode(values.pop("signature"), validate=True)
            anchor = Anchor(**({"version": 1} | values))
            if anchor.fields() != values:
                return BadAnchor(number)
            self._key.verify(signature, anchor.signed_bytes())
        except (InvalidSignature, ValueError, TypeError, KeyError, AttributeError, NotBase64):
            return BadAnchor(number)
        return anchor


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    """The key that ANCHOR_KEY stands for."""
    material = settings.anchor_key.get_secret_value().encode()
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=_KEY_OF).derive(material)
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key(settings: Settings) -> str:
    """What outsiders check anchors with: the Ed25519 public key, 32 bytes in Base64."""
    return b64encode(signing_key(settings).public_key().public_bytes_raw()).decode()


def file_of(settings: Settings, path: Path | None = None) -> AnchorFile:
    """ANCHOR_FILE, or another one of this desk's."""
    return AnchorFile(path or settings.anchor_file, signing_key(settings).public_key())


def head(connection: Connection) -> Head | None:
    """The last entry; None while the log is empty."""
    columns = AuditEntry.__table__.c
    last = select(columns.seq, columns.hash, columns.ts, columns.epoch).order_by(columns.seq.desc()).limit(1)
    row = connection.execute(last).one_or_none()
    return Head(row.seq, row.hash, row.ts, row.epoch or FIRST_EPOCH) if row else None


def write(settings: Settings, last: Head, reason: str, missing: tuple[int, int] | None = None) -> Anchor:
    """Signs an entry, appends it to ANCHOR_FILE and says so in the log. Raises OSError.

    `missing`: the first and last number of the entries that are missing since the restore that this entry is of.
    """
    lost_from, lost_to = missing or (None, None)
    anchor = Anchor(
        last.seq, last.hash, last.ts, reason, stored(now()), last.epoch, missing_from=lost_from, missing_to=lost_to
    )
    signature = b64encode(signing_key(settings).sign(anchor.signed_bytes())).decode()
    _append(settings.anchor_file, json.dumps({**anchor.fields(), "signature": signature}, separators=(",", ":")))
    log.info("audit.anchor", **anchor.fields(), signature=signature)
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


def latest(settings: Settings) -> Anchor | None:
    """The newest anchor of ANCHOR_FILE; None when there is none that holds."""
    try:
        with settings.anchor_file.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 3 * _LONGEST_LINE))
            lines = [line for line in file.read().split(b"\n") if line.startswith(b"{") and line.endswith(b"}")]
    except OSError:
        return None
    newest = file_of(settings)._checked(lines[-1], len(lines)) if lines else None
    return newest if isinstance(newest, Anchor) else None
