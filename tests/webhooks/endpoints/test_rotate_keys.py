"""`rotate-keys`: every sealed column under the present key, and the old key can go (R53)."""

from __future__ import annotations

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select, update

from tests.browser import Browser
from tests.conftest import PEOPLE
from tests.people import let_in
from tests.webhooks.acting import change_secret, create, let_leases_end, secret_on, the_change, work
from tests.webhooks.at_provider import Hooks
from webapp import create_app
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.audit_entry import AuditEntry
from webapp.models.hook_change import HookChange
from webapp.ops.cli.keys import sealed_columns

NEW = SecretStr("00112233445566778899aabbccddeeff" * 2)


@pytest.fixture
def both(settings: Settings) -> Settings:
    return settings.model_copy(update={"seal_key": NEW, "seal_old_keys": settings.seal_key})


@pytest.mark.requirement("R53")
def test_a_secret_outlives_the_key_it_was_sealed_with(adam: Browser, app: Flask, hooks: Hooks, both: Settings) -> None:
    create(adam)
    before = the_change(app).secret_sealed
    done = create_app(both).test_cli_runner().invoke(args=["rotate-keys"])
    assert (done.exit_code, done.output) == (0, "1 sealed with the present key, 0 could not be read\n")
    after = the_change(app).secret_sealed
    assert after != before
    new_only = create_app(both.model_copy(update={"seal_old_keys": SecretStr("")}))
    again = let_in(new_only, PEOPLE["admin"][0])
    again.open("/demo/hooks/changes/1")
    again.submit("Show the secret")
    secret_on(again)
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "settings.secrets_resealed")).one()
    assert entry.after == '{"failures":0,"rows":1}'


def test_what_no_key_opens_is_named_and_left_as_it_is(adam: Browser, app: Flask, hooks: Hooks, both: Settings) -> None:
    create(adam)
    with app.app_context(), writing() as session:
        session.execute(update(HookChange).values(secret_sealed="not a seal"))
    done = create_app(both).test_cli_runner().invoke(args=["rotate-keys"])
    assert done.exit_code == 1
    assert "hook_change 1: secret_sealed cannot be read" in done.output
    assert the_change(app).secret_sealed == "not a seal"


def test_a_secret_that_was_lost_with_its_key_can_be_given_up_and_made_anew(
    adam: Browser, app: Flask, hooks: Hooks
) -> None:
    hook_id = hooks.make()
    hooks.fault("drop_before", method="PATCH", path="/hooks/")
    change_secret(adam, hook_id)
    with app.app_context(), writing() as session:
        session.execute(update(HookChange).values(secret_sealed="not a seal"))
    let_leases_end(app)
    work(app)
    let_leases_end(app)
    adam.open("/demo/hooks/changes/1")
    assert "cannot read the secret any more" in adam.words
    adam.follow("Give it up")
    adam.submit("Give it up", reason="The key is gone")
    change_secret(adam, hook_id)
    assert "The new secret is in force" in adam.words


def test_every_sealed_column_has_one_key_to_find_its_row_by() -> None:
    found = {f"{table.name}.{column.name}": len(table.primary_key.columns) for table, column in sealed_columns()}
    assert {"hook_change.secret_sealed", "prepared_secret.secret_sealed"} <= set(found)
    assert set(found.values()) == {1}
