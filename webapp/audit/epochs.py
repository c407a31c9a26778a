"""The beginning of a new epoch: the log says by itself that it was put back from a copy, and what is missing since.

A restore is an act like any other: an entry of the log, and an anchor of that entry which names the missing numbers.
Whoever can write the database but has no keys can make neither; whoever has them all leaves both, for everybody to
read, and `verify` names the gap each time.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from sqlalchemy import Connection, func, select

from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry

from .actions import Action
from .anchor_check import AnchorCheck
from .anchors import Anchor, AnchorFile, Head, file_of, head
from .anchors import write as write_anchor
from .breaks import Breaks
from .chain import FIRST_EPOCH, Keys, epoch_of, is_ours
from .recording import facts_of, record
from .rows import COLUMNS

RESTORED = "restored from a backup"


@dataclass(frozen=True)
class Lost:
    """What the log had before it was put back: entries `first` to `last`, of which the last was written at `until`.

    `epoch` is the one that begins. `until` is None where nobody knows.
    """

    first: int
    last: int
    until: str | None
    epoch: int


def find_lost(before: Head | None = None, common: int | None = None) -> Lost | None:
    """What anchors know of, and the log does not: None when it extends every one of them.

    `before`: the end of the log that was replaced, `common`: up to which entry the copy is the same, where that is
    known. Where it is not, what the copy brought is told from what was written since by the moment of the newest
    anchor. Raises OSError, DBAPIError.
    """
    settings = current_app.extensions["settings"]
    file = file_of(settings)
    with db.engine.connect() as connection:
        is_there = settings.anchor_file.exists()
        strays = _strays(connection, file) if is_there else []
        now_last = head(connection) or Head(0, "", "")
        newest = max((one.written for one in strays), default="")
        if common is None:
            common = _last_until(connection, newest) if strays else now_last.seq
    is_longer = before is not None and before.seq > common
    if not strays and not is_longer:
        return None
    lost = before if is_longer else None
    first = min([common + 1, *(one.seq for one in strays)])
    last = max([*(one.seq for one in strays), lost.seq if lost else 0])
    until = max([*(one.ts for one in strays), lost.ts if lost else ""])
    known = [one.epoch for one in file if isinstance(one, Anchor)] if is_there else []
    return Lost(first, last, until, 1 + max([FIRST_EPOCH, now_last.epoch, before.epoch if before else 0, *known]))


def begin_epoch(lost: Lost) -> None:
    """Writes into the log, and signs in an anchor, that it was restored and what is missing. Raises OSError."""
    facts = {"epoch": lost.epoch, "missing_from": lost.first, "missing_to": lost.last, "missing_until": lost.until}
    with writing():
        record(Action.AUDIT_RESTORED, after=facts, epoch=lost.epoch)
    sign_restore()


def sign_restore() -> int | None:
    """Signs the newest restore that the log tells of, unless that was done; its number if it was not.

    It was not where somebody killed the process, or the disk was full, right after the entry was written. An entry that
    the desk did not write is never signed.
    """
    settings = current_app.extensions["settings"]
    restored = select(*COLUMNS).where(AuditEntry.event == Action.AUDIT_RESTORED).order_by(AuditEntry.seq.desc())
    found = db.session.execute(restored.limit(1)).mappings().one_or_none()
    release()
    entry = None if found is None else dict(found)
    signed = file_of(settings).restores() if settings.anchor_file.exists() else []
    if entry is None or (entry["seq"], entry["hash"]) in [(one.seq, one.hash) for one in signed]:
        return None
    if not is_ours(Keys.of(settings), entry):
        return None
    facts = facts_of(entry["after"])
    last = Head(entry["seq"], entry["hash"], entry["ts"], epoch_of(entry))
    write_anchor(settings, last, RESTORED, missing=(facts["missing_from"], facts["missing_to"]))
    return last.seq


def _strays(connection: Connection, file: AnchorFile) -> list[Anchor]:
    """The anchors that the log does not extend, and no earlier restore explains."""
    check = AnchorCheck(connection, file, Breaks())
    check.read_restores()
    return [anchor for anchor, _ in check.judged()]


def _last_until(connection: Connection, moment: str) -> int:
    """The last entry that was written by then."""
    return int(connection.execute(select(func.max(AuditEntry.seq)).where(AuditEntry.ts <= moment)).scalar() or 0)
