"""Hires the people of the tests, and lets them in."""

from __future__ import annotations

from flask import Flask, session
from sqlalchemy import select, update

from tests.browser import Browser
from webapp import audit
from webapp.access.authentication import enter, open_for
from webapp.access.permissions import Role
from webapp.access.staff import create_user
from webapp.core.database import writing
from webapp.core.extensions import alembic, db
from webapp.models.user import User

LONG_PASSWORD = "another horse staple battery"


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
    with writing() as transaction:  # they have been here for long, so that they approve at once
        transaction.execute(update(User).values(roles_changed=None))


def second_of_finance(app: Flask) -> Browser:
    """Fatima, also of finance, for long: whom Farah asks. Hired once."""
    email = "fatima@example.test"
    with app.app_context():
        if db.session.scalar(select(User.id).where(User.email == email)) is None:
            create_user(email=email, name="Fatima Finance", role=Role.FINANCE, password=LONG_PASSWORD)
            with writing() as transaction:
                transaction.execute(update(User).where(User.email == email).values(roles_changed=None))
    return let_in(app, email)


def approved_by_another(app: Flask, request: str) -> str:
    """What Fatima reads when she has approved that something is closed."""
    fatima = second_of_finance(app)
    fatima.open(request)
    fatima.submit("Approve and close it")
    return fatima.words


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
