"""Finding entries: every filter and word, on both engines, page by page, with counts that end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from pytest_postgresql.executors import PostgreSQLExecutor

from tests.postgres import another_database
from webapp import audit
from webapp.audit import Action, search
from webapp.audit.search import AuditQuery, Sight
from webapp.core.extensions import db
from webapp.presentation.audit.entries import entries_for_object

from .conftest import store_app
from .log import Log

ALICE = audit.Who(7, "Alice Agent", "agent", "0123456789ab", "10.1.2.3", "Firefox", "request-of-alice")
FARAH = audit.Who(8, "Farah Finance", "finance", "ba9876543210", "10.1.2.4", "Firefox", "request-of-farah")


def ten_days(log: Log) -> None:
    """Refunds by Alice, of which each third is refused, and captures by Farah of another account."""
    for day in range(1, 11):
        with time_machine.travel(datetime(2026, 11, day, 8, tzinfo=UTC), tick=False):
            audit.bind(ALICE)
            refused = day % 3 == 0
            log.write(
                object_id=f"order-{day:02}",
                action=Action.REFUND_REFUSED if refused else Action.REFUND_SUCCEEDED,
                outcome="failed" if refused else "ok",
                reason="Item damaged" if day == 4 else None,
                after={"amount_minor": 100 * day, "currency": "AED", "refund_id": f"desk-{day:02}f"},
            )
            audit.bind(FARAH)
            log.write(object_id=f"طلب {day}", account="second-shop", action=Action.CAPTURE_SUCCEEDED)


@pytest.fixture
def busy(log: Log) -> Log:
    """Ten days of work, to which a test can add."""
    ten_days(log)
    return log


@pytest.fixture(scope="module")
def shelf(
    desk_postgresql: PostgreSQLExecutor, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """On each engine the ten days, written once."""
    folder = tmp_path_factory.mktemp("shelf")
    shutil.copy(migrated_file, folder / "log.sqlite3")
    with another_database(desk_postgresql, "shelf") as postgresql:
        urls = {"sqlite": f"sqlite:///{folder / 'log.sqlite3'}", "postgresql": postgresql}
        for url in urls.values():
            app = store_app(url, folder)
            with app.app_context(), closing(Log(app)) as log:
                ten_days(log)
        yield urls


@pytest.fixture(params=["sqlite", "postgresql"])
def shelved(request: pytest.FixtureRequest, shelf: dict[str, str], tmp_path: Path) -> Iterator[Log]:
    """The ten days, only to be read."""
    app = store_app(shelf[request.param], tmp_path)
    with app.app_context(), closing(Log(app)) as log:
        yield log


def found(query: AuditQuery, **place: int) -> list[int]:
    """The numbers of the entries on one large page, newest first."""
    page = search.page(db.session, query, size=50, before=place.get("before"), after=place.get("after"))
    count = search.count(db.session, query)
    db.session.rollback()
    if not place:
        assert count == len(page.entries)
    return [entry.seq for entry in page.entries]


ALICES = list(range(20, 1, -2))
FARAHS = list(range(21, 2, -2))
REFUSED = [18, 12, 6]
SECOND = frozenset({"second-shop"})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (AuditQuery(), list(range(21, 0, -1))),
        (AuditQuery(actor_id=7), ALICES),
        (AuditQuery(only_actor=8), FARAHS),
        (AuditQuery(only_actor=8, actor_id=7), FARAHS),
        (AuditQuery(sight=Sight(99, SECOND, is_all_but=False)), FARAHS),
        (AuditQuery(sight=Sight(99, SECOND, is_all_but=True)), [*ALICES, 1]),
        (AuditQuery(sight=Sight(7, SECOND, is_all_but=False)), list(range(21, 1, -1))),
        (AuditQuery(sight=Sight(99, SECOND, is_all_but=True), words="farah"), []),
        (AuditQuery(sight=Sight(99, SECOND, is_all_but=True), what="refund.refused"), REFUSED),
        (AuditQuery(actor_id=search.NOBODY), [1]),
        (AuditQuery(what="refund"), ALICES),
        (AuditQuery(what="refund.refused"), REFUSED),
        (AuditQuery(outcome="failed"), REFUSED),
        (AuditQuery(outcome="unknown"), []),
        (AuditQuery(account="second-shop"), FARAHS),
        (AuditQuery(object_id="order-04"), [8]),
        (AuditQuery(object_id="order-0"), []),
        (AuditQuery(actor_id=7, outcome="failed"), REFUSED),
        (AuditQuery(actor_id=7, what="capture"), []),
        (AuditQuery(account="second-shop", what="capture.succeeded"), FARAHS),
        (AuditQuery(actor_id=7, what="refund", outcome="ok"), [seq for seq in ALICES if seq not in REFUSED]),
        (AuditQuery(actor_id=8, account="second-shop", what="capture.succeeded", outcome="ok"), FARAHS),
        (AuditQuery(actor_id=8, account="demo", what="capture", outcome="ok"), []),
        (AuditQuery(words="order-04"), [8]),
        (AuditQuery(words="ORDER 04"), [8]),
        (AuditQuery(words="desk-04f"), [8]),
        (AuditQuery(words="damaged"), [8]),
        (AuditQuery(words="dam"), []),
        (AuditQuery(words="dam*"), [8]),
        (AuditQuery(words="farah طلب"), FARAHS),
        (AuditQuery(words="alice refused"), REFUSED),
        (AuditQuery(words="10.1.2.4"), FARAHS),
        (AuditQuery(words="request-of-alice", what="refund.refused"), REFUSED),
        (AuditQuery(words="alice", account="second-shop"), []),
        (AuditQuery(words='" OR 1=1 -- *'), []),
        (AuditQuery(words="words:alice NEAR(x)"), []),
    ],
)
def test_each_filter_finds_what_it_says(shelved: Log, query: AuditQuery, expected: list[int]) -> None:
    assert found(query) == expected


@pytest.mark.parametrize("extra", [{}, {"actor_id": 7}, {"words": "alice"}, {"actor_id": 7, "what": "refund"}])
@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (datetime(2026, 11, 3, tzinfo=UTC), datetime(2026, 11, 6, tzinfo=UTC), [5, 4, 3]),
        (datetime(2026, 11, 9, 8, tzinfo=UTC), None, [10, 9]),
        (datetime(2026, 11, 9, 8, 0, 0, 1, tzinfo=UTC), None, [10]),
        (None, datetime(2026, 11, 3, 8, tzinfo=UTC), [2, 1]),
        (datetime(2027, 1, 1, tzinfo=UTC), None, []),
        (None, datetime(2026, 1, 1, tzinfo=UTC), []),
    ],
)
def test_days_are_half_open(
    shelved: Log, since: datetime | None, until: datetime | None, days: list[int], extra: dict[str, object]
) -> None:
    query = AuditQuery(since=since, until=until, **(extra or {"actor_id": 7}))  # type: ignore[arg-type]
    assert found(query) == [2 * day for day in days]


def test_days_also_find_what_was_written_while_the_clock_was_wrong(busy: Log) -> None:
    with time_machine.travel("2026-11-04T09:00:00Z", tick=False):
        audit.bind(ALICE)
        busy.write(object_id="order-late")
    fourth = AuditQuery(since=datetime(2026, 11, 4, tzinfo=UTC), until=datetime(2026, 11, 5, tzinfo=UTC))
    assert found(fourth) == [22, 9, 8]
    assert found(AuditQuery(since=datetime(2026, 11, 10, tzinfo=UTC))) == [21, 20]


@pytest.mark.parametrize("query", [AuditQuery(), AuditQuery(actor_id=7), AuditQuery(words="alice")])
def test_pages_by_key_show_each_entry_once_there_and_back(shelved: Log, query: AuditQuery) -> None:
    every = found(query)
    size, seen, before = 4, [], None
    while True:
        page = search.page(db.session, query, size=size, before=before, after=None)
        seen += [entry.seq for entry in page.entries]
        assert page.has_newer == (before is not None)
        if not page.has_older:
            break
        before = seen[-1]
    assert seen == every
    after, back = 0, []
    while True:
        page = search.page(db.session, query, size=size, before=None, after=after)
        back = [entry.seq for entry in page.entries] + back
        assert page.has_older == (after != 0)
        if not page.has_newer:
            break
        after = page.entries[0].seq
    assert back == every


def test_counts_end_at_their_cap(shelved: Log) -> None:
    assert search.count(db.session, AuditQuery(), cap=5) == 6
    assert search.count(db.session, AuditQuery(words="alice"), cap=5) == 6


def test_entries_of_an_object_are_told_newest_first(busy: Log) -> None:
    audit.bind(FARAH)
    busy.write(object_id="order-04", action=Action.PERSONAL_DATA_OPENED, after=None)
    with busy.app.test_request_context():
        told = entries_for_object("demo", "order", "order-04")
    assert [one.sentence.striptags() for one in told] == [
        "Farah Finance opened the personal data of order-04",
        "Alice Agent refunded AED 4.00 of order-04",
    ]
    assert [(one.label, one.actor, one.amount, one.tone) for one in told] == [
        ("Personal data opened", "Farah Finance", None, "ok"),
        ("Refunded", "Alice Agent", "AED\u00a04.00", "ok"),
    ]


def test_words_are_asked_of_their_index_and_nothing_is_sorted(sqlite_log: Log) -> None:
    sqlite_log.write(3)
    statement, key = search.matching(db.session, AuditQuery(words="order"))
    compiled = statement.order_by(key.desc()).limit(21).compile(db.engine, compile_kwargs={"literal_binds": True})
    plan = [row[3] for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]
    assert plan[0].startswith("SCAN audit_search VIRTUAL TABLE")
    assert plan[1].startswith("SEARCH audit_entry USING INTEGER PRIMARY KEY")
    assert len(plan) == 2
