"""Who else has the refund form of an order open: told by name, and in nobody's way."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.access.records import Records
from tests.browser import Browser
from tests.conftest import make_settings
from tests.provider import Provider
from webapp import create_app
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.open_form import OpenForm
from webapp.models.user import User
from webapp.payments.open_forms import KEPT, MOST, PRESENT, SIGN_EVERY, forget_left_forms, note_at_form, others_at_form

from .conftest import FORM, refund

BACKGROUND = {"X-Background": "1"}


@pytest.fixture
def aziz(sign_in: Callable[[str], Browser]) -> Browser:
    return sign_in("second agent")


def has_open(browser: Browser, form: str = FORM) -> str:
    """What an open form does by itself; what it is told."""
    browser.open(f"{form}/others", headers=BACKGROUND)
    assert browser.status == 200
    return browser.words


def test_each_is_told_of_the_other(alice: Browser, aziz: Browser, provider: Provider) -> None:
    alice.open(FORM)
    assert "also has the refund form" not in alice.words
    assert has_open(alice) == ""
    aziz.open(FORM)
    assert "Alice Agent also has the refund form of this order open, since" in aziz.words
    assert "Alice Agent" in has_open(aziz)
    assert "Aziz Agent" in has_open(alice)


def test_who_has_refunded_is_no_longer_at_the_form(alice: Browser, aziz: Browser, provider: Provider) -> None:
    has_open(alice)
    refund(alice)
    aziz.open(FORM)
    assert "also has the refund form" not in aziz.words
    assert has_open(aziz) == ""


def test_the_review_says_it_too(alice: Browser, aziz: Browser, provider: Provider) -> None:
    has_open(alice)
    aziz.open(FORM)
    aziz.submit("Continue", part="part", amount="10", reason="returned", note="")
    assert "Alice Agent also has the refund form of this order open" in aziz.words


def test_it_keeps_nobody_from_refunding(alice: Browser, aziz: Browser, provider: Provider) -> None:
    has_open(alice)
    has_open(aziz)
    refund(aziz, "10.00")
    assert "Refunded AED 10.00" in aziz.words
    refund(alice, "20.00")
    assert "Refunded AED 20.00" in alice.words


def test_another_order_and_the_own_second_tab_are_no_news(alice: Browser, aziz: Browser, provider: Provider) -> None:
    provider.order("other")
    has_open(alice, "/demo/orders/other/refund")
    assert has_open(aziz) == ""
    assert has_open(aziz) == ""


def test_who_has_left_is_not_told_any_more(
    alice: Browser, sign_in: Callable[[str], Browser], provider: Provider
) -> None:
    has_open(alice)
    with time_machine.travel(now() + PRESENT + timedelta(seconds=1)):
        assert has_open(sign_in("second agent")) == ""


def test_the_form_writes_nothing_and_asking_writes_at_most_one_row(
    app: Flask, alice: Browser, provider: Provider
) -> None:
    alice.open(FORM)
    assert rows(app) == []
    provider.forget()
    records = Records(app)
    has_open(alice)
    first = rows(app)
    assert len(first) == 1
    has_open(alice)
    assert rows(app) == first, "not written again at once"
    assert [call for call in provider.seen() if not call["path"].startswith("/_sandbox")] == []
    assert records.news() == [], "it is no act, so the audit log has nothing of it"


def test_of_very_many_forms_the_last_are_known(app: Flask, alice: Browser, aziz: Browser, provider: Provider) -> None:
    has_open(aziz)
    for number in range(MOST + 5):
        has_open(alice, f"/demo/orders/order-{number}/refund")
    with app.app_context():
        mine = db.session.scalars(select(OpenForm.order_id).order_by(OpenForm.seen).where(OpenForm.user_id != 0)).all()
    assert len(mine) == MOST + 1
    assert mine[0] == "order-01", "another person's are another matter"
    assert f"order-{MOST + 4}" in mine


def rows(app: Flask) -> list[tuple[int, object]]:
    with app.app_context():
        return [(one.user_id, one.seen) for one in db.session.scalars(select(OpenForm))]


def test_a_database_that_cannot_be_written_to_costs_only_the_note(
    app: Flask, alice: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.core.database.PATIENCE", 0.1)
    file = str(app.extensions["settings"].database_url).removeprefix("sqlite:///")
    with app.app_context():
        monkeypatch.setattr(
            "webapp.core.database.SQLITE_PRAGMAS", ("PRAGMA busy_timeout=100", "PRAGMA foreign_keys=ON")
        )
        db.engine.dispose()
    holding = sqlite3.connect(file, isolation_level=None)
    holding.execute("BEGIN IMMEDIATE")
    try:
        assert has_open(alice) == ""
    finally:
        holding.rollback()
        holding.close()
    assert rows(app) == []


@pytest.mark.parametrize("role", ["viewer", "auditor", "admin"])
def test_who_cannot_refund_learns_no_names(
    alice: Browser, sign_in: Callable[[str], Browser], provider: Provider, role: str
) -> None:
    has_open(alice)
    browser = sign_in(role)
    browser.open(f"{FORM}/others", headers=BACKGROUND)
    assert browser.status == 403
    assert "Alice" not in browser.words


# --- The store, on both engines ---


@pytest.fixture
def store(engine_url: str, tmp_path: Path) -> Flask:
    app = create_app(make_settings("http://127.0.0.1:1", engine_url, tmp_path))
    with app.app_context(), writing() as session:
        for number in (1, 2):
            session.add(
                User(id=number, email=f"{number}@example.test", name=f"P{number}", password_hash="x")
            )
    return app


def test_the_store_notes_tells_and_forgets(store: Flask) -> None:
    account = store.extensions["settings"].accounts[0]
    began = now()
    with store.app_context():
        with time_machine.travel(began, tick=False):
            assert note_at_form(account, "o", 1) == []
            assert [one.person.name for one in note_at_form(account, "o", 2)] == ["P1"]
        with time_machine.travel(began + SIGN_EVERY + timedelta(seconds=1), tick=False):
            note_at_form(account, "o", 1)
        with time_machine.travel(began + PRESENT + timedelta(seconds=1), tick=False):
            found = others_at_form(account, "o", 2)
            assert [(one.user_id, one.opened) for one in found] == [(1, began)], "since when, not until when"
            assert others_at_form(account, "o", 1) == []
        with time_machine.travel(began + KEPT + timedelta(minutes=1), tick=False):
            forget_left_forms()
        assert db.session.scalars(select(OpenForm)).all() == []
