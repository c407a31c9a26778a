"""`flask --app webapp doctor`: says what is wrong before the desk has to, and shows no value of a setting."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import make_url

from tests.conftest import make_settings
from tests.provider import provider_of
from tests.webhooks.receiving import Receiving
from webapp import create_app
from webapp.core.accounts import Environment
from webapp.core.extensions import db
from webapp.core.settings import EMBEDDED_SECRET, Settings
from webapp.emulators.postpay.server import Sandbox


def examine(app: Flask) -> Result:
    return app.test_cli_runner().invoke(args=["doctor"])


@pytest.mark.requirement("R64")
def test_a_desk_that_can_work_is_well(app: Flask) -> None:
    result = examine(app)
    assert result.exit_code == 0
    assert "WRONG" not in result.stdout
    assert "journal_mode=wal, synchronous=2, foreign_keys=1, recursive_triggers=1, busy_timeout=15000" in result.stdout


def make_role(app: Flask, name: str, rights: str = "") -> None:
    """A role that may sign in to this test's server, and that `audit grant` was run for."""
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP ROLE IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN {rights}")
    assert app.test_cli_runner().invoke(args=["audit", "grant", name]).exit_code == 0


def drop_role(app: Flask, name: str) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(f"REASSIGN OWNED BY {name} TO CURRENT_USER; DROP OWNED BY {name}; DROP ROLE {name}")


def test_postgresql_is_looked_at_in_its_own_words(sandbox: Sandbox, postgresql_url: str, tmp_path: Path) -> None:
    owner = create_app(make_settings(sandbox.base_url, postgresql_url, tmp_path))
    make_role(owner, "desk_web")
    url = make_url(postgresql_url).set(username="desk_web").render_as_string()
    web = create_app(make_settings(sandbox.base_url, url, tmp_path))
    result = examine(web)
    with web.app_context():
        db.engine.dispose()
    drop_role(owner, "desk_web")
    assert result.exit_code == 0, result.stdout
    assert "PostgreSQL, synchronous_commit=on" in result.stdout
    assert "ok     role at the database: may add to the audit log, and no more" in result.stdout


def test_it_is_not_content_with_a_superuser(sandbox: Sandbox, postgresql_url: str, tmp_path: Path) -> None:
    result = examine(create_app(make_settings(sandbox.base_url, postgresql_url, tmp_path)))
    assert result.exit_code == 1
    assert "WRONG  role at the database: may do everything, as a superuser: let web and worker connect" in result.stdout


@pytest.mark.parametrize(
    ("grant", "words"),
    [
        ("ALTER TABLE audit_entry OWNER TO desk_other", "may take the audit log apart, as its owner"),
        ("GRANT DELETE ON audit_entry TO desk_other", "may change the audit log"),
        ("GRANT desk_owner TO desk_other", "may take the audit log apart, as its owner"),
    ],
)
def test_it_is_not_content_with_a_role_that_can_change_the_audit_log(
    sandbox: Sandbox, postgresql_url: str, tmp_path: Path, grant: str, words: str
) -> None:
    owner = create_app(make_settings(sandbox.base_url, postgresql_url, tmp_path))
    for name in ("desk_owner", "desk_other"):
        make_role(owner, name)
    with owner.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_entry OWNER TO desk_owner")
        connection.exec_driver_sql(grant)
    url = make_url(postgresql_url).set(username="desk_other").render_as_string()
    other = create_app(make_settings(sandbox.base_url, url, tmp_path))
    result = examine(other)
    with other.app_context():
        db.engine.dispose()
    for name in ("desk_other", "desk_owner"):
        drop_role(owner, name)
    assert (result.exit_code, f"WRONG  role at the database: {words}" in result.stdout) == (1, True), result.stdout


def test_it_says_what_to_do_about_an_old_schema(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    result = examine(app)
    assert result.exit_code == 1
    assert "run flask --app webapp migrate" in result.stdout


def test_it_tells_a_trigger_that_could_keep_entries_out_of_the_audit_log(app: Flask) -> None:
    with app.app_context():
        path = db.engine.url.database or ""
    with closing(sqlite3.connect(path)) as owner:
        owner.execute("CREATE TRIGGER a_quiet BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(IGNORE); END")
    result = examine(app)
    assert result.exit_code == 1
    assert "WRONG  protection of the audit log: not as it should be: a_quiet" in result.stdout


def test_it_tells_a_provider_that_does_not_answer(app: Flask, sandbox: Sandbox) -> None:
    sandbox.stop()
    result = examine(app)
    assert result.exit_code == 1
    assert "WRONG  provider of demo (embedded): does not answer" in result.stdout


def test_it_tells_credentials_that_are_not_accepted(settings: Settings) -> None:
    account = settings.accounts[0].model_copy(update={"merchant_id": "id_of_somebody_else"})
    result = examine(create_app(settings.model_copy(update={"accounts": (account,)})))
    assert result.exit_code == 1
    assert "does not accept the credentials" in result.stdout
    assert EMBEDDED_SECRET not in result.output
    assert "id_of_somebody_else" not in result.output


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (403, "does not let these credentials list orders"),
        (405, "does not answer as it should (Refused)"),
        (500, "does not answer as it should (ProviderFailed)"),
    ],
)
def test_it_tells_what_the_provider_says_instead(app: Flask, sandbox: Sandbox, status: int, words: str) -> None:
    provider_of(sandbox).fault("status", method="GET", path="/orders", times=9, status=status)
    assert f"WRONG  provider of demo (embedded): {words}" in examine(app).stdout


def test_it_tells_a_database_that_is_none(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "no.sqlite3"
    path.write_bytes(b"this is not a database" * 100)
    result = examine(create_app(make_settings(sandbox.base_url, f"sqlite:///{path}", tmp_path)))
    assert result.exit_code == 1
    assert "WRONG  database: cannot be used" in result.stdout


@pytest.mark.parametrize(("mode", "word"), [(0o600, "ok   "), (0o644, "WRONG")])
def test_it_tells_a_database_that_others_can_read(app: Flask, settings: Settings, mode: int, word: str) -> None:
    os.chmod(settings.database_url.removeprefix("sqlite:///"), mode)
    assert f"{word}  database file: mode {mode:04o}" in examine(app).stdout


def test_it_tells_an_old_key_that_is_missing(settings: Settings) -> None:
    another = "9b8a7c6d5e4f30211203f4e5d6c7b8a9" * 2
    renewed = settings.model_copy(update={"audit_key": SecretStr(another), "audit_key_id": "k2"})
    assert "WRONG  keys of the audit log: AUDIT_OLD_KEYS lacks k1" in examine(create_app(renewed)).stdout
    for old, words in (
        (f"k1:{settings.audit_key.get_secret_value()}", "ok     keys of the audit log: known"),
        (another, "WRONG  keys of the audit log: AUDIT_OLD_KEYS: is not of the form id:key,id:key"),
    ):
        kept = renewed.model_copy(update={"audit_old_keys": SecretStr(old)})
        result = examine(create_app(kept))
        assert words in result.stdout
        assert another not in result.output


def test_it_tells_a_secret_that_no_key_opens(app: Flask, settings: Settings) -> None:
    Receiving(app)
    assert "ok     sealed secrets: can be read" in examine(app).stdout
    update = {"seal_key": SecretStr("9b8a7c6d5e4f30211203f4e5d6c7b8a9" * 2)}
    renewed = settings.model_copy(update=update)
    words = "WRONG  sealed secrets: 2 cannot be read: does SEAL_OLD_KEYS lack a key?"
    assert words in examine(create_app(renewed)).stdout
    kept = renewed.model_copy(update={"seal_old_keys": settings.seal_key})
    assert "ok     sealed secrets" in examine(create_app(kept)).stdout


@pytest.mark.parametrize(("hops", "word"), [(0, "WRONG"), (2, "ok   ")])
def test_outside_of_the_demo_it_wants_to_know_of_the_proxies(settings: Settings, hops: int, word: str) -> None:
    account = settings.accounts[0].model_copy(update={"environment": Environment.SANDBOX})
    update = {"accounts": (account,), "proxy_hops": hops}
    assert f"{word}  proxies: PROXY_HOPS is {hops}" in examine(create_app(settings.model_copy(update=update))).stdout
    assert "proxies" not in examine(create_app(settings)).stdout
