"""`flask search …`: a customer is erased for good, a new key answers at once, a new beginning is one."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.payments.search_index.index import Index, order, person, read
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.payments.search_index.sweep import tend


@pytest.fixture
def index(app: Flask) -> Index:
    index = Index(app.extensions["settings"])
    with app.app_context():
        index.keep(
            read(order("one", **person("Fatima", "Hashimi", email="fatima@shop.example", phone="0501234567"))),
            read(order("two", **person("Fatima", "Khan", email="other@shop.example", phone="0507654321"))),
        )
    return index


def run(app: Flask, *words: str, typed: str = "") -> str:
    result = app.test_cli_runner().invoke(args=["search", *words], input=typed)
    return f"{result.exit_code} {result.output}"


@pytest.mark.parametrize("identity", ["fatima@shop.example", "+971 50 123 4567", "0501234567"])
def test_a_customer_is_erased_and_does_not_come_back(app: Flask, index: Index, identity: str) -> None:
    assert "demo: 1 orders erased" in run(app, "erase", typed=f"{identity}\n")
    with app.app_context():
        index.keep(read(order("one", **person("Fatima", "Hashimi")), at=60))
        assert index.find("fatima") == ["two"]
        entry = db.session.scalars(db.session.query(AuditEntry).filter_by(event="search.erased").statement).one()
        assert entry.after == '{"rows":1}'


@pytest.mark.parametrize("identity", ["Fatima", "4567", "1234567", "@shop.example"])
def test_nobody_is_erased_by_a_part(app: Flask, index: Index, identity: str) -> None:
    assert run(app, "erase", typed=f"{identity}\n").startswith("1 ")


def test_a_new_key_and_a_new_beginning(app: Flask, index: Index) -> None:
    assert run(app, "new-key").startswith("0 ")
    with app.app_context():
        assert len(index.find("fatima")) == 2
        assert not tend(index.settings, ["demo"])
        assert len(index.find("fatima")) == 2
    assert run(app, "rebuild", "--yes").startswith("0 ")
    with app.app_context():
        assert index.find("fatima") == []
        assert index.raw_tokens() == []
    assert "demo: nothing yet, 0 still to read" in run(app, "status")


def test_the_key_is_sealed_anew_with_all_others(app: Flask, index: Index) -> None:
    result = app.test_cli_runner().invoke(args=["rotate-keys"])
    assert "1 sealed with the present key, 0 could not be read" in result.output
    with app.app_context():
        assert len(index.find("fatima")) == 2
