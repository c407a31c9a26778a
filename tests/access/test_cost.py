"""What knowing who it is costs a page: one SELECT, and one commit a minute."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import event

from tests.browser import Browser
from webapp.core.extensions import db


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def about_sessions(seen: list[str]) -> list[str]:
    """Their verbs; people come along by a join."""
    assert not [statement for statement in seen if "FROM user" in statement]
    return [statement.split()[0] for statement in seen if "staff_session" in statement]


def test_a_page_costs_one_select(app: Flask, alice: Browser) -> None:
    with statements(app) as seen:
        alice.open("/you/password")
    assert alice.status == 200
    assert about_sessions(seen) == ["SELECT"]


def test_once_a_minute_it_costs_an_update_too(app: Flask, clock: time_machine.Traveller, alice: Browser) -> None:
    clock.shift(timedelta(minutes=1))
    with statements(app) as seen:
        alice.open("/you/password")
        alice.open("/you/password")
    assert about_sessions(seen) == ["SELECT", "UPDATE", "SELECT"]
    assert seen.count("BEGIN IMMEDIATE") == 1


def test_a_public_page_asks_nothing(app: Flask, alice: Browser) -> None:
    with statements(app) as seen:
        assert alice.client.get("/healthz").status_code == 200
    assert seen == []
