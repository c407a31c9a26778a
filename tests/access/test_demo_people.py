"""Demo people: offered where everything is embedded, worthless anywhere else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask

from tests.browser import Browser
from tests.conftest import make_settings
from webapp import create_app
from webapp.access.authentication import ensure_demo_users
from webapp.access.demo_users import DEMO_PASSWORD, DEMO_PEOPLE
from webapp.core.settings import Settings

from .conftest import NOWHERE
from .records import Records

ALICE = DEMO_PEOPLE[0].email


@pytest.fixture
def settings(migrated_database: Path, tmp_path: Path) -> Settings:
    shutil.copy(migrated_database, tmp_path / "desk.sqlite3")
    return make_settings(NOWHERE, f"sqlite:///{tmp_path / 'desk.sqlite3'}", tmp_path, demo_users=True)


@pytest.fixture
def app(settings: Settings) -> Flask:
    app = create_app(settings)
    ensure_demo_users(app)
    return app


def test_there_is_one_for_each_role(app: Flask, records: Records) -> None:
    people = records.rows('SELECT email FROM "user" WHERE is_demo ORDER BY id')
    roles = {role for person in people for role in records.roles(person["email"]).values()}
    assert roles == {"viewer", "agent", "finance", "auditor", "admin"}
    assert all(person["email"].endswith("@demo.example") for person in people)


def test_making_them_again_changes_nothing(app: Flask, records: Records) -> None:
    ensure_demo_users(app)
    assert app.test_cli_runner().invoke(args=["demo-users"]).exit_code == 0
    assert records.news() == []


@pytest.mark.parametrize("person", DEMO_PEOPLE, ids=lambda person: person.name)
def test_one_click_signs_in(stranger: Browser, person: object) -> None:
    stranger.open("/sign-in?next=/you/sessions")
    stranger.submit(f"{person.name[0]} {person.name}")  # type: ignore[attr-defined]
    assert stranger.heading == "Your sessions"
    assert person.name in stranger.words  # type: ignore[attr-defined]


def test_migrate_and_serve_offer_only_who_is_there(settings: Settings, tmp_path: Path) -> None:
    fresh = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'fresh.sqlite3'}"})
    app = create_app(fresh)
    assert app.test_cli_runner().invoke(args=["migrate"]).exit_code == 0
    page = Browser(app)
    page.open("/sign-in?next=/you/sessions")
    page.submit("A Alice")
    assert page.heading == "Your sessions"
    assert app.test_cli_runner().invoke(args=["disable-user", DEMO_PEOPLE[2].email]).exit_code == 0
    page = Browser(app)
    page.open("/sign-in")
    offered = page.words
    assert ["Vera" in offered, "Farah" in offered] == [False, True], "somebody who was sent away is not offered"


def test_a_desk_without_them_offers_nobody(settings: Settings, tmp_path: Path) -> None:
    fresh = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'bare.sqlite3'}", "demo_users": False})
    assert create_app(fresh).test_cli_runner().invoke(args=["migrate"]).exit_code == 0
    page = Browser(create_app(fresh.model_copy(update={"demo_users": True})))
    page.open("/sign-in")
    assert DEMO_PASSWORD not in page.words


def test_the_page_tells_their_password(stranger: Browser) -> None:
    stranger.open("/sign-in?next=/you/sessions")
    assert DEMO_PASSWORD in stranger.words
    stranger.submit("Sign in", email=ALICE, password=DEMO_PASSWORD)
    assert stranger.heading == "Your sessions"


def test_they_see_what_a_password_must_be(app: Flask, stranger: Browser) -> None:
    stranger.open("/sign-in?next=/you/password")
    stranger.submit("Sign in", email=ALICE, password=DEMO_PASSWORD)
    stranger.submit("Change password", current=DEMO_PASSWORD, new="short", again="short")
    assert "Use at least 12 characters" in stranger.words
    assert "Demo accounts keep" not in stranger.words


def test_they_keep_their_password(app: Flask, stranger: Browser) -> None:
    stranger.open("/sign-in?next=/you/password")
    stranger.submit("Sign in", email=ALICE, password=DEMO_PASSWORD)
    new = "a quiet lamp beside the river"
    stranger.submit("Change password", current=DEMO_PASSWORD, new=new, again=new)
    assert stranger.status == 422
    assert "Demo accounts keep their password" in stranger.words
    result = app.test_cli_runner().invoke(args=["reset-password", ALICE, "--password-stdin"], input=new + "\n")
    assert result.exit_code == 1


def test_anywhere_else_they_are_not_offered_and_cannot_come_in(
    app: Flask, stranger: Browser, settings: Settings, tmp_path: Path
) -> None:
    stranger.open("/sign-in?next=/you/sessions")
    stranger.submit("Sign in", email=ALICE, password=DEMO_PASSWORD)
    elsewhere = create_app(make_settings(NOWHERE, settings.database_url, tmp_path, demo_users=False))
    ensure_demo_users(elsewhere)
    visitor = Browser(elsewhere)
    visitor.client.set_cookie("__Host-desk", stranger.client.get_cookie("__Host-desk").value)  # type: ignore[union-attr]
    visitor.open("/sign-in")
    assert visitor.heading == "Sign in"
    assert DEMO_PASSWORD not in visitor.words
    visitor.submit("Sign in", email=ALICE, password=DEMO_PASSWORD)
    assert "Sign-in failed." in visitor.words


@pytest.mark.requirement("R30")
def test_a_fresh_desk_has_nobody(tmp_path: Path) -> None:
    from webapp.core.extensions import alembic

    app = create_app(make_settings(NOWHERE, f"sqlite:///{tmp_path / 'fresh.sqlite3'}", tmp_path, demo_users=False))
    with app.app_context():
        alembic.upgrade()
    ensure_demo_users(app)
    assert Records(app).rows('SELECT * FROM "user"') == []
