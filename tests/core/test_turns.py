"""Who waits to write on SQLite comes in the order of coming, and nobody is left behind."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from webapp import create_app
from webapp.core import database
from webapp.core.database import writing
from webapp.core.settings import Settings
from webapp.core.turns import NoTurn, Turns


@pytest.fixture
def app(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A desk on SQLite whose waiting for another program ends soon."""
    monkeypatch.setattr(database, "SQLITE_PRAGMAS", ("PRAGMA busy_timeout=400", *database.SQLITE_PRAGMAS[1:]))
    return create_app(settings)


def test_of_eighty_who_write_again_and_again_nobody_is_left_behind(app: Flask) -> None:
    def write(_number: int) -> None:
        for _ in range(4):
            with app.app_context(), writing() as session:
                session.execute(text("UPDATE alembic_version SET version_num = version_num"))
                time.sleep(0.005)

    with ThreadPoolExecutor(80) as pool:
        list(pool.map(write, range(80)))


def test_a_turn_that_does_not_come_is_told_like_a_locked_database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.1)

    def write() -> None:
        with app.app_context(), writing():
            pass

    with ThreadPoolExecutor(1) as pool:
        with app.app_context(), writing(), pytest.raises(OperationalError, match="database is locked"):
            pool.submit(write).result()
        pool.submit(write).result()


def test_turns_come_in_the_order_of_coming() -> None:
    turns, order = Turns(), []

    def wait(number: int) -> None:
        with turns.turn(30):
            order.append(number)

    with ThreadPoolExecutor(10) as pool, turns.turn(0):
        for number in range(10):
            pool.submit(wait, number)
            while len(turns._queue) <= number:
                time.sleep(0.001)
    assert order == list(range(10))


def test_who_gives_up_is_not_waited_for() -> None:
    turns = Turns()
    with turns.turn(0):
        for _ in range(2):
            with pytest.raises(NoTurn), turns.turn(0.01):
                raise AssertionError("it is somebody else's turn")
    with turns.turn(0):
        pass
