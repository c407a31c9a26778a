"""Editing, pausing, deleting, and another secret in place: each a question with its consequence, then done once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.browser import Browser
from tests.conftest import PASSWORD
from tests.webhooks.acting import changes, entries, same_browser, secret_on, the_change, work
from tests.webhooks.at_provider import Hooks
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now

LATER = timedelta(seconds=45)


@pytest.fixture
def hook_id(hooks: Hooks) -> str:
    return hooks.make()


def test_an_edit_changes_address_and_events_and_is_in_the_history(
    adam: Browser, app: Flask, hooks: Hooks, hook_id: str
) -> None:
    adam.open(f"/demo/hooks/{hook_id}")
    adam.follow("Edit")
    adam.submit("Save the webhook", url="https://new.example.com/in", events=["order"])
    assert "The webhook is changed" in adam.words
    hook = hooks.one(hook_id)
    assert hook is not None
    assert (hook["url"], hook["events"]) == ("https://new.example.com/in", ["order"])
    adam.open(f"/demo/hooks/{hook_id}")
    assert "Edited by Adam Admin" in adam.words
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "hook.intent")).one()
    assert "shop.example.com" in (entry.before or "")
    assert "new.example.com" in (entry.after or "")


def test_the_question_names_the_webhook_and_what_follows(adam: Browser, hooks: Hooks, hook_id: str) -> None:
    for what, button, consequence, active in (
        ("pause", "Pause it now", "is not told later", False),
        ("activate", "Switch it on now", "signed with", True),
    ):
        adam.open(f"/demo/hooks/{hook_id}/{what}")
        assert "shop.example.com" in adam.heading
        assert consequence in adam.words
        adam.submit(button)
        hook = hooks.one(hook_id)
        assert hook is not None
        assert hook["active"] is active


def test_deleting_needs_the_host_typed(adam: Browser, app: Flask, hooks: Hooks, hook_id: str) -> None:
    adam.open(f"/demo/hooks/{hook_id}/delete")
    adam.submit("Delete it now", host="shop.example.org")
    assert adam.status == 422
    assert "This is not shop.example.com." in adam.words
    assert hooks.one(hook_id)
    adam.submit("Delete it now", host=" Shop.Example.com ")
    assert "The webhook is deleted" in adam.words
    assert hooks.one(hook_id) is None
    adam.open(f"/demo/hooks/{hook_id}")
    assert adam.status == 404
    assert "Deleted by Adam Admin" in adam.words


def test_a_lost_answer_to_a_deletion_is_no_doubt_for_long(
    adam: Browser, app: Flask, hooks: Hooks, hook_id: str
) -> None:
    hooks.fault("drop_after", method="DELETE", path="/hooks/")
    adam.open(f"/demo/hooks/{hook_id}/delete")
    adam.submit("Delete it now", host="shop.example.com")
    assert "The webhook is deleted" in adam.words


def test_what_somebody_else_deleted_first_is_said_so(adam: Browser, app: Flask, hooks: Hooks, hook_id: str) -> None:
    adam.open(f"/demo/hooks/{hook_id}/delete")
    hooks.fault("status", method="DELETE", path="/hooks/", status=404, code="not_found")
    adam.submit("Delete it now", host="shop.example.com")
    assert "The webhook was already gone" in adam.words


def test_a_lost_answer_to_a_pause_is_read_back(adam: Browser, app: Flask, hooks: Hooks, hook_id: str) -> None:
    for fault, what, button, told in (
        ("drop_after", "pause", "Pause it now", "The webhook is paused"),
        ("malformed", "activate", "Switch it on now", "The webhook is switched on"),
        ("wrong_id", "pause", "Pause it now", "The webhook is paused"),
    ):
        hooks.forget()
        hooks.fault(fault, method="PATCH", path="/hooks/")
        adam.open(f"/demo/hooks/{hook_id}/{what}")
        adam.submit(button)
        assert told in adam.words
        assert len(hooks.sent("PATCH")) == 1


def test_while_a_change_is_open_nobody_starts_another(
    adam: Browser, sign_in: Callable[[str], Browser], app: Flask, hooks: Hooks, hook_id: str
) -> None:
    other = sign_in("admin")
    other.open(f"/demo/hooks/{hook_id}/delete")
    hooks.fault("drop_before", method="PATCH", path="/hooks/")
    adam.open(f"/demo/hooks/{hook_id}/pause")
    adam.submit("Pause it now")
    assert "Not known yet whether the webhook was paused" in adam.words
    other.submit("Delete it now", host="shop.example.com")
    assert other.status == 409
    assert "Pausing the webhook by Adam Admin is being confirmed" in other.words
    other.open(f"/demo/hooks/{hook_id}")
    assert "Pause" not in [link.get_text(strip=True) for link in other.page.select(".actions a")]
    with time_machine.travel(now() + LATER):
        work(app)
        assert the_change(app).state == "unknown", "a pause is not sent again by itself"
        adam.open("/demo/hooks/changes/1")
        adam.submit("Send again")
    assert "The webhook is paused" in adam.words
    assert hooks.one(hook_id)


def test_a_form_that_is_out_of_date_sends_nothing(
    adam: Browser, sign_in: Callable[[str], Browser], app: Flask, hooks: Hooks, hook_id: str
) -> None:
    other = sign_in("admin")
    other.open(f"/demo/hooks/{hook_id}/edit")
    adam.open(f"/demo/hooks/{hook_id}/pause")
    adam.submit("Pause it now")
    other.submit("Save the webhook", url="https://new.example.com/in")
    assert other.status == 412
    assert "https://new.example.com/in" in str(other.page)
    assert len(changes(app)) == 1


def test_the_others_may_look_and_are_told_why_not(
    sign_in: Callable[[str], Browser], hooks: Hooks, hook_id: str
) -> None:
    for role in ("finance", "auditor"):
        browser = sign_in(role)
        browser.open(f"/demo/hooks/{hook_id}")
        assert "Only admins can change webhooks" in browser.words
        assert not browser.page.select("main form")
        browser.open(f"/demo/hooks/{hook_id}/pause")
        assert browser.status == 403
    viewer = sign_in("viewer")
    viewer.open("/demo/hooks")
    assert viewer.status == 403


def test_an_old_sign_in_is_confirmed_before_a_secret_is_shown_or_put_in_force(
    adam: Browser, app: Flask, hooks: Hooks, hook_id: str
) -> None:
    adam.open(f"/demo/hooks/{hook_id}/secret")
    thief = same_browser(adam)
    thief.open("/demo/hooks")
    assert thief.heading == "Webhooks"
    with time_machine.travel(now() + timedelta(minutes=6)):
        adam.submit("Show the new secret")
        assert adam.heading == "Confirm that it is you"
        adam.submit("Continue", password="not my password")
        assert adam.status == 422
        assert "This is not your password." in adam.words
        adam.submit("Continue", password=PASSWORD)
        assert adam.address == f"/demo/hooks/{hook_id}/secret"
        adam.submit("Show the new secret")
        secret_on(adam)
        adam.follow("I have kept it: go on")
        thief.open("/demo/hooks")
        assert "Sign in" in thief.heading
    with time_machine.travel(now() + timedelta(minutes=12)):
        adam.submit("The shop has it")
        assert adam.heading == "Confirm that it is you"
        assert changes(app) == []
        adam.submit("Continue", password=PASSWORD)
        adam.submit("The shop has it")
        assert "The new secret is in force" in adam.words
    assert entries(app) == ["hook.secret_shown", "hook.intent", "hook.succeeded"]


def test_an_old_sign_in_is_confirmed_before_a_webhook_is_made_edited_or_deleted(
    adam: Browser, app: Flask, hooks: Hooks, hook_id: str
) -> None:
    forms = [
        (f"/demo/hooks/{hook_id}/edit", "Save the webhook", {"url": "https://else.example.com/"}),
        (f"/demo/hooks/{hook_id}/delete", "Delete it now", {"host": "shop.example.com"}),
        ("/demo/hooks/new", "Create the webhook", {"url": "https://else.example.com/"}),
    ]
    for number, (address, button, typed) in enumerate(forms):
        with time_machine.travel(now() + timedelta(minutes=7 * number, seconds=30)):
            adam.open(address)
        with time_machine.travel(now() + timedelta(minutes=7 * number + 7)):
            adam.submit(button, **typed)
            assert adam.heading == "Confirm that it is you"
            adam.submit("Continue", password=PASSWORD)
            assert adam.heading == "What you had typed"
            assert set(typed.values()) <= set(adam.words.split())
            assert adam.form("Send this now")["action"] == address
    assert changes(app) == []
    assert len(hooks.all()) == 1


def test_guessing_at_the_confirmation_locks_like_a_sign_in(adam: Browser, hooks: Hooks, hook_id: str) -> None:
    with time_machine.travel(now() + timedelta(minutes=6)):
        adam.open(f"/demo/hooks/{hook_id}/secret")
        for _ in range(11):
            adam.submit("Continue", password="not my password")
        adam.submit("Continue", password=PASSWORD)
        assert "Too many wrong passwords" in adam.words


def test_the_desks_own_webhook_leads_to_where_its_secret_is_kept(adam: Browser, hooks: Hooks) -> None:
    adam.open("/demo/deliveries/receiving")
    adam.submit("Make an address")
    adam.submit("Register it at Postpay")
    adam.open(f"/demo/hooks/{hooks.all()[0]['id']}")
    assert "leads to the desk itself" in adam.words
    assert "Replace without a gap" not in adam.words
    adam.follow("How the desk receives")
    assert adam.address == "/demo/deliveries/receiving"
