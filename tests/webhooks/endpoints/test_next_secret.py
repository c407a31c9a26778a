"""A secret that has leaked: the next one is shown before it is in force, so that the shop knows it by then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select

from tests.browser import Browser
from tests.webhooks.acting import change_secret, changes, entries, secret_on, the_change, work
from tests.webhooks.at_provider import Hooks
from webapp.core.extensions import db
from webapp.core.sealing import fingerprint
from webapp.models.base import now
from webapp.models.prepared_secret import PreparedSecret


@pytest.fixture
def hook_id(hooks: Hooks) -> str:
    return hooks.make()


def prepared(app: Flask) -> list[PreparedSecret]:
    with app.app_context():
        return list(db.session.scalars(select(PreparedSecret)))


def test_it_is_shown_before_the_provider_hears_of_it(adam: Browser, app: Flask, hooks: Hooks, hook_id: str) -> None:
    adam.open(f"/demo/hooks/{hook_id}")
    adam.follow("It has leaked")
    assert "put it in force" not in [button.get_text() for button in adam.page.select("main button")]
    adam.submit("Show the new secret")
    secret = secret_on(adam)
    assert "Postpay still signs with the old one" in adam.words
    assert hooks.sent("PATCH") == []
    assert changes(app) == []
    adam.follow("I have kept it: go on")
    assert "Adam Admin" in adam.words
    assert secret not in str(adam.page)
    adam.submit("The shop has it")
    assert "The new secret is in force" in adam.words
    assert "Take the old secret out of the shop now" in adam.words
    assert "Show the secret" not in adam.words
    change = the_change(app)
    assert change.secret_fingerprint == fingerprint(app.extensions["settings"], SecretStr(secret))
    assert (change.secret_sealed, change.shower.name if change.shower else "") == (None, "Adam Admin")
    assert prepared(app) == []
    assert entries(app) == ["hook.secret_shown", "hook.intent", "hook.succeeded"]


def test_one_that_was_refused_is_put_in_force_later(adam: Browser, app: Flask, hooks: Hooks, hook_id: str) -> None:
    hooks.fault("status", method="PATCH", path="/hooks/", status=403, code="permission_denied")
    change_secret(adam, hook_id)
    assert "did not happen" in adam.words
    adam.open(f"/demo/hooks/{hook_id}/secret")
    adam.submit("The shop has it")
    assert "The new secret is in force" in adam.words
    first, second = changes(app)
    assert first.secret_fingerprint == second.secret_fingerprint, "the shop has this one by now"


def test_only_the_secret_that_was_shown_last_is_put_in_force(
    adam: Browser, sign_in: Callable[[str], Browser], app: Flask, hooks: Hooks, hook_id: str
) -> None:
    adam.open(f"/demo/hooks/{hook_id}/secret")
    adam.submit("Show the new secret")
    adam.follow("I have kept it: go on")
    other = sign_in("admin")
    other.open(f"/demo/hooks/{hook_id}/secret")
    other.submit("Show another secret instead")
    adam.submit("The shop has it")
    assert adam.status == 409
    assert "another one was shown since" in adam.words
    assert hooks.sent("PATCH") == []


def test_it_is_kept_for_a_day(
    adam: Browser, sign_in: Callable[[str], Browser], app: Flask, hooks: Hooks, hook_id: str
) -> None:
    adam.open(f"/demo/hooks/{hook_id}/secret")
    adam.submit("Show the new secret")
    with time_machine.travel(now() + timedelta(hours=25)):
        late = sign_in("admin")
        late.open(f"/demo/hooks/{hook_id}/secret")
        assert "Show the new secret, once" in late.words
        work(app)
    assert prepared(app) == []


def test_it_goes_with_its_webhook(adam: Browser, app: Flask, hooks: Hooks, hook_id: str) -> None:
    adam.open(f"/demo/hooks/{hook_id}/secret")
    adam.submit("Show the new secret")
    adam.open(f"/demo/hooks/{hook_id}/delete")
    adam.submit("Delete it now", host="shop.example.com")
    assert prepared(app) == []
