"""Who is bound to a subject, on SQLite and on PostgreSQL, also by many at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.access.conftest import NOWHERE
from tests.conftest import PASSWORD, PEOPLE, make_settings
from tests.people import hire
from webapp import create_app
from webapp.access.single_sign_on.issuer import NotAccepted
from webapp.access.single_sign_on.people import sign_in, unbind
from webapp.core.extensions import db
from webapp.models.oidc_subject import OidcSubject
from webapp.models.staff_session import StaffSession
from webapp.models.user import User

ROLES = {"team": {"*": "agent"}, "admins": {"*": "admin"}}


@pytest.fixture
def app(engine_url: str, tmp_path: Path) -> Iterator[Flask]:
    given = {"oidc_issuer": "https://sso.example", "oidc_roles": ROLES}
    app = create_app(make_settings(NOWHERE, engine_url, tmp_path, **given))
    with app.app_context():
        hire(app, {"admin": PEOPLE["admin"]}, PASSWORD)
    yield app
    with app.app_context():
        db.engine.dispose()


def come_in(app: Flask, sub: str, email: str, group: str = "team") -> str:
    claims: dict[str, Any] = {"sub": sub, "email": email, "email_verified": True, "groups": [group]}
    with app.test_request_context():
        try:
            return str(sign_in({**claims, "auth_time": time.time()}, app.extensions["settings"]).role)
        except NotAccepted as error:
            return error.cause


def count(app: Flask, table: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_life_of_a_subject(app: Flask) -> None:
    assert come_in(app, "1", "new@example.test") == "agent"
    assert come_in(app, "1", "new@example.test", "admins") == "admin"
    assert come_in(app, "1", "new@example.test", "nothing") == "no role"
    assert come_in(app, "2", "new@example.test") == "the e-mail address is that of another subject"
    with app.app_context():
        unbind("new@example.test")
    assert come_in(app, "2", "new@example.test") == "agent"
    assert (count(app, OidcSubject), count(app, User)) == (1, 2)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["audit", "verify"]).exit_code == 0


def test_many_who_come_for_the_first_time_at_once_are_one_person(app: Flask) -> None:
    with ThreadPoolExecutor(8) as pool:
        roles = set(pool.map(lambda _: come_in(app, "1", "new@example.test"), range(8)))
    assert roles == {"agent"}
    assert (count(app, OidcSubject), count(app, User), count(app, StaffSession)) == (1, 2, 8)
