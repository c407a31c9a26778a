"""Hires the people of the tests, and lets them in."""

from __future__ import annotations

from flask import Flask, session
from sqlalchemy import select

from tests.browser import Browser
from webapp import audit
from webapp.access.authentication import enter, open_for
from webapp.core.database import writing
from webapp.core.extensions import alembic, db
from webapp.models.user import User


def hire(app: Flask, people: dict[str, tuple[str, str]], password: str) -> None:
    """Migrates the database and creates each person by the command an operator uses."""
    alembic.upgrade()
    runner = app.test_cli_runner()
    for title, (email, name) in people.items():
        role = title.split()[-1]
        result = runner.invoke(
            args=["create-user", email, "--name", name, "--role", role, "--no-must-change", "--password-stdin"],
            input=password + "\n",
        )
        assert result.exit_code == 0, result.output


def let_in(app: Flask, email: str) -> Browser:
    """A browser whose person is signed in as by the form, which stays with the tests of signing in: hashing is slow."""
    browser = Browser(app)
    with app.test_request_context(environ_base=browser.client.environ_base):
        user = db.session.execute(select(User).where(User.email == email)).scalar_one()
        with writing() as transaction:
            person = open_for(transaction, user)
            audit.record(audit.Action.LOGIN_SUCCEEDED, object_type="session", object_id=person.session_id)
        enter(person)
        cookie = dict(session)
    with browser.client.session_transaction() as kept:
        kept.update(cookie)
    return browser
