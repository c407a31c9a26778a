"""What stands in the database beside the entries is as the desk made it: its parts, and each word of the index."""

from __future__ import annotations

import sqlite3

import pytest

from webapp import audit
from webapp.core import audit_shape
from webapp.core.settings import ROOT

from .log import Log
from .test_protection import attempt


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("DELETE FROM audit_search WHERE rowid = 2", {("search", 2)}),
        ("DELETE FROM audit_search_data", {("search", None)}),
        ("DROP TABLE audit_search", {("unprotected", None), ("search", None)}),
    ],
)
def test_a_changed_search_index_is_found(
    sqlite_log: Log, raw: sqlite3.Connection, damage: str, found: set[tuple[str, int | None]]
) -> None:
    sqlite_log.write(3)
    raw.execute(damage)
    assert {(one.kind, one.seq) for one in sqlite_log.verify().breaks} == found


_INTO = (
    "INSERT INTO audit_search (audit_search, rowid, words, facets) SELECT 'delete', seq, words, facets FROM audit_text"
)
BLINDED = {
    "another word in its place": (
        _INTO + " WHERE seq = 3",
        "INSERT INTO audit_search (rowid, words, facets)"
        " SELECT seq, replace(words, 'order', 'other'), facets FROM audit_text WHERE seq = 3",
    ),
    "a word that the index's own checksum mistakes for it": (
        _INTO + " WHERE seq = 3",
        "INSERT INTO audit_search (rowid, words, facets)"
        " SELECT seq, replace(words, 'Alice', 'alhle'), facets FROM audit_text WHERE seq = 3",
    ),
    "two words changed places": (
        _INTO + " WHERE seq = 3",
        "INSERT INTO audit_search (rowid, words, facets)"
        " SELECT seq, replace(words, 'Alice Agent', 'Agent Alice'), facets FROM audit_text WHERE seq = 3",
    ),
    "a facet gone": (
        _INTO + " WHERE seq = 3",
        "INSERT INTO audit_search (rowid, words, facets) SELECT seq, words, '' FROM audit_text WHERE seq = 3",
    ),
    "words that no entry has": ("INSERT INTO audit_search (rowid, words, facets) VALUES (3, 'planted', '')",),
}


@pytest.mark.parametrize("how", BLINDED)
def test_a_blinded_search_is_found_at_its_entry_with_the_triggers_standing(
    sqlite_log: Log, raw: sqlite3.Connection, how: str
) -> None:
    audit.bind(audit.Who(7, "Alice Agent"))
    sqlite_log.write(5)
    for statement in BLINDED[how]:
        raw.execute(statement)
    assert [(one.kind, one.seq, one.last) for one in sqlite_log.verify().breaks] == [("search", 3, 3)]


def test_a_blinded_search_of_postgresql_is_found_at_its_entry(postgresql_log: Log) -> None:
    postgresql_log.write(5)
    attempt("ALTER TABLE audit_entry ADD COLUMN other tsvector")
    attempt("ALTER TABLE audit_entry DISABLE TRIGGER USER")
    attempt("UPDATE audit_entry SET other = CASE WHEN seq = 4 THEN ''::tsvector ELSE search END")
    attempt("ALTER TABLE audit_entry DROP COLUMN search")
    attempt("ALTER TABLE audit_entry RENAME COLUMN other TO search")
    attempt("CREATE INDEX ix_audit_entry_search ON audit_entry USING gin (search)")
    attempt("ALTER TABLE audit_entry ENABLE TRIGGER USER")
    for name in ("no_change", "no_truncate", "in_order"):
        attempt(f"ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_{name}")
    told = [(one.kind, one.seq, one.message.rpartition(": ")[2]) for one in postgresql_log.verify().breaks]
    assert told[0] == ("unprotected", None, "search"), "it is no column that PostgreSQL fills itself any more"
    assert [place for kind, place, _ in told[1:]] == [4]


REBUILT = {
    "no key": "CREATE TABLE audit_entry AS SELECT * FROM old",
    "other types": "CREATE TABLE audit_entry AS SELECT *, 0 AS more FROM old",
}


@pytest.mark.parametrize("how", REBUILT)
def test_a_rebuilt_table_with_the_same_rows_and_triggers_is_found(
    sqlite_log: Log, raw: sqlite3.Connection, how: str
) -> None:
    sqlite_log.write(5)
    made = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name = 'audit_entry' AND type <> 'table'"
    guards = [sql for (sql,) in raw.execute(made)]
    raw.execute("PRAGMA legacy_alter_table = ON")
    raw.execute("ALTER TABLE audit_entry RENAME TO old")
    raw.execute(REBUILT[how])
    raw.execute("DROP TABLE old")
    for sql in guards:
        raw.execute(sql)
    assert [(one.kind, one.message.rpartition(": ")[2]) for one in sqlite_log.verify().breaks] == [
        ("unprotected", "audit_entry")
    ]


@pytest.mark.parametrize(
    ("weakening", "named"),
    [
        ("ALTER TABLE audit_entry DROP CONSTRAINT pk_audit_entry", "pk_audit_entry"),
        ("ALTER TABLE audit_entry DROP CONSTRAINT uq_audit_entry_prev_hash", "uq_audit_entry_prev_hash"),
        ("ALTER TABLE audit_entry ALTER COLUMN hash DROP NOT NULL", "hash"),
        ("ALTER TABLE audit_entry ALTER COLUMN actor_role TYPE varchar(9)", "actor_role"),
        ("ALTER TABLE audit_entry ALTER COLUMN reason SET DEFAULT 'x'", "reason"),
        ("ALTER TABLE audit_entry ADD CHECK (actor_id <> 2)", "audit_entry_actor_id_check"),
        ("ALTER TABLE audit_entry ADD COLUMN more integer", "more"),
        ("DROP INDEX ix_audit_entry_search", "ix_audit_entry_search"),
        ("CREATE INDEX hidden ON audit_entry (seq) WHERE seq <> 2", "hidden"),
        ("ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY", "row security"),
        ("ALTER TABLE audit_entry SET UNLOGGED", "no crash safety"),
        ("CREATE TABLE more () INHERITS (audit_entry)", "inheritance"),
        (
            "CREATE OR REPLACE TRIGGER audit_entry_no_change BEFORE DELETE ON audit_entry FOR EACH ROW"
            " EXECUTE FUNCTION audit_entry_stays()",
            "audit_entry_no_change",
        ),
    ],
)
def test_a_table_of_postgresql_that_lacks_a_part_or_has_another_is_found(
    postgresql_log: Log, weakening: str, named: str
) -> None:
    postgresql_log.write()
    attempt(weakening)
    (broken,) = postgresql_log.verify().breaks
    assert (broken.kind, named in broken.message) == ("unprotected", True), broken


def test_the_shape_that_is_looked_for_is_the_one_that_the_migration_makes() -> None:
    """Word for word, for what a database engine tells of it depends on these texts."""
    migration = (ROOT / "migrations" / "0002_audit_log.py").read_text(encoding="utf-8")
    made: dict[str, object] = {}
    exec(compile(migration, "0002", "exec"), made)  # noqa: S102 - our own
    view, index = made["_SEARCH"]["sqlite"]  # type: ignore[index]
    assert {"audit_text": view, "audit_search": index} == audit_shape.SQLITE_SEARCH
    assert f"({audit_shape.POSTGRESQL_SEARCH})" in made["_SEARCH"]["postgresql"][0].replace("\n", "")  # type: ignore[index]
