"""What a browser brings of a passkey is believed only if it answers this challenge, here, now, once, for them."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from tests.access.records import Records
from tests.browser import Browser
from tests.conftest import PEOPLE
from tests.people import let_in

from .device import PRESENT, Device
from .factors import give_password

ALICE, FARAH = PEOPLE["agent"][0], PEOPLE["finance"][0]
PAGE, NEW = "/you/second-factor", "/you/second-factor/passkeys"


def options(browser: Browser, address: str) -> dict[str, Any]:
    return dict(browser.client.get(address).get_json())


def add(browser: Browser, device: Device, **lies: Any) -> None:
    asked = options(browser, f"{NEW}/new")
    browser.open(PAGE)
    browser.submit("Add a passkey", name="Phone", passkey=device.create(asked, **lies))


@pytest.fixture
def device(app: Flask, records: Records) -> Device:
    """Alice's."""
    device = Device()
    add(let_in(app, ALICE), device)
    records.news()
    return device


def sign_in(browser: Browser, brought: str) -> None:
    browser.open("/sign-in?next=/you/sessions")
    browser.submit("Sign in with a passkey", passkey=brought)


def test_it_signs_in_without_a_password(device: Device, stranger: Browser, records: Records) -> None:
    asked = options(stranger, "/sign-in/passkey")
    assert (asked["rpId"], asked["userVerification"]) == ("localhost", "required")
    assert not asked.get("allowCredentials"), "whoever asks is told of nobody"
    sign_in(stranger, device.use(asked))
    assert stranger.heading == "Your sessions"
    assert records.news() == ["auth.login.succeeded ok"]


LIES: tuple[dict[str, Any], ...] = (
    {"origin": "http://localhost:8001"}, {"origin": "https://evil.example"}, {"host": "evil.example"},
    {"flags": PRESENT}, {"flags": 0}, {"challenge": "AAAA"}, {"challenge": ""},
)  # fmt: skip


@pytest.mark.requirement("R26")
def test_a_lie_lets_nobody_in(device: Device, stranger: Browser, records: Records) -> None:
    for lies in LIES:
        sign_in(stranger, device.use(options(stranger, "/sign-in/passkey"), **lies))
        assert "Sign-in with the passkey failed." in stranger.words, lies
        assert records.news() == ["auth.login.failed denied passkey"], lies


def test_a_counter_that_goes_back_is_a_copy(app: Flask, device: Device, stranger: Browser) -> None:
    sign_in(stranger, device.use(options(stranger, "/sign-in/passkey"), count=9))
    assert stranger.heading == "Your sessions"
    copy = Browser(app)
    sign_in(copy, device.use(options(copy, "/sign-in/passkey"), count=9))
    assert copy.heading == "Sign in"


def test_an_answer_is_good_once_and_for_ten_minutes(
    clock: time_machine.Traveller, app: Flask, device: Device, stranger: Browser
) -> None:
    brought = device.use(options(stranger, "/sign-in/passkey"), count=0)
    sign_in(stranger, brought)
    assert stranger.heading == "Sign in", "a counter of zero after one that counted is a copy"
    device.count = 5
    brought, late = (device.use(options(stranger, "/sign-in/passkey")) for _ in range(2))
    first, second = Browser(app), Browser(app)
    sign_in(first, brought)
    sign_in(second, brought)
    assert (first.heading, second.heading) == ("Your sessions", "Sign in")
    clock.shift(timedelta(minutes=11))
    sign_in(second, late)
    assert second.heading == "Sign in"


def test_an_answer_is_good_for_its_purpose_only(app: Flask, device: Device, stranger: Browser) -> None:
    give_password(stranger, "agent")
    for_sign_in = device.use(options(stranger, "/sign-in/passkey"))
    stranger.submit("Sign in", passkey=for_sign_in)
    assert (stranger.status, "This passkey was not accepted." in stranger.words) == (422, True)
    for_second_step = device.use(options(stranger, "/sign-in/second-step/passkey"))
    other = Browser(app)
    sign_in(other, for_second_step)
    assert other.heading == "Sign in"
    stranger.submit("Sign in", passkey=for_second_step)
    assert stranger.heading == "Your sessions"


def test_somebody_elses_key_is_no_second_factor(app: Flask, device: Device, stranger: Browser) -> None:
    farah, hers = let_in(app, FARAH), Device()
    add(farah, hers)
    give_password(stranger, "agent")
    stranger.submit("Sign in", passkey=hers.use(options(stranger, "/sign-in/second-step/passkey")))
    assert stranger.heading == "Second factor"
    assert "This passkey was not accepted." in stranger.words


def test_a_key_is_one_persons(app: Flask, device: Device, records: Records) -> None:
    farah = let_in(app, FARAH)
    add(farah, device)
    assert (farah.status, "This passkey is known already" in farah.words) == (422, True)
    assert len(records.rows("SELECT 1 FROM passkey")) == 1


def test_nobody_removes_somebody_elses(app: Flask, device: Device, records: Records) -> None:
    farah = let_in(app, FARAH)
    [row] = records.rows("SELECT id FROM passkey")
    assert farah.client.get(f"{NEW}/{row['id']}/remove").status_code == 404
    token = farah.open("/you").find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    farah.send(f"{NEW}/{row['id']}/remove", {"csrf_token": token})
    assert len(records.rows("SELECT 1 FROM passkey")) == 1


def test_a_key_that_was_made_elsewhere_or_needs_nobody_is_not_kept(app: Flask, records: Records) -> None:
    alice = let_in(app, ALICE)
    for lies in LIES:
        add(alice, Device(), **lies)
        assert alice.status == 422, lies
    assert not records.rows("SELECT 1 FROM passkey")


def test_who_was_sent_away_does_not_come_in(app: Flask, device: Device, stranger: Browser) -> None:
    assert app.test_cli_runner().invoke(args=["disable-user", ALICE]).exit_code == 0
    sign_in(stranger, device.use(options(stranger, "/sign-in/passkey")))
    assert stranger.heading == "Sign in"


def test_nothing_that_is_brought_breaks_the_desk(device: Device, stranger: Browser) -> None:
    """Texts cut short, changed at random, and of other shapes: refused, never an error of the desk."""
    randomness = random.Random(7)
    asked = options(stranger, "/sign-in/passkey")
    good = json.loads(device.use(asked))
    hostile = ["", "{}", "[]", "null", "1", '"x"', "[" * 9000, '{"response": 5}', '{"id": 1, "response": {}}']
    for _ in range(60):
        part = randomness.choice(list(good["response"]))
        value = good["response"][part]
        at = randomness.randrange(len(value))
        changed = randomness.choice([value[:at], value[:at] + "é\0" + value[at:], value[:at] + "A" + value[at + 2 :]])
        hostile.append(json.dumps({**good, "response": {**good["response"], part: changed}}))
    hostile += [json.dumps({**good, name: value}) for name in good for value in (None, 5, [], {}, "\0", "\ud800")]
    stranger.open("/sign-in")
    token = stranger.page.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    for text in hostile:
        stranger.send("/sign-in/passkey", {"csrf_token": token, "passkey": text})
        assert stranger.response.headers.get("Location") == "/sign-in", text
