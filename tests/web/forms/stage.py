"""A desk with a provider of its own, and what comes between a person and the form they have filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pyotp
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import text

from tests.browser import Browser, form_values
from tests.conftest import PASSWORD, PEOPLE
from tests.webhooks.at_provider import Hooks
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.sealing import seal
from webapp.emulators.postpay.server import Sandbox
from webapp.models.base import now
from webapp.providers.registry import forget_clients


class Stage:
    """Who fills in forms, and the desk and the provider that they meet."""

    def __init__(self, app: Flask, sandbox: Sandbox, sign_in: Callable[[str], Browser]) -> None:
        self.app, self.sign_in = app, sign_in
        self.provider = Hooks(sandbox.base_url)
        self.people: dict[str, Browser] = {}
        self.count = 0

    def next(self, prefix: str) -> str:
        """A name that nothing has yet."""
        self.count += 1
        return f"{prefix}-{self.count}"

    def browser(self, person: str) -> Browser:
        if person not in self.people:
            self.people[person] = Browser(self.app) if person == "stranger" else self.sign_in(person)
        return self.people[person]

    def change(self, statement: str, **values: Any) -> None:
        with self.app.app_context(), writing() as session:
            session.execute(text(statement), values)

    def give_second_factor(self, email: str) -> None:
        """An app that nobody has."""
        seed = seal(self.app.extensions["settings"], SecretStr(pyotp.random_base32()))
        self.change('UPDATE "user" SET totp_seed_sealed = :seed WHERE email = :email', seed=seed, email=email)

    def value(self, statement: str) -> Any:
        with self.app.app_context(), db.engine.connect() as connection:
            return connection.execute(text(statement)).scalar()

    def heal(self) -> None:
        """The provider works again, and the desk has forgotten that it did not."""
        self.provider.heal()
        forget_clients()

    def wait_at_most(self, seconds: float) -> None:
        """From now on the desk gives up sooner."""
        settings = self.app.extensions["settings"]
        self.app.extensions["settings"] = settings.model_copy(update={"provider_deadline": seconds})
        forget_clients()

    def let_time_pass(self, column: str, minutes: int) -> None:
        """As if everybody had been here, or proved who they are, so long ago."""
        moment = (now() - timedelta(minutes=minutes)).replace(tzinfo=None)
        self.change(f"UPDATE staff_session SET {column} = :moment WHERE ended IS NULL", moment=moment)

    def sign_in_again(self, browser: Browser, person: str) -> None:
        """In another tab, after the session has run out; the page with the form stays open."""
        page, response = browser.page, browser.response
        self.let_time_pass("last_seen", 20)
        browser.open("/sign-in")
        browser.submit("Sign in", email=PEOPLE[person][0], password=PASSWORD)
        browser.page, browser.response = page, response


def kept_on(browser: Browser) -> str:
    """All that a person can read on the page, and all that its forms would send."""
    sent = [str(value) for form in browser.page.find_all("form") for value in form_values(form).values()]
    return " ".join(" ".join([browser.words, *sent]).split())


def assert_kept(browser: Browser, typed: Mapping[str, object], told: str) -> None:
    """Each text that was typed is there in full, but for characters that no page can show."""
    there = kept_on(browser)
    for name, value in typed.items():
        for one in value if isinstance(value, list) else [value]:
            shown = " ".join(str(one).replace("\0", "\ufffd").split())
            assert shown in there, f"{told}: «{name}» is lost\n{browser.status} {browser.address}\n{browser.words}"


def assert_spoken(browser: Browser, told: str) -> None:
    """What went wrong is said, in a sentence that a page has for that."""
    said = browser.page.select(".error-summary, .error-page, .notice, .field-error")
    assert any(one.get_text().strip() for one in said), f"{told}: nothing is said\n{browser.words}"
