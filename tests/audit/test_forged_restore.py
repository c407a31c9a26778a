"""Whoever can write the database and has no key cannot have the desk sign their own story of what is missing."""

from __future__ import annotations

import json

from sqlalchemy import create_engine

from webapp import audit
from webapp.core.audit_protection import SQLITE_TRIGGERS
from webapp.core.extensions import db

from .log import Log
from .test_restored import LIVE, replace_from, rows_of


def test_an_entry_of_a_restore_that_the_desk_did_not_write_is_never_signed(sqlite_log: Log) -> None:
    log = sqlite_log
    log.write(LIVE - 1)
    audit.anchor("test")
    engine = create_engine(db.engine.url)
    with engine.begin() as connection:
        for name in SQLITE_TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        before, row = rows_of(connection, 19)[:2]
        facts = {"epoch": 2, "missing_from": 20, "missing_to": 10**9, "missing_until": row["ts"]}
        changes = {"event": "audit.restored", "after": json.dumps(facts), "epoch": 2, "hash": "f" * 64}
        replace_from(connection, 20, [{**row, "prev_hash": before["hash"], **changes}])
        for statement in SQLITE_TRIGGERS.values():
            connection.exec_driver_sql(statement)
    engine.dispose()
    result = log.command("restored", "--yes")
    assert "is now signed" not in result.output
    verdict = log.verify()
    assert (verdict.ok, [(gap.first, gap.last) for gap in verdict.gaps]) == (False, [(21, LIVE)])
    assert ("changed", 20) in [(one.kind, one.seq) for one in verdict.breaks]
