"""`flask --app webapp audit …`: verify, export, begin an epoch, print the public key, grant a role its few rights."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TextIO

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from webapp import audit
from webapp.audit import anchors
from webapp.audit.chain import Keys
from webapp.audit.epochs import Lost, begin_epoch, find_lost, sign_restore
from webapp.audit.search import AuditQuery
from webapp.audit.verify import ChainVerdict, Verifier
from webapp.calendar import instants
from webapp.core import audit_protection
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.lists.exports.audit_file import Format, csv_blocks, jsonl_blocks, record_export

group = AppGroup("audit", help="The audit log: verify, export, restored, its public key, the rights of a role.")

OK, BROKEN, CANNOT_RUN = 0, 1, 2


def register(app: Flask) -> None:
    """Adds `audit` to the app's commands."""
    app.cli.add_command(group)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


@group.command()
@click.option("--from", "start", type=click.IntRange(min=1), default=1, help="The first entry to check.")
@click.option(
    "--anchor", "file", type=click.Path(path_type=Path), help="A file of anchors. Default: ANCHOR_FILE, if it exists."
)
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one line of JSON.")
def verify(start: int, file: Path | None, as_json: bool) -> None:
    """Read the whole log and say whether it is as it was written.

    Exit status: 0 it is; 1 it is not (each break is printed with its place and kind); 2 it could not be checked. What
    is missing since the log was restored from a backup is named, and is no break. The verdict is itself an entry.
    """
    try:
        verdict = _verdict(start, file)
    except (OSError, ValueError, DBAPIError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        click.echo(f"The log could not be checked: {reason}", err=True)
        sys.exit(CANNOT_RUN)
    click.echo(_as_json(verdict) if as_json else _spoken(verdict))
    _record_verdict(verdict)
    sys.exit(OK if verdict.ok else BROKEN)


def _verdict(start: int, file: Path | None) -> ChainVerdict:
    """Checks against the given anchors, or the configured ones when there are any."""
    settings = _settings()
    path = file or (settings.anchor_file if settings.anchor_file.exists() else None)
    given = anchors.file_of(settings, path) if path else None
    with _reading() as connection:
        return Verifier(connection, Keys.of(settings), start=start, anchors=given).verdict()


def _reading() -> Connection:
    """In PostgreSQL each question by itself: a row that cannot be read does not spoil those after it."""
    connection = db.engine.connect()
    if connection.dialect.name == "postgresql":
        return connection.execution_options(isolation_level="AUTOCOMMIT")
    return connection


def _spoken(verdict: ChainVerdict) -> str:
    read = f"{verdict.entries:,} entries and {verdict.anchors:,} anchors hold, up to entry {verdict.last_seq:,}"
    gaps = [f"GAP: {gap}" for gap in verdict.gaps]
    if verdict.ok:
        told = f"ok: every entry follows the one before, unchanged. {read} ({verdict.head_hash})."
        return "\n".join([told, *gaps])
    broken = [f"BROKEN{one.place} ({one.kind}): {one.message}." for one in verdict.breaks]
    more = verdict.broken - len(verdict.breaks)
    return "\n".join([*broken, *([f"BROKEN in {more:,} more places."] if more else []), *gaps, f"{read}."])


def _as_json(verdict: ChainVerdict) -> str:
    """With the kind and the place of the first break by themselves."""
    return json.dumps({"ok": verdict.ok, "kind": verdict.kind, "seq": verdict.seq, **asdict(verdict)})


def _record_verdict(verdict: ChainVerdict) -> None:
    """Writes the verdict down, also into a broken log: the entry follows whatever is last there.

    An empty log gets none, for a new first entry would hide that everything is gone.
    """
    if not verdict.entries and verdict.first_seq == 1:
        return
    after: dict[str, str | int | None] = {
        "kind": verdict.kind,
        "bad_seq": verdict.seq,
        "breaks": verdict.broken,
        "gaps": len(verdict.gaps),
        "from_seq": verdict.first_seq,
        "last_seq": verdict.last_seq,
        "entries": verdict.entries,
        "anchors": verdict.anchors,
    }
    audit.bind(audit.Who.at_terminal())
    try:
        with writing():
            audit.record(audit.Action.AUDIT_VERIFIED, outcome="ok" if verdict.ok else "failed", after=after)
    except DBAPIError as error:
        click.echo(f"The verdict could not be written into the log: {error.orig}", err=True)


@group.command()
@click.option("--yes", is_flag=True, help="Write it without asking.")
def restored(yes: bool) -> None:
    """Begin a new epoch after the database was restored from a backup by other means than `restore`.

    Looks for what the anchors know and the log does not have any more, and writes into both that it is missing since.
    `verify` then goes on from there, and names the gap each time.
    """
    try:
        if finished := sign_restore():
            click.echo(f"The restore that entry {finished:,} tells of is now signed in an anchor.")
        lost = find_lost()
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None
    if lost is None:
        click.echo("Nothing is missing: the log extends every anchor. Nothing was written.")
        return
    click.echo(f"The anchors know of entries {lost.first:,}–{lost.last:,}, and the log does not have them.")
    if not yes:
        click.confirm("Was the database restored from a backup, and does an auditor know?", abort=True)
    tell_restore(lost)


def tell_restore(lost: Lost) -> None:
    """Writes down that the log was put back."""
    audit.bind(audit.Who.at_terminal())
    begin_epoch(lost)
    click.secho(
        f"Epoch {lost.epoch} of the audit log has begun. Entries {lost.first:,}–{lost.last:,} of the log before are "
        "missing; the log and its anchors say so, and `audit verify` names it each time.",
        bold=True,
    )


@group.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="The first day, in the first account's zone.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day, in the same zone.")
@click.option("--format", "file_format", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option(
    "--output", type=click.File("w", encoding="utf-8", atomic=True), default="-", help="Default: standard output."
)
def export(since: datetime | None, until: datetime | None, file_format: Format, output: TextIO) -> None:
    """Write the entries of some days, or all, to a file. The export is itself an entry of the log.

    JSON lines hold the stored columns, so that a script that knows the key can verify each hash, and end with the head
    of the log at that moment. In CSV no cell is a formula to a spreadsheet.
    """
    zone = _settings().accounts[0].zone
    first, last = instants(since.date() if since else None, until.date() if until else None, zone)
    audit.bind(audit.Who.at_terminal())
    plan = record_export(AuditQuery(since=first, until=last), file_format)
    for block in csv_blocks(plan) if file_format == "csv" else jsonl_blocks(plan):
        output.write(block)
    click.echo(f"{plan.rows:,} entries, up to entry {plan.head[0]:,}.", err=True)


@group.command("public-key")
def public_key() -> None:
    """Print the public half of the key that signs anchors (Ed25519, Base64), to give to outsiders."""
    click.echo(anchors.public_key(_settings()))


@group.command()
@click.argument("role")
def grant(role: str) -> None:
    """Give a PostgreSQL ROLE what the running desk needs, run as the owner of the tables after each migration.

    The role may read and change the desk's tables, but of the audit log it may only read and add entries.
    """
    with db.engine.begin() as connection:
        if connection.dialect.name != "postgresql":
            raise click.ClickException("only PostgreSQL has roles; on SQLite the file's owner is the one who may write")
        for statement in audit_protection.grants(connection, role):
            connection.exec_driver_sql(statement)
    click.echo(f"{role} may add to the audit log and read it; nothing else.")
