"""What the tests of webhooks do: create one, look at what is written down, let time pass, kill somebody's process."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select, update

from tests.browser import Browser
from webapp import audit
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.settings import ROOT
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now
from webapp.models.hook_change import HookChange
from webapp.providers.registry import postpay
from webapp.webhooks.upkeep import settle_hooks

from .at_provider import URL, Hooks


def create(browser: Browser, url: str = URL, **fields: object) -> None:
    """Fills in the form of a new webhook and presses its button."""
    browser.open("/demo/hooks/new")
    browser.submit("Create the webhook", **{"url": url, "events": ["order", "transaction"], **fields})


def secret_on(browser: Browser) -> str:
    """The secret that the page shows."""
    shown = browser.page.select_one(".secret code")
    assert shown is not None, browser.words
    secret = shown.get_text()
    assert re.fullmatch(r"[0-9a-f]{64}", secret), "256 bits"
    return secret


def change_secret(browser: Browser, hook_id: str) -> str:
    """Has the next secret of a webhook shown, and then put in force; returns it."""
    browser.open(f"/demo/hooks/{hook_id}/secret")
    browser.submit("Show ")
    secret = secret_on(browser)
    browser.follow("I have kept it: go on")
    browser.submit("The shop has it: put it in force now")
    return secret


def changes(app: Flask) -> list[HookChange]:
    with app.app_context():
        found = list(db.session.scalars(select(HookChange).order_by(HookChange.id)))
        release()
        return found


def the_change(app: Flask) -> HookChange:
    [change] = changes(app)
    return change


def entries(app: Flask) -> list[str]:
    with app.app_context():
        found = select(AuditEntry.event).where(AuditEntry.family == "hook").order_by(AuditEntry.seq)
        return list(db.session.scalars(found))


def same_browser(browser: Browser) -> Browser:
    """Another window with the same cookies."""
    other = Browser(browser.app)
    for cookie in list(browser.client._cookies.values()):  # type: ignore[union-attr]
        other.client.set_cookie(cookie.key, cookie.value, secure=cookie.secure)
    return other


def work(app: Flask) -> int:
    """One round of the worker."""
    with app.app_context():
        audit.bind(audit.Who(actor_label="worker"))
        account = app.extensions["accounts"]["demo"]
        return settle_hooks(account, postpay(account), app.extensions["settings"])


def let_leases_end(app: Flask) -> None:
    """As if a minute had gone by since whatever is open was sent."""
    past = now() - timedelta(minutes=1)
    with app.app_context(), writing() as session:
        session.execute(update(HookChange).values(lease_until=past, next_check=past, last_sent=past))


def until(is_so: Callable[[], bool]) -> None:
    """Waits for something that another thread or process does."""
    ends = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < ends, "it never came to be"
        time.sleep(0.02)


def kill_while_pressing(app: Flask, hooks: Hooks, page: str, button: str, *fields: str, sent: str, when: str) -> None:
    """Somebody presses a button, and their process dies while the provider thinks about it, `when` "before" it does
    what it is asked, or "after". `sent`: the method of the call."""
    known, before = len(changes(app)), hooks.settings()
    hooks.fault("latency", method=sent, path="/hooks", seconds=30, applied=when)
    path = Path(app.extensions["settings"].database_url.removeprefix("sqlite:///"))
    command = [sys.executable, "-m", "tests.webhooks.victim", hooks.address.removesuffix("/hooks"), str(path)]
    with subprocess.Popen(
        [*command, page, button, *fields], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as victim:
        until(lambda: bool(hooks._ask("GET", "/faults")["faults"][0]["used"]) and len(changes(app)) > known)
        until(lambda: when == "before" or hooks.settings() != before)
        victim.kill()
    hooks.heal()
    assert changes(app)[-1].state == "pending"
