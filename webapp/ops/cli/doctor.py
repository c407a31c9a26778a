"""A look at everything that must be right before the desk can work."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import Column, Connection, Table, select, text
from sqlalchemy.exc import SQLAlchemyError

from webapp.access.single_sign_on.issuer import Issuer, NotAvailable
from webapp.alerts.watch import channels
from webapp.alerts.webhook import webhook_address
from webapp.audit.chain import Keys
from webapp.core import anchor_backlog, audit_protection, audit_shape, disk, overdue
from webapp.core.accounts import Account
from webapp.core.extensions import db
from webapp.core.sealing import can_unseal
from webapp.core.settings import Settings
from webapp.models.alert import AlertChannel
from webapp.models.audit_entry import AuditEntry
from webapp.ops import schema
from webapp.providers.http.errors import Forbidden, GatewayError, NoAnswer, Unauthorized
from webapp.providers.postpay.filters import OrderQuery
from webapp.providers.registry import postpay
from webapp.webhooks.address import BadAddress

from .keys import sealed_columns

NEEDED_PRAGMAS = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "recursive_triggers": "1"}
ROWS_TRIED = 100
SHORTEST_BUSY_TIMEOUT = 5_000
"""Milliseconds that a writer waits for another one."""


class DoctorLine(NamedTuple):
    """One thing looked at; what is wrong is said without any value of a setting."""

    subject: str
    is_right: bool
    words: str


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Check settings, database, schema and providers. Ends with 1 when something is wrong."""
    settings: Settings = current_app.extensions["settings"]
    findings = [DoctorLine("settings", True, f"{len(settings.accounts)} merchant account(s)"), *_of_database(settings)]
    findings += _of_proxy(settings)
    findings += [*_of_disks(settings), _of_anchors(settings.anchor_file), *_of_anchor_copy(settings)]
    findings += [_of_alerts(settings), *_of_single_sign_on(settings)]
    findings += [*map(_of_provider, settings.accounts)]
    for finding in findings:
        click.echo(f"{'ok   ' if finding.is_right else 'WRONG'}  {finding.subject}: {finding.words}")
    raise SystemExit(0 if all(finding.is_right for finding in findings) else 1)


def _of_database(settings: Settings) -> Iterator[DoctorLine]:
    try:
        with db.engine.connect() as connection:
            yield from _of_durability(connection)
            has, needs = schema.current(connection), schema.newest()
            if has == needs:
                faults = audit_shape.faults(connection)
                words = f"not as it should be: {', '.join(faults)}" if faults else "in place, with nothing beside it"
                yield DoctorLine("protection of the audit log", not faults, words)
                yield from _of_role(connection)
                yield from _of_old_keys(settings, connection)
                yield _of_worker()
    except SQLAlchemyError as error:
        yield DoctorLine("database", False, f"cannot be used ({type(error).__name__})")
        return
    words = f"at {has}" if has == needs else f"at {has or 'nothing'}, needs {needs}: run flask --app webapp migrate"
    yield DoctorLine("schema", has == needs, words)
    path = db.engine.url.database
    if db.engine.dialect.name == "sqlite" and path:
        mode = stat.S_IMODE(Path(path).stat().st_mode)
        yield DoctorLine("database file", mode & 0o077 == 0, f"mode {mode:04o}")


def _of_durability(connection: Connection) -> Iterator[DoctorLine]:
    """Whether what was committed survives a power cut, as the database itself says."""
    if connection.dialect.name == "postgresql":
        value = connection.execute(text("SHOW synchronous_commit")).scalar_one()
        yield DoctorLine("database", value == "on", f"PostgreSQL, synchronous_commit={value}")
        return
    values = {name: str(connection.exec_driver_sql(f"PRAGMA {name}").scalar()) for name in NEEDED_PRAGMAS}
    waits = int(connection.exec_driver_sql("PRAGMA busy_timeout").scalar() or 0)
    is_right = values == NEEDED_PRAGMAS and waits >= SHORTEST_BUSY_TIMEOUT
    words = ", ".join(f"{name}={value}" for name, value in {**values, "busy_timeout": waits}.items())
    yield DoctorLine("database", is_right, f"SQLite, {words}")


def _of_role(connection: Connection) -> Iterator[DoctorLine]:
    """Whoever owns the audit log can take its protection away; the desk must not work as such a role."""
    if connection.dialect.name != "postgresql":
        return
    powers = audit_protection.powers(connection)
    words = f"may {' and '.join(powers)}: let web and worker connect as a role that `audit grant` was run for"
    yield DoctorLine("role at the database", not powers, words if powers else "may add to the audit log, and no more")


def _of_old_keys(settings: Settings, connection: Connection) -> Iterator[DoctorLine]:
    """Whether everything that was written with an earlier key can still be checked and read; of each sealed column the
    oldest rows tell.
    """
    try:
        known = Keys.of(settings).by_id
        used = set(connection.scalars(select(AuditEntry.key_id).distinct()))
        missing = ", ".join(sorted(used - known.keys()))
        words = f"AUDIT_OLD_KEYS lacks {missing}" if missing else f"known, {len(used) or 1} of them"
        yield DoctorLine("keys of the audit log", not missing, words)
    except ValueError as error:
        yield DoctorLine("keys of the audit log", False, str(error))
    unread = sum(_unreadable(settings, connection, table, column) for table, column in sealed_columns())
    words = f"{unread} cannot be read: does SEAL_OLD_KEYS lack a key?" if unread else "can be read"
    yield DoctorLine("sealed secrets", not unread, words)


def _unreadable(settings: Settings, connection: Connection, table: Table, column: Column[str]) -> int:
    [key] = table.primary_key.columns
    oldest = connection.scalars(select(column).where(column.is_not(None)).order_by(key).limit(ROWS_TRIED))
    return sum(not can_unseal(settings, sealed) for sealed in oldest)


def _of_proxy(settings: Settings) -> Iterator[DoctorLine]:
    """Outside of the demo browsers need https, which a proxy serves; without PROXY_HOPS all of them look like one."""
    if not settings.all_embedded:
        hops = settings.proxy_hops
        words = f"PROXY_HOPS is {hops}" if hops else "PROXY_HOPS is 0: say how many stand in front, https needs one"
        yield DoctorLine("proxies", hops > 0, words)


def _of_worker() -> DoctorLine:
    """Whether what the worker is there for is done; a desk without any work for it says nothing about it."""
    late = [work for work, is_in_time in overdue.is_in_time().items() if not is_in_time]
    words = f"is late with {', '.join(late)}: does one run, and what does it log?" if late else "is late with nothing"
    return DoctorLine("worker", not late, words)


def _of_disks(settings: Settings) -> Iterator[DoctorLine]:
    for name, free in disk.free_bytes().items():
        words = f"{free // disk.MEGABYTE:,} MB are free, exports need {settings.least_free_megabytes:,} MB"
        yield DoctorLine(f"disk of {name}", not disk.is_short(free, settings), words)


def _of_anchors(path: Path) -> DoctorLine:
    is_right = os.access(path if path.exists() else path.parent, os.W_OK)
    return DoctorLine("anchor file", is_right, "can be written" if is_right else "cannot be written")


def _of_anchor_copy(settings: Settings) -> Iterator[DoctorLine]:
    late = anchor_backlog.behind(settings)
    if late is not None:
        minutes = int(late.total_seconds() // 60)
        words = f"an anchor has been waiting for {minutes} minutes: does a worker run, and what does it log?"
        is_right = late < overdue.LATE
        yield DoctorLine("second place of the anchors", is_right, "has nearly all of them" if is_right else words)


def _of_alerts(settings: Settings) -> DoctorLine:
    """Whether somebody is told of what goes wrong; a test on the page Alerts shows whether it arrives."""
    ways = channels(settings)
    if not ways:
        return DoctorLine("alerts", True, "go to nobody: neither e-mail nor a webhook is set up")
    try:
        if AlertChannel.WEBHOOK in ways:
            webhook_address(settings)
    except BadAddress as error:
        return DoctorLine("alerts", False, f"ALERT_WEBHOOK is not taken ({error.problem.value})")
    return DoctorLine("alerts", True, f"go out by {' and '.join(way.value for way in ways)}")


def _of_single_sign_on(settings: Settings) -> Iterator[DoctorLine]:
    if settings.oidc_issuer:
        try:
            Issuer(settings).look()
            yield DoctorLine("single sign-on", True, "the provider answers")
        except NotAvailable as error:
            yield DoctorLine("single sign-on", False, f"the provider cannot be used: {error}")


def _of_provider(account: Account) -> DoctorLine:
    subject = f"provider of {account.slug} ({account.environment.value})"
    try:
        count = postpay(account).count_orders(query=OrderQuery())
    except Unauthorized:
        return DoctorLine(subject, False, "does not accept the credentials")
    except Forbidden:
        return DoctorLine(subject, False, "does not let these credentials list orders")
    except GatewayError as error:
        how = "does not answer" if isinstance(error, NoAnswer) else "does not answer as it should"
        return DoctorLine(subject, False, f"{how} ({type(error).__name__})")
    return DoctorLine(subject, True, f"answers, {count} orders")
