"""Every form of the desk, with all that can be chosen and typed, against everything that can refuse it.

The desk never breaks, says in words what is wrong, and what was typed is there again. Nothing else is asked here: what
each refusal means has tests where its page is tested.

In a usual run each field meets half of the odd texts, and forms that move no money meet a third of the provider's
answers: see `tests/thorough.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from flask import Flask

from tests.browser import Browser, form_values
from tests.conftest import PASSWORD, PEOPLE
from tests.thorough import share
from webapp.core.settings import ROOT, Settings
from webapp.emulators.postpay.server import Sandbox

from .every_form import FORMS, Form
from .pressed import NO_FORMS, PRESSED
from .stage import Stage, assert_kept, assert_spoken

OUR_WORDS = (502, 503)
"""The only answers of this kind that are no mistake of the desk: it says in words who does not answer."""
EDGES = (
    "", "   ", "x" * 501, "x" * 20_000, "\"'><script>alert(1)</script>{{7*7}}&amp;", "nul \0 inside",
    "\u202eright to left\u200b 👩‍👩‍👧", "one\r\ntwo\r\n\r\nthree",
)  # fmt: skip
ANSWERS: list[dict[str, Any]] = [
    *({"kind": "status", "status": status} for status in (400, 401, 402, 403, 404, 410, 422, 429, 500, 503)),
    *({"kind": "status", "status": 409, "code": code} for code in ("conflict", "limit_exceeded", "invalid_status")),
    *({"kind": kind} for kind in ("drop_before", "malformed", "truncated", "html", "redirect")),
]  # fmt: skip

NO_CHOICES = ("nonsense", ["nonsense"])
"""What no page offers to choose, so that none shows it."""
JUNK = (
    "reason note act what format query owner theme next lines version submit_token deducted paid change delivery email"
    " password url headers encoding object_id found received amount part"
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A desk on which one person may do a lot."""
    return settings.model_copy(update={"export_files_a_day": 1000})


@pytest.fixture
def stage(app: Flask, sandbox: Sandbox, sign_in: Callable[[str], Browser]) -> Stage:
    return Stage(app, sandbox, sign_in)


every_form = pytest.mark.parametrize("endpoint", FORMS)
typed_form = pytest.mark.parametrize("endpoint", [endpoint for endpoint, form in FORMS.items() if form.typed])
form_of_staff = pytest.mark.parametrize(
    "endpoint", [endpoint for endpoint, form in FORMS.items() if form.typed and form.person != "stranger"]
)
kept_form = pytest.mark.parametrize(
    "endpoint",
    [endpoint for endpoint, form in FORMS.items() if form.typed and form.person != "stranger" and form.is_kept],
)


def test_every_form_of_the_desk_is_here(app: Flask) -> None:
    sent = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert sent == {*FORMS, *PRESSED, *NO_FORMS}


def test_there_is_nothing_to_type_in_what_is_only_pressed() -> None:
    """Read from the templates: which forms hold a field that can be seen, but for a tick that confirms an act."""
    typed = re.compile(r"\{\{ field\(|<textarea|<select|type=\"(?:text|email|password|radio)\"")
    found = set()
    for template in (ROOT / "templates").rglob("*.html"):
        for form in re.findall(r"<form\b.*?</form>", template.read_text(), re.S):
            action = re.search(r"action=\"\{\{ url_for\('(\.?[a-z_.]+)'", form)
            if action and 'method="post"' in form and typed.search(form):
                found.add(action[1] if action[1][0] != "." else f"{template.parent.name}{action[1]}")
    assert found - {"auth.sign_in"} <= set(FORMS)


def send(stage: Stage, form: Form, **fields: object) -> tuple[Browser, dict[str, object]]:
    """Shows the form, fills it in and presses its button; returns what was typed."""
    browser = stage.browser(form.person)
    form.show(stage, browser)
    chosen = {name: value for name, value in fields.items() if name in form.typed}
    typed = {name: value for name, value in {**form.typed, **chosen}.items() if value not in NO_CHOICES}
    browser.submit(form.button, **{**form.typed, **form.hidden, **fields})
    return browser, typed


def judge(browser: Browser, typed: Mapping[str, object], told: str) -> None:
    """No break; and where the form was refused, words and what was typed."""
    assert browser.status < 500 or browser.status in OUR_WORDS, f"{told}: {browser.status}\n{browser.words}"
    if browser.status >= 400:
        assert_spoken(browser, told)
        assert_kept(browser, typed, told)


def cases(endpoint: str) -> Iterator[dict[str, object]]:
    """Each choice and the odd texts once, the rest filled in right."""
    form, number = FORMS[endpoint], list(FORMS).index(endpoint)
    yield {}
    yield from ({name: value} for name, values in form.choices.items() for value in values)
    yield from ({name: text} for name in form.texts for text in share(EDGES, number, of=4))


@every_form
def test_whatever_is_chosen_and_typed(stage: Stage, endpoint: str) -> None:
    form = FORMS[endpoint]
    for fields in cases(endpoint):
        judge(*send(stage, form, **fields), f"{endpoint} {str(fields)[:80]}")


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: "-".join(map(str, answer.values())))
def test_whatever_the_provider_answers(stage: Stage, answer: dict[str, Any]) -> None:
    met = [endpoint for endpoint, form in FORMS.items() if "part" in form.typed]
    met += share([endpoint for endpoint in FORMS if endpoint not in met], ANSWERS.index(answer), of=6)
    for endpoint in [endpoint for endpoint in met if FORMS[endpoint].asks]:
        form = FORMS[endpoint]
        for method, choice in (("GET", "part"), ("POST", "part"), ("GET", "whole")):
            browser = stage.browser(form.person)
            form.show(stage, browser)
            paths = ("/hooks",) if endpoint.startswith("hooks") else ("/orders",)
            for path in paths:
                stage.provider.fault(method=method, path=path, times=99, **answer)
            typed = {**form.typed, **({"part": choice} if "part" in form.typed else {})}
            browser.submit(form.button, **typed)
            judge(browser, typed, f"{endpoint} {method} {answer}")
            stage.heal()
            if "part" not in form.typed and choice == "whole":
                break


@pytest.mark.parametrize("endpoint", [endpoint for endpoint, form in FORMS.items() if form.asks])
def test_the_provider_takes_too_long(stage: Stage, endpoint: str) -> None:
    form = FORMS[endpoint]
    browser = stage.browser(form.person)
    form.show(stage, browser)
    stage.wait_at_most(0.5)
    stage.provider.fault("latency", method="", path="/", times=99, seconds=2)
    browser.submit(form.button, **form.typed)
    judge(browser, form.typed, endpoint)


@typed_form
def test_a_form_without_its_token(stage: Stage, endpoint: str) -> None:
    form = FORMS[endpoint]
    for token in ("", "of-an-earlier-session"):
        browser, typed = send(stage, form, csrf_token=token)
        assert browser.status == 400
        judge(browser, typed, endpoint)


@typed_form
def test_a_form_whose_token_of_one_decision_is_lost(stage: Stage, endpoint: str) -> None:
    form = FORMS[endpoint]
    browser = stage.browser(form.person)
    form.show(stage, browser)
    for name in {"submit_token", "version"} & set(form_values(browser.form(form.button))):
        browser, typed = send(stage, form, **{name: "lost"})
        assert browser.status in (409, 412, 422), f"{endpoint}: {browser.status}"
        judge(browser, typed, f"{endpoint} {name}")


@kept_form
def test_the_session_has_run_out(stage: Stage, endpoint: str) -> None:
    """Sent in vain, signed in again: there it is."""
    form = FORMS[endpoint]
    browser = stage.browser(form.person)
    form.show(stage, browser)
    stage.let_time_pass("last_seen", 20)
    browser.submit(form.button, **{**form.typed, **form.hidden})
    assert browser.heading == "Sign in"
    assert browser.page.find(id="email")["value"] == PEOPLE[form.person][0]  # type: ignore[index]
    browser.submit("Sign in", password=PASSWORD)
    assert_kept(browser, form.typed, endpoint)
    assert not [secret for secret in form.hidden.values() if secret in str(browser.page)]


@kept_form
def test_the_cookie_is_gone(stage: Stage, endpoint: str) -> None:
    """The browser has forgotten who was signed in: the sign-in page carries what was typed, and nothing secret."""
    form = FORMS[endpoint]
    browser = stage.browser(form.person)
    form.show(stage, browser)
    browser.client.delete_cookie(stage.app.config["SESSION_COOKIE_NAME"])
    browser.submit(form.button, **{**form.typed, **form.hidden})
    assert browser.heading == "Sign in"
    browser.submit("Sign in", email=PEOPLE[form.person][0], password=PASSWORD)
    assert_kept(browser, form.typed, endpoint)
    assert not [secret for secret in form.hidden.values() if secret in str(browser.page)]


@form_of_staff
def test_signed_in_again_in_another_tab(stage: Stage, endpoint: str) -> None:
    """The form of the session before is not taken; it is offered again, and sent by one click."""
    form = FORMS[endpoint]
    browser = stage.browser(form.person)
    form.show(stage, browser)
    stage.sign_in_again(browser, form.person)
    browser.submit(form.button, **{**form.typed, **form.hidden})
    assert (browser.status, browser.heading) == (400, "This form is out of date")
    judge(browser, form.typed, endpoint)
    browser.submit("Try again with what you typed")
    judge(browser, form.typed, endpoint)
    assert browser.status in (200, 422), f"{endpoint}: {browser.words}"


@form_of_staff
def test_asked_who_they_are_first(stage: Stage, endpoint: str) -> None:
    """Where an act needs a fresh proof, what was typed waits behind the password."""
    form = FORMS[endpoint]
    browser = stage.browser(form.person)
    form.show(stage, browser)
    stage.let_time_pass("confirmed", 10)
    browser.submit(form.button, **{**form.typed, **form.hidden})
    if browser.heading != "Confirm that it is you":
        judge(browser, form.typed, endpoint)
        return
    browser.submit("Continue", password=PASSWORD)
    assert browser.heading == "What you had typed"
    assert_kept(browser, form.typed, endpoint)
    browser.submit("Send this now")
    judge(browser, form.typed, endpoint)
    browser.open("/you/unsent")
    assert browser.heading != "What you had typed", "it was sent, and is not offered for ever"


@pytest.mark.parametrize("endpoint", sorted({*FORMS, *PRESSED}))
def test_nothing_that_can_be_sent_breaks_the_desk(stage: Stage, app: Flask, endpoint: str) -> None:
    """Each address, with fields that no page sends, about an order that is there and things that are not."""
    stage.provider.order("order-01")
    values = {"account": "demo", "order_id": "order-01", "currency": "AED", "payout": "2026-09-08T000000Z",
              "hook_id": "none", "act": "undo"}  # fmt: skip
    [rule, *_] = [one for one in app.url_map.iter_rules(endpoint) if "POST" in (one.methods or ())]
    with app.test_request_context():
        address = app.url_for(endpoint, **{name: values.get(name, 987654) for name in rule.arguments})
    for person in ("admin", "finance"):
        browser = Browser(app) if endpoint == "auth.open_session" else stage.browser(person)
        browser.open("/sign-in" if endpoint == "auth.open_session" else "/you/sessions")
        token = browser.page.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
        junk = dict.fromkeys(JUNK.split(), "\0\u202e" + "9" * 300)
        for fields in ({}, junk):
            browser.send(address, {"csrf_token": token, **fields})
            assert browser.status < 500, f"{endpoint}: {browser.words}"
        if endpoint == "auth.sign_out":
            return
