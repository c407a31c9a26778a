"""Every field of every form is given hostile text of its maximal length, with all others and alone.

Filters stand in an address, which is short; their patterns are tried in `tests/architecture/test_patterns.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from wtforms import FileField
from wtforms.fields.core import UnboundField

from tests.browser import ORIGIN, Browser, form_values
from tests.conftest import PASSWORD
from webapp.emulators.postpay.server import Sandbox

from .every_form import FORMS
from .stage import Stage

LONGEST = 120 * 1024
"""Bytes: a little less than MAX_FORM_MEMORY_SIZE, for the rest of the form."""
BUDGET = 5.0
"""Seconds for one request, which takes a few hundredths; what is quadratic takes a minute."""
HOSTILE = {
    "one letter": "a",
    "lines": "\n",
    "blanks and signs": " '\"",
    "digits": "1",
    "accents": "\u0315\u0316",
    "words of the house": "themy",
    "parts of an address": "a@b.",
}
ALONE = "accents"
"""What each field is given alone as well: it is normalised before anybody measures it."""


def fields_of(form: type[FlaskForm]) -> set[str]:
    """Their names; what a browser shows as a choice is sent as text as well."""
    found = {name: getattr(form, name) for name in dir(form)}
    return {
        name
        for name, field in found.items()
        if isinstance(field, UnboundField) and not issubclass(field.field_class, FileField)
    }


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[type[FlaskForm]]:
    """Which forms the desk read, since this was emptied."""
    read: list[type[FlaskForm]] = []
    begin = FlaskForm.__init__

    def note(form: FlaskForm, *args: object, **kwargs: object) -> None:
        read.append(type(form))
        begin(form, *args, **kwargs)

    monkeypatch.setattr(FlaskForm, "__init__", note)
    return read


def payloads(form: type[FlaskForm]) -> Iterator[tuple[str, dict[str, str]]]:
    """All fields of a form together, and for one text each alone; with the name of the text."""
    names = sorted(fields_of(form))
    for told, piece in HOSTILE.items():
        for chosen in [names, *([name] for name in names if told == ALONE)]:
            yield told, {name: piece * (LONGEST // len(chosen) // len(piece.encode())) for name in chosen}


def send(browser: Browser, button: str, fields: dict[str, str]) -> None:
    """Sent in parts, as what is escaped is three times as long, and is refused unread. The page stays where it is."""
    form = browser.form(button)
    began = time.monotonic()
    answer = browser.client.post(
        str(form.get("action") or browser.address),
        data={**form_values(form), **fields},
        headers={"Referer": ORIGIN + browser.address},
        content_type="multipart/form-data",
        follow_redirects=True,
    )
    assert time.monotonic() - began < BUDGET
    assert answer.status_code < 500
    assert answer.status_code != 413, "what is too large is not read"


@pytest.mark.parametrize("endpoint", FORMS)
def test_no_field_of_a_form_takes_long(
    app: Flask, sandbox: Sandbox, sign_in: Callable[[str], Browser], read: list[type[FlaskForm]], endpoint: str
) -> None:
    stage, form = Stage(app, sandbox, sign_in), FORMS[endpoint]
    browser = stage.browser(form.person)
    form.show(stage, browser)
    read.clear()
    send(browser, form.button, {})
    kinds = {kind for kind in read if fields_of(kind)}
    assert kinds, "what is typed is read by a form"
    form.show(stage, browser)
    for kind in kinds:
        for told, fields in payloads(kind):
            try:
                send(browser, form.button, fields)
            except AssertionError as slow:
                raise AssertionError(f"{kind.__name__}, {told} in {', '.join(fields)}") from slow


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_no_new_password_takes_long(sign_in: Callable[[str], Browser], piece: str) -> None:
    for length in (1024, LONGEST // 3):
        alice = sign_in("agent")
        alice.open("/you/password")
        new = piece * (length // len(piece.encode())) + "!"
        began = time.monotonic()
        alice.submit("Change password", current=PASSWORD, new=new, again=new)
        assert time.monotonic() - began < BUDGET
        assert alice.status == 422
