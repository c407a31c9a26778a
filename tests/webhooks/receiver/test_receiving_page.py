"""Admins set up how the desk receives: an address, a registration with one click, secrets without a gap, an end."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from sqlalchemy import update

from tests.browser import Browser
from tests.conftest import PASSWORD
from tests.raw_database import everything_in
from tests.webhooks.receiving import order_body
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.sealing import unseal
from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET
from webapp.emulators.postpay.server import Sandbox
from webapp.models.base import now
from webapp.models.delivery import Receiver
from webapp.models.forward import ForwardTarget
from webapp.models.staff_session import StaffSession
from webapp.providers.postpay.signature import HEADER, sign

PAGE = "/demo/deliveries/receiving"
AUTH = (EMBEDDED_MERCHANT, EMBEDDED_SECRET)


def shown_address(browser: Browser) -> str:
    return browser.page.select_one("p.secret code").get_text()  # type: ignore[union-attr]


def hooks(sandbox: Sandbox) -> list[dict[str, Any]]:
    return list(requests.get(f"{sandbox.base_url}/hooks", auth=AUTH, timeout=10).json()["results"])


def hook_secret(sandbox: Sandbox) -> str:
    return str(sandbox.world.store.rows("SELECT secret FROM hooks ORDER BY key DESC", ())[0]["secret"])


def deliver(app: Flask, address: str, secret: str, order_id: str) -> int:
    body = order_body(order_id)
    headers = {HEADER: sign(body, secret, at=int(time.time()))}
    return app.test_client().post(urlsplit(address).path, data=body, headers=headers).status_code


def secrets_of(app: Flask) -> tuple[str, ...]:
    with app.app_context():
        receiver = db.session.query(Receiver).one()
        sealed = (receiver.secret_sealed, receiver.other_sealed)
        return tuple(unseal(app.extensions["settings"], one).get_secret_value() for one in sealed if one)


def test_it_is_made_and_registered_with_one_click_each(app: Flask, adam: Browser, sandbox: Sandbox) -> None:
    adam.open("/demo/deliveries")
    adam.follow("Set it up")
    adam.submit("Make an address")
    address = shown_address(adam)
    assert len(urlsplit(address).path.split("/")[-1]) == 43
    adam.submit("Register it at Postpay")
    assert "The webhook is created" in adam.words
    assert "Show the secret" not in adam.words, "the desk keeps it itself"
    (hook,) = hooks(sandbox)
    assert (hook["url"], sorted(hook["events"]), hook["active"]) == (address, ["order", "transaction"], True)
    assert deliver(app, address, hook_secret(sandbox), "order-01") == 200
    adam.open(PAGE)
    assert "Registered" in adam.words
    assert "Register it at Postpay" not in adam.words


def test_a_secret_is_replaced_without_a_gap(app: Flask, adam: Browser, sandbox: Sandbox) -> None:
    adam.open(PAGE)
    adam.submit("Make an address")
    address = shown_address(adam)
    adam.submit("Register it at Postpay")
    old = hook_secret(sandbox)
    adam.open(PAGE)
    adam.submit("Replace the secret")
    assert "The new secret is in force" in adam.words
    new = hook_secret(sandbox)
    assert new != old
    assert secrets_of(app) == (new, old)
    assert [deliver(app, address, secret, f"o-{n}") for n, secret in enumerate((old, new))] == [200, 200]
    adam.open(PAGE)
    adam.submit("Forget the old secret")
    assert [deliver(app, address, secret, f"p-{n}") for n, secret in enumerate((old, new))] == [401, 200]


def test_a_replacement_that_the_provider_refuses_leaves_everything_as_it_was(
    app: Flask, adam: Browser, sandbox: Sandbox
) -> None:
    adam.open(PAGE)
    adam.submit("Make an address")
    adam.submit("Register it at Postpay")
    before = secrets_of(app)
    fault = {"kind": "status", "method": "PATCH", "path": "*", "times": 1, "status": 401}
    requests.post(f"{sandbox.base_url}/_sandbox/faults", json=fault, timeout=10)
    adam.open(PAGE)
    adam.submit("Replace the secret")
    assert secrets_of(app) == before == (hook_secret(sandbox),)


def test_another_secret_may_be_brought_along(app: Flask, adam: Browser) -> None:
    adam.open(PAGE)
    adam.submit("Make an address")
    address = shown_address(adam)
    for bad in ("short", f" {'x' * 32}", ""):
        adam.submit("Accept this secret too", secret=bad)
        assert adam.status == 422
    adam.submit("Accept this secret too", secret="brought-along-" + "x" * 32)
    assert "Both secrets are accepted" in adam.words
    assert [deliver(app, address, secret, f"o-{n}") for n, secret in enumerate(secrets_of(app))] == [200, 200]
    assert "Accept this secret too" not in adam.words


def test_it_is_stopped_after_the_account_was_typed(app: Flask, adam: Browser) -> None:
    adam.open(PAGE)
    adam.submit("Make an address")
    address, (secret,) = shown_address(adam), secrets_of(app)
    adam.follow("Stop receiving")
    adam.submit("Stop receiving now", account="other")
    assert adam.status == 422
    adam.submit("Stop receiving now", account="demo")
    assert "The desk receives nothing any more" in adam.words
    assert deliver(app, address, secret, "order-01") == 404
    adam.submit("Make an address")
    assert shown_address(adam) != address


def test_only_one_address_is_made_however_often_it_is_asked_for(app: Flask, adam: Browser) -> None:
    adam.open(PAGE)
    form = adam.form("Make an address")
    token = str(form.find("input")["value"])  # type: ignore[index]
    adam.submit("Make an address")
    adam.send(PAGE, {"csrf_token": token})
    adam.open(PAGE)
    assert "has an address already" in adam.words
    with app.app_context():
        assert db.session.query(Receiver).count() == 1


def test_others_look_and_see_no_address(adam: Browser, sign_in: Callable[[str], Browser]) -> None:
    adam.open(PAGE)
    adam.submit("Make an address")
    token = urlsplit(shown_address(adam)).path.split("/")[-1]
    for person in ("finance", "auditor"):
        browser = sign_in(person)
        browser.open(PAGE)
        assert "Only admins can change this" in browser.words
        assert token not in browser.response.get_data(as_text=True)
        assert [str(form.get("action")) for form in browser.page.select("main form")] == []


def test_no_secret_stands_in_the_database_the_log_or_a_page(
    app: Flask, adam: Browser, sandbox: Sandbox, capfd: pytest.CaptureFixture[str]
) -> None:
    adam.open(PAGE)
    adam.submit("Make an address")
    (secret,) = secrets_of(app)
    assert secret not in adam.response.get_data(as_text=True)
    adam.submit("Show the secret")
    assert secret in adam.words
    brought = "brought-along-" + "y" * 32
    shop = "the-shops-own-" + "z" * 32
    adam.open(PAGE)
    adam.submit("Accept this secret too", secret=brought)
    adam.open("/demo/deliveries/forwarding/new")
    adam.submit("Forward from now on", name="Shop", url="http://localhost:1/x", target_secret=shop)
    assert "goes to Shop from now on" in adam.words
    adam.open("/audit")
    page = adam.response.get_data(as_text=True)
    assert "opened an address of the desk&#39;s own for deliveries" in page
    adam.open("/audit?what=hook.secret_shown")
    assert "Adam Admin was shown the secret of the desk's own address for deliveries" in adam.words
    with sqlite3.connect(app.extensions["settings"].database_url.removeprefix("sqlite:///")) as database:
        stored = everything_in(database)
    output = capfd.readouterr()
    for canary in (secret, brought, shop):
        assert canary not in stored + output.out + output.err + page


def test_who_proved_long_ago_who_they_are_is_asked_again(app: Flask, adam: Browser) -> None:
    adam.open(PAGE)
    adam.submit("Make an address")
    for act in ("Show the secret", "Register it at Postpay", "Replace the secret", "Forget the old secret"):
        if act.startswith("Forget"):
            adam.open(PAGE)
            adam.submit("Replace the secret")
        with app.app_context(), writing() as session:
            session.execute(update(StaffSession).values(confirmed=now() - timedelta(minutes=6)))
        adam.open(PAGE)
        adam.submit(act)
        assert adam.address == f"/you/confirm?next={PAGE}"
        adam.submit("Continue", password=PASSWORD)
        assert adam.address == PAGE
    assert len(secrets_of(app)) == 2


def test_nobody_turns_deliveries_elsewhere_with_a_session_found_open(app: Flask, adam: Browser) -> None:
    adam.open(PAGE)
    adam.submit("Make an address")
    token = str(adam.page.find("input", attrs={"name": "csrf_token"})["value"])  # type: ignore[index]
    with app.app_context(), writing() as session:
        session.execute(update(StaffSession).values(confirmed=now() - timedelta(minutes=6)))
    secret = {"csrf_token": token, "secret": "x" * 32}
    adam.send(f"{PAGE}/accept", secret)
    assert adam.response.headers["Location"] == f"/you/confirm?next={PAGE}"
    target = {"csrf_token": token, "name": "Shop", "url": "https://else.example.com/", "target_secret": "x" * 32}
    adam.send("/demo/deliveries/forwarding/new", target)
    assert adam.response.headers["Location"] == "/you/confirm?next=/you/unsent", "the address was typed and is kept"
    assert len(secrets_of(app)) == 1
    with app.app_context():
        assert db.session.query(ForwardTarget).count() == 0


def test_a_webhook_that_is_gone_is_registered_anew(adam: Browser, sandbox: Sandbox) -> None:
    adam.open(PAGE)
    adam.submit("Make an address")
    adam.submit("Register it at Postpay")
    (hook,) = hooks(sandbox)
    adam.open(f"/demo/hooks/{hook['id']}/delete")
    adam.submit("Delete it now", host="localhost")
    adam.open(PAGE)
    assert "Not registered" in adam.words
    adam.submit("Register it at Postpay")
    (again,) = hooks(sandbox)
    requests.delete(f"{sandbox.base_url}/hooks/{again['id']}", auth=AUTH, timeout=10)
    adam.open(PAGE)
    adam.submit("Replace the secret")
    assert "There is a new secret" in adam.words
