"""People with second factors, and what their phones show."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pyotp
from flask import Flask

from tests.access.records import Records
from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE
from webapp.core.sealing import unseal

APP_PAGE = "/you/second-factor/app"


def set_up_app(browser: Browser, **fields: str) -> list[str]:
    """Sets up an authenticator app; the recovery codes, where they are shown."""
    browser.open(APP_PAGE)
    browser.submit("Set up this app", **{"code": shown(seed_on(browser)), **fields})
    return codes_on(browser)


def seed_on(browser: Browser) -> str:
    """What the page of the set-up shows for typing."""
    return browser.form("Set up this app").find("code").get_text().replace(" ", "")  # type: ignore[union-attr]


def seed_of(app: Flask, records: Records, email: str) -> str:
    """What is kept, sealed, of somebody."""
    with app.app_context():
        return unseal(app.extensions["settings"], records.user(email)["totp_seed_sealed"]).get_secret_value()


def shown(seed: str, steps: int = 0) -> str:
    """What an app shows now, or so many periods later."""
    return pyotp.TOTP(seed).generate_otp(int(datetime.now(UTC).timestamp()) // 30 + steps)


def codes_on(browser: Browser) -> list[str]:
    return re.findall(r"\b\d{4} \d{4} \d{4} \d{4}\b", browser.words)


def code_of(app: Flask, records: Records, email: str, *, steps: int = 0) -> str:
    """What somebody's app shows now, or so many periods later."""
    return shown(seed_of(app, records, email), steps)


def give_password(browser: Browser, person: str, address: str = "/sign-in?next=/you/sessions") -> None:
    """The first step of a sign-in."""
    browser.open(address)
    browser.submit("Sign in", email=PEOPLE[person][0], password=PASSWORD)
