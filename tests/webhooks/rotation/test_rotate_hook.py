"""Another secret without a gap: five steps, each of which can be taken back, left and taken up again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.browser import Browser, form_values
from tests.conftest import PASSWORD
from tests.webhooks.acting import changes, entries, let_leases_end, secret_on, work
from tests.webhooks.at_provider import Hooks
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now
from webapp.models.rotation import Rotation

from .shop import Shop, Trade
from .walking import WIZARD, active, current_step, go_to, new_of, start, the_rotation

A_DAY = timedelta(hours=25)


@pytest.fixture
def started(adam: Browser, hook_id: str) -> Browser:
    """Adam, in front of the second step."""
    start(adam, hook_id)
    return adam


def test_the_five_steps(started: Browser, app: Flask, hooks: Hooks, shop: Shop, trade: Trade, hook_id: str) -> None:
    new = new_of(hooks, hook_id)
    assert active(hooks) == {new: False, hook_id: True}, "the shop notices nothing until it has the secret"
    started.submit("Show the secret")
    shop.secrets.append(secret_on(started))
    started.follow("I have kept it: go on")
    started.submit("The shop has both")
    assert active(hooks) == {new: True, hook_id: True}
    assert "Step 3" in started.words
    assert current_step(started) == "3 Both deliver"
    started.submit("Pause the old webhook without")
    assert "has not taken a delivery" in started.words, "somebody must say so"
    trade.refund()
    started.follow("Check now")
    assert "Step 4" in started.words
    assert current_step(started) == "4 The old one paused"
    started.submit("Pause the old webhook")
    assert active(hooks) == {new: True, hook_id: False}
    assert "Delete the old webhook" not in started.words
    assert work(app) == 0
    with time_machine.travel(now() + A_DAY):
        assert work(app) == 1
    assert active(hooks) == {new: True}
    started.open(WIZARD)
    assert "The secret is replaced" in started.words
    assert [each for each in entries(app) if "rotation" in each] == [
        "hook.rotation_started", *["hook.rotation_step"] * 3, "hook.rotation_ended"
    ]  # fmt: skip
    assert shop.unverified == 0


def test_what_the_desk_did_is_told_as_its_own(
    started: Browser, app: Flask, hooks: Hooks, shop: Shop, trade: Trade, hook_id: str
) -> None:
    go_to(started, "quiet", shop, trade)
    with time_machine.travel(now() + A_DAY):
        work(app)
    last = changes(app)[-1]
    for page in (WIZARD, f"/demo/hooks/{hook_id}", f"/demo/hooks/changes/{last.id}"):
        started.open(page)
        assert "the desk itself" in started.words, page
    assert "Started by the desk itself" in started.words
    with app.app_context():
        intent = db.session.scalars(
            select(AuditEntry).where(AuditEntry.event == "hook.intent").order_by(AuditEntry.seq.desc()).limit(1)
        ).one()
    assert (intent.actor_id, intent.actor_label) == (None, "worker")


def test_a_second_rotation_is_refused_and_says_whose_is_open(
    started: Browser, sign_in: Callable[[str], Browser], app: Flask, hooks: Hooks, hook_id: str
) -> None:
    other = sign_in("admin")
    for address in (f"/demo/hooks/{hook_id}/rotate", f"/demo/hooks/{hook_id}/delete", f"/demo/hooks/{hook_id}/edit"):
        other.open(address)
        assert other.status == 409
        assert "Adam Admin is replacing the secret" in other.words
    auditor = sign_in("auditor")
    auditor.open("/demo/hooks")
    assert "The secret of 127.0.0.1 is being replaced" in auditor.words
    assert "Adam Admin started it" in auditor.words
    assert "Old: secret being replaced" in auditor.words
    assert "New: takes over" in auditor.words
    auditor.open(WIZARD)
    assert "Only admins can change" in auditor.words
    assert not auditor.page.select("main form")


def test_two_admins_cannot_start_it_twice(
    adam: Browser, sign_in: Callable[[str], Browser], hooks: Hooks, hook_id: str
) -> None:
    other = sign_in("admin")
    for browser in (adam, other):
        browser.open(f"/demo/hooks/{hook_id}/rotate")
    adam.submit("Make the second webhook")
    other.submit("Make the second webhook")
    assert other.status == 409
    assert "is replacing the secret" in other.words
    assert len(hooks.all()) == 2


def test_everything_can_be_taken_back_at_each_step(
    started: Browser, app: Flask, hooks: Hooks, shop: Shop, hook_id: str
) -> None:
    for step in ("install", "watch", "quiet"):
        if step != "install":
            start(started, hook_id)
            go_to(started, step, shop, None, started.address)
        started.submit("Take everything back")
        assert "Everything was taken back" in started.words, step
        assert active(hooks) == {hook_id: True}, step
    with app.app_context():
        assert list(db.session.scalars(select(Rotation.step))) == ["undone"] * 3


def test_what_deletes_asks_for_a_fresh_proof(
    started: Browser, app: Flask, hooks: Hooks, shop: Shop, trade: Trade, hook_id: str
) -> None:
    go_to(started, "quiet", shop, trade)
    with time_machine.travel(now() + timedelta(minutes=6)):
        started.submit("Take everything back")
        assert started.heading == "Confirm that it is you"
        assert len(active(hooks)) == 2
        started.submit("Continue", password=PASSWORD)
        assert started.address == WIZARD
    with time_machine.travel(now() + timedelta(minutes=12)):
        started.send(f"{WIZARD}/delete-old", form_values(started.form("Sign out")))
        assert "/you/confirm" in started.response.headers["Location"]
        started.open(WIZARD)
        started.submit("A step back: switch the old one on again")
        assert "Step 4" in started.words, "what only switches needs none"


def test_a_deletion_is_not_sent_again_on_an_old_proof(adam: Browser, app: Flask, hooks: Hooks, hook_id: str) -> None:
    hooks.fault("drop_before", method="DELETE", path="/hooks/")
    adam.open(f"/demo/hooks/{hook_id}/delete")
    adam.submit("Delete it now", host="127.0.0.1")
    with time_machine.travel(now() + timedelta(minutes=6)):
        adam.open("/demo/hooks/changes/1")
        adam.submit("Send again")
        assert adam.heading == "Confirm that it is you"
        adam.submit("Continue", password=PASSWORD)
        adam.submit("Send again")
        assert "The webhook is deleted" in adam.words


def test_without_the_old_one_the_new_one_stays(
    started: Browser, app: Flask, hooks: Hooks, shop: Shop, hook_id: str
) -> None:
    go_to(started, "watch", shop, None)
    hooks.remove(hook_id)
    started.submit("Take everything back")
    assert "nothing to go back to" in started.words
    started.submit("Pause the old webhook without", anyway="yes")
    started.open(WIZARD)
    assert "The secret is replaced" in started.words
    assert list(active(hooks).values()) == [True]


def test_each_step_has_one_that_takes_it_back(
    started: Browser, app: Flask, hooks: Hooks, shop: Shop, hook_id: str
) -> None:
    new = new_of(hooks, hook_id)
    go_to(started, "quiet", shop, None)
    started.submit("A step back: switch the old one on again")
    assert active(hooks) == {new: True, hook_id: True}
    started.submit("A step back: pause the new one")
    assert active(hooks) == {new: False, hook_id: True}
    assert "Step 2" in started.words
    assert "Make another secret" not in started.words, "it has been on with this one"


def test_a_secret_that_nobody_kept_is_made_anew(started: Browser, app: Flask, hooks: Hooks) -> None:
    started.submit("Show the secret")
    first = secret_on(started)
    started.open(WIZARD)
    started.submit("Make another secret")
    assert "The shop has both" not in started.words, "nobody has seen this one"
    started.submit("Show the secret")
    assert secret_on(started) != first


def test_a_lost_answer_stops_it_where_it_stands_until_it_is_known(
    started: Browser, app: Flask, hooks: Hooks, shop: Shop
) -> None:
    started.submit("Show the secret")
    secret_on(started)
    for button, fields, follows in (
        ("The shop has both", {}, "watch"),
        ("Pause the old webhook without", {"anyway": "yes"}, "quiet"),
        ("A step back: switch", {}, "watch"),
    ):
        started.open(WIZARD)
        hooks.fault("drop_before", method="PATCH", path="/hooks/")
        started.submit(button, **fields)
        assert "Not known yet" in started.words
        started.follow("Open the replacement of the secret")
        assert "is being confirmed" in started.words
        assert not [each for each in started.page.select("main form button") if button in each.get_text()]
        let_leases_end(app)
        started.open(f"/demo/hooks/changes/{changes(app)[-1].id}")
        started.submit("Send again")
        assert the_rotation(app).step == follows


def test_taking_back_goes_on_where_it_was_stopped(
    started: Browser, app: Flask, hooks: Hooks, shop: Shop, hook_id: str
) -> None:
    go_to(started, "quiet", shop, None)
    hooks.fault("status", method="DELETE", path="/hooks/", status=403, code="permission_denied", times=1)
    started.submit("Take everything back")
    assert "It is being taken back" in started.words
    assert active(hooks)[hook_id], "the old one delivers already"
    hooks.fault("drop_before", method="DELETE", path="/hooks/")
    started.submit("Go on taking it back")
    assert "is being confirmed" in started.words
    let_leases_end(app)
    started.open(f"/demo/hooks/changes/{changes(app)[-1].id}")
    started.submit("Send again")
    assert active(hooks) == {hook_id: True}
    assert the_rotation(app).step == "undone"


def test_taking_back_goes_on_by_itself(started: Browser, app: Flask, hooks: Hooks, shop: Shop, hook_id: str) -> None:
    go_to(started, "quiet", shop, None)
    hooks.fault("status", method="DELETE", path="/hooks/", status=403, code="permission_denied", times=1)
    started.submit("Take everything back")
    with time_machine.travel(now() + timedelta(minutes=16)):
        work(app)
    assert active(hooks) == {hook_id: True}
    assert the_rotation(app).step == "undone"


def test_a_first_step_that_was_refused_can_be_taken_again_or_left(
    adam: Browser, app: Flask, hooks: Hooks, hook_id: str
) -> None:
    hooks.fault("status", path="=/hooks", status=403, code="permission_denied", times=1)
    adam.open(f"/demo/hooks/{hook_id}/rotate")
    adam.submit("Make the second webhook")
    assert "Step 1: the second webhook is not there yet" in adam.words
    adam.submit("Make the second webhook")
    assert "Step 2" in adam.words


def test_the_old_one_is_not_taken_for_the_new_when_an_answer_is_lost(
    adam: Browser, app: Flask, hooks: Hooks, hook_id: str
) -> None:
    hooks.fault("drop_after", path="=/hooks")
    adam.open(f"/demo/hooks/{hook_id}/rotate")
    adam.submit("Make the second webhook")
    assert "Step 2" in adam.words
    assert the_rotation(app).new_hook_id in set(active(hooks)) - {hook_id}


def test_the_desk_does_not_insist_every_few_seconds(
    started: Browser, sign_in: Callable[[str], Browser], app: Flask, hooks: Hooks, shop: Shop, trade: Trade
) -> None:
    go_to(started, "quiet", shop, trade)
    hooks.fault("status", method="DELETE", path="/hooks/", status=403, code="permission_denied", times=9)
    with time_machine.travel(now() + A_DAY):
        for _ in range(3):
            work(app)
        assert len(hooks.sent("DELETE")) == 1
        adam = sign_in("admin")
        adam.open(WIZARD)
        assert "Not done: Deleting the webhook" in adam.words
        hooks.heal()
        adam.submit("Delete the old webhook now")
        assert "The secret is replaced" in adam.words


def test_a_step_that_somebody_else_took_is_not_taken_twice(
    started: Browser, sign_in: Callable[[str], Browser], app: Flask, hooks: Hooks
) -> None:
    started.submit("Show the secret")
    started.follow("I have kept it: go on")
    other = sign_in("admin")
    other.open(WIZARD)
    started.submit("The shop has both")
    other.submit("The shop has both")
    assert "It does not stand there any more" in other.words
    assert len(hooks.sent("PATCH")) == 1
