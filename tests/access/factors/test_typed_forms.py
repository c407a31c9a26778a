"""A form that waits for whoever has to sign in again survives the second step, too."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from tests.access.records import Records
from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE

from .factors import code_of, set_up_app

ALICE = PEOPLE["agent"][0]


@pytest.mark.parametrize("browser_forgot", [False, True], ids=["the session ended", "the browser names none"])
def test_what_was_typed_comes_back_after_the_second_step(
    clock: time_machine.Traveller, app: Flask, alice: Browser, records: Records, browser_forgot: bool
) -> None:
    set_up_app(alice)
    alice.open("/you")
    fields = {"csrf_token": alice.page.find("input", attrs={"name": "csrf_token"})["value"]}  # type: ignore[index]
    clock.shift(timedelta(minutes=20))
    if browser_forgot:
        alice.client.delete_cookie("__Host-desk")
    alice.send("/you", {**fields, "name": "Alice Other"})
    if not browser_forgot:
        alice.open(alice.response.headers["Location"])
    alice.submit("Sign in", email=ALICE, password=PASSWORD)
    assert alice.heading == "Second factor"
    alice.submit("Sign in", code="12")
    assert alice.heading == "Second factor"
    alice.submit("Sign in", code=code_of(app, records, ALICE))
    assert (alice.heading, "Alice Other" in alice.words) == ("What you had typed", True)
    alice.submit("Send this now")
    assert records.user(ALICE)["name"] == "Alice Other"
