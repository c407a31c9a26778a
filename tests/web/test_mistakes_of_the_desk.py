"""A mistake of the desk is told in its frame, with what was typed; and where the frame is the mistake, without it."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.browser import Browser

FIELDS = {"headers": "t=1", "body": "pasted", "secret": "not-to-be-shown"}


def break_down() -> None:
    raise RuntimeError("a mistake of ours")


@pytest.fixture
def broken(app: Flask, alice: Browser) -> Browser:
    """The agent at a desk on which one page does not work."""
    view = app.view_functions["auth.list_sessions"]
    broken = app.ensure_sync(lambda: break_down())
    broken.required_permission = view.required_permission  # type: ignore[attr-defined]
    app.view_functions["auth.list_sessions"] = broken
    return alice


def test_the_page_has_its_frame_and_leads_on(broken: Browser) -> None:
    broken.open("/you/sessions")
    assert broken.status == 500
    assert broken.heading == "Something went wrong here"
    assert broken.page.select("#nav li a"), "the places are there"
    assert "Alice Agent" in broken.words
    assert broken.response.headers["X-Request-Id"] in broken.words
    broken.follow("Go to the orders")
    assert broken.heading == "Orders"


def test_the_frame_itself_may_be_what_is_broken(broken: Browser, app: Flask) -> None:
    app.extensions["nav_counts"] = lambda account: break_down()
    broken.open("/you/sessions")
    assert broken.status == 500
    assert broken.heading == "Something went wrong here"
    assert not broken.page.select("#nav")


def test_what_was_typed_is_there_again(app: Flask, sign_in, sandbox) -> None:  # type: ignore[no-untyped-def]
    adam = sign_in("admin")
    adam.open("/demo/deliveries/bench")
    view = app.view_functions["deliveries.try_signature"]
    app.view_functions["deliveries.try_signature"] = lambda account: break_down()
    app.view_functions["deliveries.try_signature"].__dict__.update(view.__dict__)
    adam.submit("Try the signature", **FIELDS)
    assert adam.status == 500
    assert "pasted" in adam.words
    assert "not-to-be-shown" not in str(adam.page)
    app.view_functions["deliveries.try_signature"] = view
    adam.submit("Try again with what you typed")
    assert adam.page.find(id="body").get_text().strip() == "pasted"
