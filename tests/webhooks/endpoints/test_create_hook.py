"""A new webhook: once, whatever happens on the way, with a secret that is seen once."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.browser import Browser, form_values
from tests.webhooks.acting import changes, create, entries, secret_on, the_change
from tests.webhooks.at_provider import URL, Hooks


def test_it_is_created_and_its_secret_is_shown_once(adam: Browser, app: Flask, hooks: Hooks) -> None:
    create(adam)
    assert "The webhook is created" in adam.words
    [hook] = hooks.all()
    assert (hook["url"], hook["events"], hook["active"]) == (URL, ["order", "transaction"], True)
    adam.submit("Show the secret")
    secret_on(adam)
    assert adam.response.headers["Cache-Control"] == "no-store"
    adam.open(f"/demo/hooks/{hook['id']}")
    assert "Shown to Adam Admin" in adam.words
    assert "Show the secret" not in adam.words
    assert entries(app) == ["hook.intent", "hook.succeeded", "hook.secret_shown"]


def test_what_was_typed_is_kept_when_something_is_wrong(adam: Browser, app: Flask, hooks: Hooks) -> None:
    adam.open("/demo/hooks/new")
    for url, events, problem in (
        ("", ["order"], "Write a whole address"),
        ("http://shop.example.com/", ["order"], "must start with https"),
        ("https://user:word@shop.example.com/", ["order"], "before the @"),
        (URL, [], "Choose at least one"),
    ):
        adam.submit("Create the webhook", url=url, events=events)
        assert adam.status == 422
        assert problem in adam.words
        assert form_values(adam.form("Create the webhook"))["url"] == url
    assert changes(app) == []
    assert hooks.sent("POST") == []


def test_a_webhook_at_the_same_address_is_not_doubled(adam: Browser, app: Flask, hooks: Hooks) -> None:
    there = hooks.make()
    create(adam)
    assert adam.status == 409
    assert "There is a webhook at this address already" in adam.words
    adam.follow("Open that webhook")
    assert adam.address == f"/demo/hooks/{there}"
    assert changes(app) == []


def test_pressing_twice_makes_one(adam: Browser, app: Flask, hooks: Hooks) -> None:
    adam.open("/demo/hooks/new")
    fields = {**form_values(adam.form("Create the webhook")), "url": URL, "events": ["order"]}
    for _ in range(2):
        adam.send("/demo/hooks/new", fields)
        assert adam.response.headers["Location"] == "/demo/hooks/changes/1"
    adam.send("/demo/hooks/new", {**fields, "events": ["transaction"]})
    assert adam.status == 409
    assert "already sent, with different data" in adam.words
    assert len(hooks.all()) == 1


def test_of_two_admins_with_the_same_form_one_is_told_to_look_again(
    adam: Browser, app: Flask, hooks: Hooks, sign_in: object
) -> None:
    other = sign_in("admin")  # type: ignore[operator]
    other.open("/demo/hooks/new")
    create(adam, "https://one.example.com/")
    other.submit("Create the webhook", url="https://two.example.com/", events=["order"])
    assert other.status == 412
    assert "Something has changed since you opened the form" in other.words
    other.submit("Create the webhook")
    assert "The webhook is created" in other.words
    assert len(hooks.all()) == 2


def test_what_the_provider_says_of_a_field_stands_beside_it(adam: Browser, app: Flask, hooks: Hooks) -> None:
    body = '{"error": {"code": "invalid", "message": "Invalid input.", "fields": {"url": ["Not this one."]}}}'
    hooks.fault("status", path="=/hooks", status=400, body=body)
    create(adam)
    assert adam.status == 422
    assert "Not this one." in adam.words
    assert the_change(app).secret_sealed is None
    adam.submit("Create the webhook")
    assert "The webhook is created" in adam.words


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "did not accept the desk's own credentials"), (403, "the desk's credentials, but they may not do this")],
)
def test_credentials_that_may_not_are_told_as_such(adam: Browser, hooks: Hooks, status: int, words: str) -> None:
    hooks.fault("status", path="=/hooks", status=status)
    create(adam)
    assert "Creating the webhook did not happen" in adam.words
    assert words in adam.words
    assert hooks.all() == []


def test_a_provider_that_is_away_costs_nothing_that_was_typed(adam: Browser, app: Flask, hooks: Hooks) -> None:
    hooks.fault("drop_before", method="GET", path="/hooks", times=3)
    create(adam)
    assert adam.status == 503
    assert form_values(adam.form("Create the webhook"))["url"] == URL
    assert changes(app) == []
