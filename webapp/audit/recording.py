"""Writing an entry down: queued at the point of action, chained in the very last moment before the commit.

Every commit that carries entries is serialised: on SQLite by BEGIN IMMEDIATE, on PostgreSQL by an advisory lock
that is taken last, so it is held only for the insert itself.
"""

from __future__ import annotations

import json
import os
import pwd
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import structlog
from flask import current_app, g
from sqlalchemy import Connection, event, func, insert, select
from sqlalchemy.orm import Session

from webapp.core.database import is_writing, lock_key
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now
from webapp.version import __version__

from .actions import ALLOWED_FIELDS, Action
from .anchors import Head, head, latest
from .anchors import write as write_anchor
from .chain import NO_HASH, SCHEMA, Keys, hash_of, stored

Outcome = Literal["ok", "denied", "failed", "unknown"]
Fact = str | int | bool | None
Facts = Mapping[str, Fact]

OUTCOMES = ("ok", "denied", "failed", "unknown")
LONGEST_REASON = 500
LONGEST_FACT = 255
# Clocks of several machines differ a little; within this an entry simply takes the moment of the one before.
CLOCK_TOLERANCE = timedelta(seconds=5)
LOCK = "audit"
_QUEUE = "audit_queue"
_CHAINED = "audit_chained"

log = structlog.get_logger("webapp.audit")


class NotRecorded(RuntimeError):
    """The entries of an action did not arrive in the log: the action is rolled back."""


@dataclass(frozen=True)
class Who:
    """Who acts, from where, in which session and request. Nobody named is the desk itself."""

    actor_id: int | None = None
    actor_label: str = "system"
    actor_role: str | None = None
    session_ref: str | None = None
    ip: str | None = None
    user_agent: str | None = None
    request_id: str | None = None

    @classmethod
    def at_terminal(cls) -> Who:
        """The user of the operating system who typed a command."""
        try:
            name = pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            name = str(os.getuid())
        return cls(actor_label=f"cli:{name}")


def bind(who: Who) -> None:
    """Says who acts, for the rest of this request or command (its application context)."""
    g.audit_who = who


@contextmanager
def by_the_desk() -> Iterator[None]:
    """What the desk finds out by itself while it serves somebody is not their deed; the request stays named."""
    before = who()
    bind(Who(request_id=before.request_id))
    try:
        yield
    finally:
        bind(before)


def who() -> Who:
    """Who acts in this request or command."""
    bound: Who | None = g.get("audit_who")
    return bound or Who()


def record(
    action: Action,
    *,
    outcome: Outcome = "ok",
    account: str | None = None,
    object_type: str | None = None,
    object_id: str | int | None = None,
    before: Facts | None = None,
    after: Facts | None = None,
    reason: str | None = None,
    approver_id: int | None = None,
    epoch: int | None = None,
) -> None:
    """Adds an entry to the transaction that `database.writing()` has open; it is chained when that commits.

    `account` is a slug; amounts among the facts are minor units; `epoch` is the one that this entry begins, if it does.
    Facts outside of the action's allow-list, and an
    unknown outcome, raise ValueError; outside of `writing()` RuntimeError: both are mistakes in the code.
    """
    if not is_writing():
        raise RuntimeError("audit.record() outside of writing()")
    if db.session.in_nested_transaction():
        raise RuntimeError("audit.record() inside of a savepoint, which may be rolled back without the rest")
    if outcome not in OUTCOMES:
        raise ValueError(f"no such outcome: {outcome}")
    action = Action(action)
    entry = _acting(who()) | {
        "event": action.value,
        "family": action.family,
        "outcome": outcome,
        "account": account,
        "approver_id": approver_id,
        "object_type": object_type,
        "object_id": None if object_id is None else _clean(str(object_id), 255),
        "before": stored_facts(action, before),
        "after": stored_facts(action, after),
        "reason": _clean(reason, LONGEST_REASON),
        "epoch": epoch,
    }
    db.session.info.setdefault(_QUEUE, []).append(entry)


def _acting(who: Who) -> dict[str, Any]:
    """Who acts, in the columns of an entry."""
    return {
        "actor_id": who.actor_id,
        "actor_label": _clean(who.actor_label, 120),
        "actor_role": who.actor_role,
        "session_ref": _clean(who.session_ref, 12),
        "ip": _clean(who.ip, 45),
        "user_agent": _clean(who.user_agent, 256),
        "request_id": _clean(who.request_id, 36),
    }


def stored_facts(action: Action, facts: Facts | None) -> str | None:
    """Facts as the text that is stored and hashed."""
    if facts is None:
        return None
    foreign = facts.keys() - ALLOWED_FIELDS[action]
    if foreign:
        raise ValueError(f"{action.value} may not carry {', '.join(sorted(foreign))}")
    for name, value in facts.items():
        if value is not None and not isinstance(value, str | int):
            raise ValueError(f"{action.value}: {name} is neither text nor a whole number")
    clean = {name: _clean(value, LONGEST_FACT) if isinstance(value, str) else value for name, value in facts.items()}
    return json.dumps(clean, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def facts_of(text: str | None) -> dict[str, Any]:
    """`before` or `after` as a dict; nothing where there is nothing, or nothing that can be read any more."""
    if not text:
        return {}
    try:
        facts = json.loads(text)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def _clean(text: str | None, longest: int) -> str | None:
    """Text that both engines store unchanged: cut, valid UTF-8, without NUL."""
    if text is None:
        return None
    text = str(text)[:longest].encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    return text


@event.listens_for(Session, "before_commit")
def _chain_queued(session: Session) -> None:
    """Gives the queued entries their places in the chain; the last thing that happens before the commit."""
    queue = session.info.get(_QUEUE)
    if not queue or session.in_nested_transaction():  # releasing a savepoint is no commit
        return
    session.flush()
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(lock_key(LOCK))))
    rows = _chained(connection, queue)
    connection.execute(insert(AuditEntry), rows)
    _require(connection, rows)
    queue.clear()
    session.info[_CHAINED] = rows[0]["seq"], Head(*(rows[-1][name] for name in Head._fields))


def _require(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Raises NotRecorded unless the log now ends with just these entries: a trigger can drop a row without a word."""
    arrived = select(AuditEntry.seq, AuditEntry.hash).where(AuditEntry.seq >= rows[0]["seq"]).order_by(AuditEntry.seq)
    if [tuple(row) for row in connection.execute(arrived)] != [(row["seq"], row["hash"]) for row in rows]:
        raise NotRecorded("the database did not keep the entries of the audit log")


@event.listens_for(Session, "after_commit")
def _anchor_each_few(session: Session) -> None:
    """Each ANCHOR_ENTRIES entries, by whoever wrote the last of them."""
    first, last = session.info.pop(_CHAINED, (0, None))
    if last is None:
        return
    settings = current_app.extensions["settings"]
    every = settings.anchor_entries
    if (first - 1) // every == last.seq // every:
        return
    try:
        write_anchor(settings, last, f"{every} entries")
    except OSError:
        log.exception("audit.anchor_failed", seq=last.seq)  # what is committed stays committed


@event.listens_for(Session, "after_rollback")
def _forget_queued(session: Session) -> None:
    session.info.pop(_QUEUE, None)
    session.info.pop(_CHAINED, None)


def anchor(reason: str, *, only_news: bool = False) -> None:
    """Anchors the log as it stands; `only_news`: unless its last entry is anchored already. Raises OSError."""
    settings = current_app.extensions["settings"]
    with db.engine.connect() as connection:
        last = head(connection)
    if last is None:
        return
    known = latest(settings) if only_news else None
    if known is None or known.hash != last.hash:
        write_anchor(settings, last, reason)


def _chained(connection: Connection, queue: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The queued entries with seq, moment, key and hashes; the very first of a desk goes behind a genesis entry."""
    last = head(connection)
    seq, last_hash, last_ts, epoch = last or Head(0, NO_HASH, "")
    keys = Keys.of(current_app.extensions["settings"])
    rows = []
    for entry in queue if last else [_genesis(), *queue]:
        seq += 1
        ts, set_back = _moment(last_ts)
        epoch = entry.get("epoch") or epoch
        row = {**entry, "seq": seq, "ts": ts, "clock_set_back": set_back, "epoch": epoch}
        row |= {"app_version": __version__, "schema": SCHEMA, "key_id": keys.current, "prev_hash": last_hash}
        row["hash"] = last_hash = hash_of(keys.by_id[keys.current], row)
        last_ts = ts
        rows.append(row)
    return rows


def _genesis() -> dict[str, Any]:
    nothing = dict.fromkeys(column.name for column in AuditEntry.__table__.columns)
    return nothing | {
        "event": Action.AUDIT_OPENED.value,
        "family": Action.AUDIT_OPENED.family,
        "outcome": "ok",
        "actor_label": Who().actor_label,
        "after": stored_facts(Action.AUDIT_OPENED, {"instance_id": secrets.token_hex(16)}),
    }


def _moment(last: str) -> tuple[str, int | None]:
    """The moment of the next entry, and by how many seconds the clock was set back since the last one, if it was."""
    this = now()
    text = stored(this)
    if text >= last:
        return text, None
    behind = datetime.fromisoformat(last) - this
    if behind <= CLOCK_TOLERANCE:
        return last, None
    return text, int(behind.total_seconds())
