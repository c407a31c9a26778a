"""Another secret without a gap: five steps, each of which can be taken back, left and taken up again."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.browser import Browser
from tests.emulators.kit.receiver import Receiver, receiving
from tests.webhooks.acting import changes, entries, let_leases_end, secret_on, work
from tests.webhooks.at_provider import Hooks
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.rotation import Rotation

WIZARD = "/demo/hooks/rotations/1"
A_DAY = timedelta(hours=25)


@pytest.fixture
def hook_id(hooks: Hooks) -> str:
    return hooks.make()


@pytest.fixture
def started(adam: Browser, hook_id: str) -> Browser:
    """Adam, in front of the second step."""
    adam.open(f"/demo/hooks/{hook_id}")
    adam.follow("Replace without a gap")
    adam.submit("Make the second webhook")
    assert "Step 2" in adam.words, adam.words
    return adam


def the_rotation(app: Flask) -> Rotation:
    with app.app_context():
        return db.session.scalars(select(Rotation)).one()


def active(hooks: Hooks) -> dict[str, bool]:
    return {hook["id"]: hook["active"] for hook in hooks.all()}


def current_step(browser: Browser) -> str:
    return " ".join(browser.page.select_one("#steps [aria-current=step]").get_text(" ").split())


def go_to(browser: Browser, step: str, wizard: str = WIZARD) -> None:
    """From the second step to a later one."""
    browser.open(wizard)
    for name, button, fields in (
        ("watch", "The shop has both", {}),
        ("quiet", "Pause the old webhook without", {"anyway": "yes"}),
    ):
        browser.submit(button, **fields)
        if name == step:
            return


def test_the_five_steps(started: Browser, app: Flask, hooks: Hooks, hook_id: str) -> None:
    new = next(each for each in active(hooks) if each != hook_id)
    assert active(hooks) == {new: False, hook_id: True}, "the shop notices nothing until it has the secret"
    started.submit("Show the secret")
    secret_on(started)
    started.follow("I have kept it: go on")
    started.submit("The shop has both")
    assert active(hooks) == {new: True, hook_id: True}
    assert "Step 3" in started.words
    assert current_step(started) == "3 Both deliver"
    started.submit("Pause the old webhook without")
    assert "has not taken a delivery" in started.words, "somebody must say so"
    with receiving() as receiver:
        deliver(hooks, receiver, new, 200)
    started.follow("Check now")
    assert "Step 4" in started.words
    assert current_step(started) == "4 The old one paused"
    started.open(f"{WIZARD}?seen=nothing", headers={"HX-Request": "true"})
    assert current_step(started) == "4 The old one paused", "it goes on with what is renewed below it"
    started.open(WIZARD)
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


def deliver(hooks: Hooks, receiver: Receiver, hook_id: str, status: int) -> None:
    """Has the provider deliver something to a webhook, which the shop answers with a status."""
    there = hooks.one(hook_id)
    assert there is not None
    receiver.status = status
    address = f"{hooks.address}/{hook_id}"
    hooks.direct.patch(address, json={"url": receiver.url}, timeout=10)
    hooks.order("an-order", status="approved")
    hooks.direct.post(f"{hooks.root.removesuffix('/_sandbox')}/orders/an-order/capture", timeout=10)
    for _ in range(2):
        receiver.got.get(timeout=5)
    while hooks._ask("GET", "/deliveries")["pending"]:
        time.sleep(0.01)
    hooks.direct.patch(address, json={"url": there["url"]}, timeout=10)


def test_a_delivery_that_is_turned_away_is_no_proof(started: Browser, hooks: Hooks, hook_id: str) -> None:
    go_to(started, "watch")
    new = next(each for each in active(hooks) if each != hook_id)
    with receiving() as receiver:
        deliver(hooks, receiver, new, 401)
    started.open(WIZARD)
    assert "401 turned away" in started.words
    assert "Step 3" in started.words
    part = started.client.get(f"{WIZARD}?seen=nothing", headers={"HX-Request": "true"})
    assert (part.status_code, part.data) == (204, b"")


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
    assert "The secret of shop.example.com is being replaced" in auditor.words
    assert "Adam Admin started it" in auditor.words
    assert "Old: secret being replaced" in auditor.words
    assert "New: takes over" in auditor.words
    auditor.open(WIZARD)
    assert "you may look" in auditor.words
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


def test_everything_can_be_taken_back_at_each_step(started: Browser, app: Flask, hooks: Hooks, hook_id: str) -> None:
    for step in ("install", "watch", "quiet"):
        if step != "install":
            started.open(f"/demo/hooks/{hook_id}/rotate")
            started.submit("Make the second webhook")
            go_to(started, step, started.address)
        started.submit("Take everything back")
        assert "Everything was taken back" in started.words, step
        assert active(hooks) == {hook_id: True}, step
    with app.app_context():
        assert list(db.session.scalars(select(Rotation.step))) == ["undone"] * 3


def test_without_the_old_one_the_new_one_stays(started: Browser, app: Flask, hooks: Hooks, hook_id: str) -> None:
    go_to(started, "watch")
    hooks.remove(hook_id)
    started.submit("Take everything back")
    assert "nothing to go back to" in started.words
    started.submit("Pause the old webhook without", anyway="yes")
    started.open(WIZARD)
    assert "The secret is replaced" in started.words
    assert list(active(hooks).values()) == [True]


def test_each_step_has_one_that_takes_it_back(started: Browser, app: Flask, hooks: Hooks, hook_id: str) -> None:
    new = next(each for each in active(hooks) if each != hook_id)
    go_to(started, "quiet")
    started.submit("A step back: switch the old one on again")
    assert active(hooks) == {new: True, hook_id: True}
    started.submit("A step back: pause the new one")
    assert active(hooks) == {new: False, hook_id: True}
    assert "Step 2" in started.words
    assert "Make another secret" not in started.words, "it has delivered with this one"


def test_a_secret_that_nobody_kept_is_made_anew(started: Browser, app: Flask, hooks: Hooks) -> None:
    started.submit("Show the secret")
    first = secret_on(started)
    started.open(WIZARD)
    started.submit("Make another secret")
    started.submit("Show the secret")
    assert secret_on(started) != first


def test_a_lost_answer_stops_it_where_it_stands_until_it_is_known(started: Browser, app: Flask, hooks: Hooks) -> None:
    for button, fields, follows in (
        ("The shop has both", {}, "watch"),
        ("Pause the old webhook without", {"anyway": "yes"}, "quiet"),
        ("A step back: switch", {}, "watch"),
    ):
        started.open(WIZARD)
        hooks.fault("drop_before", method="PATCH", path="/hooks/")
        started.submit(button, **fields)
        assert "Not known yet" in started.words
        started.follow("To the replacement of the secret")
        assert "is being confirmed" in started.words
        assert not [each for each in started.page.select("main form button") if button in each.get_text()]
        let_leases_end(app)
        started.open(f"/demo/hooks/changes/{changes(app)[-1].id}")
        started.submit("Send again")
        assert the_rotation(app).step == follows


def test_taking_back_goes_on_where_it_was_stopped(started: Browser, app: Flask, hooks: Hooks, hook_id: str) -> None:
    go_to(started, "quiet")
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


def test_taking_back_goes_on_by_itself(started: Browser, app: Flask, hooks: Hooks, hook_id: str) -> None:
    go_to(started, "quiet")
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
    started: Browser, sign_in: Callable[[str], Browser], app: Flask, hooks: Hooks, hook_id: str
) -> None:
    go_to(started, "quiet")
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
    other = sign_in("admin")
    other.open(WIZARD)
    started.submit("The shop has both")
    other.submit("The shop has both")
    assert "It does not stand there any more" in other.words
    assert len(hooks.sent("PATCH")) == 1
