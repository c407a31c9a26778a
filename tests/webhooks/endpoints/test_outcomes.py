"""A lost answer never leaves two webhooks, or a secret that nobody knows, unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.browser import Browser, form_values
from tests.raw_database import everything_in
from tests.webhooks.acting import (
    change_secret,
    changes,
    create,
    entries,
    kill_while_pressing,
    same_browser,
    secret_on,
    the_change,
    until,
    work,
)
from tests.webhooks.at_provider import URL, Hooks
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.hook_change import HookChange

LATER = timedelta(seconds=45)


LOST = (
    {"kind": "drop_after"},
    {"kind": "malformed"},
    {"kind": "truncated"},
    {"kind": "wrong_id", "path": "/hooks/"},
    {"kind": "status", "status": 500, "applied": "after"},
    {"kind": "html", "status": 502, "applied": "after"},
    {"kind": "reset", "applied": "after"},
)


def test_a_lost_answer_to_a_creation_is_found_in_the_list(adam: Browser, app: Flask, hooks: Hooks) -> None:
    for number, fault in enumerate(LOST, start=1):
        hooks.forget()
        hooks.fault(**{"path": "=/hooks", **fault})  # type: ignore[arg-type]
        create(adam, f"https://shop-{number}.example.com/in")
        assert "The webhook is created" in adam.words, fault
        assert changes(app)[-1].hook_id == hooks.all()[0]["id"], fault
        assert (len(hooks.all()), len(hooks.sent("POST"))) == (number, 1), fault
        adam.submit("Show the secret")
        secret_on(adam)


def test_a_creation_that_never_arrived_stays_unknown_until_a_person_sends_it_again(
    adam: Browser, app: Flask, hooks: Hooks
) -> None:
    hooks.fault("drop_before", path="=/hooks")
    create(adam)
    hooks.fault("status", path="=/hooks", status=503)
    create(adam, "https://other.example.com/in")
    assert "Not known yet whether the webhook was created" in adam.words
    assert "Show the secret" not in adam.words
    first = changes(app)[-1].secret_fingerprint
    hooks.forget()
    assert "Send again" not in adam.words, "it may still be on its way"
    with time_machine.travel(now() + LATER):
        assert work(app) == 2
        assert hooks.sent("POST") == [], "never by itself"
        for number in (1, 2):
            adam.open(f"/demo/hooks/changes/{number}")
            adam.submit("Send again")
            assert "The webhook is created" in adam.words
    assert len(hooks.all()) == 2
    assert changes(app)[-1].secret_fingerprint == first
    assert entries(app)[-2:] == ["hook.resent", "hook.succeeded"]


def test_what_arrives_late_is_adopted_and_not_sent_twice(adam: Browser, app: Flask, hooks: Hooks) -> None:
    hooks.fault("late_commit", path="=/hooks", seconds=0.3)
    create(adam)
    assert "Not known yet" in adam.words
    until(lambda: bool(hooks.all()))
    with time_machine.travel(now() + LATER):
        adam.open("/demo/hooks/changes/1")
        adam.submit("Send again")
    assert "Its answer was lost, but Postpay shows it." in adam.words
    assert len(hooks.sent("POST")) == 1
    assert the_change(app).hook_id == hooks.all()[0]["id"]


def test_a_second_one_that_arrives_after_all_is_told_of(adam: Browser, app: Flask, hooks: Hooks) -> None:
    hooks.fault("drop_before", path="=/hooks")
    create(adam)
    with time_machine.travel(now() + LATER):
        adam.open("/demo/hooks/changes/1")
        adam.submit("Send again")
        hooks.make(URL)  # the first sending, after an hour in somebody's queue
    with time_machine.travel(now() + 3 * LATER):
        work(app)
        adam.open("/demo/hooks")
        assert "There are two: the webhook was created twice" in adam.words
        assert "Two active webhooks lead to the same address" in adam.words
        hooks.remove(hooks.all()[0]["id"])
    with time_machine.travel(now() + 5 * LATER):
        work(app)
        adam.open("/demo/hooks")
    assert "There are two" not in adam.words


def test_several_new_ones_are_left_to_a_person(adam: Browser, app: Flask, hooks: Hooks) -> None:
    hooks.fault("drop_before", path="=/hooks")
    create(adam)
    made = [hooks.make(URL), hooks.make(URL)]
    adam.open("/demo/hooks/changes/1")
    with time_machine.travel(now() + LATER):
        adam.submit("Check now")
        assert "several new webhooks" in adam.words
        hooks.remove(made[0])
        adam.submit("Check now")
    assert "The webhook is created" in adam.words
    assert the_change(app).hook_id == made[1]


def test_what_is_given_up_needs_a_reason_and_a_look_that_found_nothing(adam: Browser, app: Flask, hooks: Hooks) -> None:
    hooks.fault("drop_before", path="=/hooks")
    create(adam)
    adam.open("/demo/hooks/changes/1/close")
    assert "cannot be given up now" in adam.words
    with time_machine.travel(now() + LATER):
        work(app)
        adam.open("/demo/hooks/changes/1/close")
        adam.submit("Give it up", reason="")
        assert adam.status == 422
        adam.submit("Give it up", reason="Not in Postpay's dashboard")
    assert "was given up" in adam.words
    assert the_change(app).secret_sealed is None
    assert entries(app)[-1] == "hook.closed"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_killed_between_its_commits_is_found_out_about(
    adam: Browser, app: Flask, hooks: Hooks, when: str
) -> None:
    kill_while_pressing(
        app, hooks, "/demo/hooks/new", "Create the webhook", f"url={URL}", "events=order", sent="POST", when=when
    )
    adam.open("/demo/hooks")
    assert "is on its way" in adam.words
    create(adam)
    assert adam.status == 409, "no second one beside it"
    with time_machine.travel(now() + LATER):
        work(app)
        adam.open("/demo/hooks/changes/1")
        if when == "before":
            adam.submit("Send again")
    assert "The webhook is created" in adam.words
    assert len(hooks.all()) == 1


def test_many_presses_at_once_make_one_webhook(adam: Browser, app: Flask, hooks: Hooks) -> None:
    adam.open("/demo/hooks/new")
    fields = {**form_values(adam.form("Create the webhook")), "url": URL, "events": ["order"]}
    hooks.fault("latency", path="=/hooks", seconds=0.3, applied="before")

    def press(_number: int) -> str:
        client = same_browser(adam).client
        answer = client.post("/demo/hooks/new", data=fields, headers={"Referer": "http://localhost/demo/hooks/new"})
        return f"{answer.status_code} {answer.headers.get('Location')}"

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(press, range(4))) == {"303 /demo/hooks/changes/1"}
    assert len(hooks.sent("POST")) == 1


@pytest.mark.requirement("R54")
def test_a_secret_is_on_its_one_page_and_nowhere_else(
    adam: Browser, sign_in: Callable[[str], Browser], app: Flask, hooks: Hooks, capfd: pytest.CaptureFixture[str]
) -> None:
    create(adam)
    adam.submit("Show the secret")
    secret = secret_on(adam)
    hook_id = hooks.all()[0]["id"]
    hooks.fault("drop_after", method="PATCH", path="/hooks/")
    other = change_secret(adam, hook_id)
    assert other != secret
    with time_machine.travel(now() + LATER):
        work(app)
        adam.open("/demo/hooks/changes/2")
    assert "The new secret is in force" in adam.words
    again = adam.send("/demo/hooks/changes/2/secret", form_values(adam.form("Sign out")))
    assert adam.response.headers["Location"] == "/demo/hooks/changes/2"
    assert other not in str(again)
    pages = ["/demo/hooks", f"/demo/hooks/{hook_id}", "/demo/hooks/changes/1", "/demo/hooks/changes/2", "/audit"]
    auditor = sign_in("auditor")
    shown = "".join(str(auditor.open(page)) + str(adam.open(page)) for page in pages)
    with app.app_context():
        dump = everything_in(db.session.connection().connection.driver_connection)  # type: ignore[arg-type]
    logged = "".join(capfd.readouterr())
    assert "provider_call" in logged
    for text in (shown, dump, logged):
        assert secret not in text
        assert other not in text
    assert the_secrets_are_forgotten(app)


def the_secrets_are_forgotten(app: Flask) -> bool:
    with app.app_context():
        return set(db.session.scalars(select(HookChange.secret_sealed))) == {None}


@pytest.mark.requirement("R54")
def test_a_secret_is_sent_again_unchanged_until_it_is_confirmed(adam: Browser, app: Flask, hooks: Hooks) -> None:
    hook_id = hooks.make()
    hooks.fault("drop_before", method="PATCH", path="/hooks/", times=2)
    change_secret(adam, hook_id)
    assert "Not known yet which secret is in force" in adam.words
    assert "Leave the old secret in the shop until then" in adam.words
    assert "Give it up" not in adam.words
    for seconds in (30, 60):
        with time_machine.travel(now() + timedelta(seconds=seconds)):
            work(app)
    assert len({call["body_sha256"] for call in hooks.sent("PATCH")}) == 1
    assert len(hooks.sent("PATCH")) == 3
    adam.open("/demo/hooks/changes/1")
    assert "Take the old secret out of the shop now" in adam.words
    assert the_secrets_are_forgotten(app)


def test_a_secret_that_was_replaced_before_anybody_saw_it_is_not_shown(adam: Browser, app: Flask, hooks: Hooks) -> None:
    create(adam)
    change_secret(adam, hooks.all()[0]["id"])
    adam.open("/demo/hooks/changes/1")
    assert "Show the secret" not in adam.words
    assert the_secrets_are_forgotten(app)


def test_after_a_quarter_of_an_hour_only_a_person_sends_a_secret_again(adam: Browser, app: Flask, hooks: Hooks) -> None:
    hook_id = hooks.make()
    hooks.fault("drop_before", method="PATCH", path="/hooks/")
    change_secret(adam, hook_id)
    hooks.forget()
    with app.app_context(), writing() as session:
        session.get_one(HookChange, 1).created = now() - timedelta(minutes=16)
    with time_machine.travel(now() + LATER):
        work(app)
        assert hooks.sent("PATCH") == []
        adam.open("/demo/hooks/changes/1")
        adam.submit("Send again")
    assert "The new secret is in force" in adam.words
