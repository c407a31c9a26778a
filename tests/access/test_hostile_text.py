"""Every text field of every form is given hostile text of its maximal length, with all others and alone.

Filters stand in an address, which is short; their patterns are tried in `tests/architecture/test_patterns.py`.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from werkzeug.routing import Rule
from wtforms import Field, FileField
from wtforms.fields.core import UnboundField

from tests.browser import Browser
from tests.conftest import PASSWORD, make_settings
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox

from .test_role_matrix import MAY, address

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
ALONE = "\u0315\u0316"
"""What each field is given alone as well: it is normalised before anybody measures it."""


@pytest.fixture
def settings(sandbox: Sandbox, migrated_database: Path, tmp_path: Path) -> Settings:
    shutil.copy(migrated_database, tmp_path / "desk.sqlite3")
    return make_settings(sandbox.base_url, f"sqlite:///{tmp_path / 'desk.sqlite3'}", tmp_path)


def forms(kind: type[FlaskForm] = FlaskForm) -> Iterator[type[FlaskForm]]:
    """Every form of the desk."""
    for form in kind.__subclasses__():
        if form.__module__.startswith("webapp."):
            yield form
        yield from forms(form)


def fields_of(form: type[FlaskForm]) -> set[str]:
    """Their names; what a browser shows as a choice is sent as text as well."""
    found = {name: getattr(form, name) for name in dir(form)}
    return {
        name for name, field in found.items() if isinstance(field, UnboundField) and not _is_file(field.field_class)
    }


def _is_file(kind: type[Field]) -> bool:
    return issubclass(kind, FileField)


def forms_near(app: Flask, rule: Rule) -> set[type[FlaskForm]]:
    """The forms that the package of a rule's view knows: one of them is what it reads."""
    package = app.view_functions[rule.endpoint].__module__.rpartition(".")[0]
    modules = [module for name, module in list(sys.modules.items()) if name.startswith(package)]
    return {form for form in forms() if any(form in vars(module).values() for module in modules)}


def posts(app: Flask) -> list[Rule]:
    return [
        rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ()) and rule.endpoint != "auth.sign_out"
    ]


def payloads(app: Flask, rule: Rule, piece: str) -> Iterator[dict[str, str]]:
    """All fields of a form together, and for one text each alone."""
    for form in sorted(forms_near(app, rule), key=lambda form: form.__name__):
        names = sorted(fields_of(form))
        alone = [[name] for name in names] if piece == ALONE else []
        for chosen in [*alone, names]:
            yield {name: piece * (LONGEST // len(chosen) // len(piece.encode())) for name in chosen}


def test_every_form_is_near_a_view(app: Flask) -> None:
    reached = {form for rule in posts(app) for form in forms_near(app, rule)}
    assert {form for form in forms() if fields_of(form)} - reached == set()
    assert len(reached) > 12


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_no_field_of_a_form_takes_long(app: Flask, sign_in: Callable[[str], Browser], piece: str) -> None:
    people = {role: sign_in(role) for role in ("agent", "finance", "admin", "auditor")}
    tokens = {
        role: someone.form("Sign out").find("input", attrs={"name": "csrf_token"}) for role, someone in people.items()
    }
    for rule in posts(app):
        role = next((role for role in people if role in MAY[rule.endpoint]), "agent")
        for payload in payloads(app, rule, piece):
            fields = {"csrf_token": tokens[role]["value"], **payload}
            began = time.monotonic()
            answer = people[role].client.post(address(rule), data=fields, headers={"Referer": "http://localhost/"})
            assert time.monotonic() - began < BUDGET, f"{rule.endpoint}: {list(payload)}"
            assert answer.status_code < 500, f"{rule.endpoint}: {list(payload)}"


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
