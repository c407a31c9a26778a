"""The bench on the page: it answers, and keeps nothing."""

from __future__ import annotations

import hmac
import sqlite3
import time
from base64 import b64encode
from collections.abc import Callable

import pytest
from flask import Flask

from tests.browser import Browser
from tests.raw_database import everything_in
from tests.webhooks.receiving import Receiving, order_body
from webapp.providers.postpay.signature import sign, sign_bare
from webapp.webhooks.receiver.settings import forget_old_secret, replace_secret

BENCH = "/demo/deliveries/bench"
SECRET = "canary-secret-f00d"
BODY = '{"event": "order", "data": {"order_id": "طلب"}}'


def put(browser: Browser, **fields: str) -> None:
    browser.open(BENCH)
    signature = sign(BODY.encode(), SECRET, at=int(time.time()))
    given = {"headers": f"X-Postpay-Signature: {signature}", "body": BODY, "encoding": "text", "secret": SECRET}
    browser.submit("Try the signature", **{**given, **fields})


def test_it_says_that_a_signature_matches(farah: Browser) -> None:
    put(farah)
    assert farah.status == 200
    assert "The signature matches" in farah.words
    assert "With a time" in farah.words


@pytest.mark.parametrize("encoding", ["base64", "hex"])
def test_bytes_may_be_pasted_so_that_no_line_end_is_lost(farah: Browser, encoding: str) -> None:
    body = b"{}\r\n\x00"
    pasted = b64encode(body).decode() if encoding == "base64" else body.hex(" ")
    put(farah, body=pasted, encoding=encoding, headers=sign(body, SECRET, at=int(time.time())))
    assert "The signature matches" in farah.words


def test_the_line_ends_of_a_pasted_body_are_not_those_of_the_form(farah: Browser) -> None:
    body = "{\n}\n"
    put(farah, body=body.replace("\n", "\r\n"), headers=sign(body.encode(), SECRET, at=int(time.time())))
    assert "The signature matches" in farah.words


def test_it_names_the_mistake_and_the_clock(farah: Browser) -> None:
    put(farah, body=BODY + "\n\n", secret=f" {SECRET}")
    assert "It does not match, and here is why" in farah.words
    assert "newline at its end that was not signed" in farah.words
    assert "blanks around the secret" in farah.words
    put(farah, headers=sign(BODY.encode(), SECRET, at=int(time.time()) - 7200))
    assert "its time is off" in farah.words
    assert "2 hours behind" in farah.words


def test_it_asks_for_what_is_missing(farah: Browser) -> None:
    put(farah, headers="", body="", secret="")
    assert farah.status == 422
    assert farah.words.count("Paste the") >= 6
    put(farah, body="zz", encoding="hex")
    assert "This is not in the form you chose below" in farah.words


def put_stored(browser: Browser, number: int) -> str:
    """What the bench says of a delivery of the log, by the desk's own secrets."""
    browser.open(f"{BENCH}?delivery={number}")
    browser.submit("Try the signature")
    return browser.words


def test_of_a_stored_delivery_it_says_what_the_receiver_said(receiving: Receiving, farah: Browser) -> None:
    now = int(time.time())

    def weak(message: bytes) -> str:
        return hmac.new(receiving.secret.encode(), message, "sha1").hexdigest()

    with receiving.app.app_context():
        replace_secret(receiving.account, receiving.id, receiving.settings)
    many = {f"X-Header-{number:02}": "x" for number in range(50)}
    given: list[tuple[Callable[[bytes], str], dict[str, str], int, str]] = [
        (lambda body: sign(body, receiving.secret, at=now), many, 200, "The signature matches"),
        (lambda body: f"{now}:{weak(b'%d:' % now + body)}", {}, 401, "The digest was made with another hash."),
        (lambda _: "", {"X-Note": f"X-Postpay-Signature: {now}:"}, 401, "There is no signature in the headers"),
        (lambda body: sign(body, receiving.secret, at=now - 900), {}, 401, "matches, but its time is off"),
        (lambda body: sign_bare(body, receiving.secret), {}, 200, "The signature matches"),
    ]
    for number, (signature, headers, status, words) in enumerate(given, start=1):
        body = order_body(f"o-{number}")
        assert receiving.deliver(body, signature(body), **headers).status_code == status
        shown = put_stored(farah, number)
        assert words in shown
        assert ("The signature matches This body" in shown) is (status == 200)


def test_it_says_so_where_the_secret_has_been_replaced_since(receiving: Receiving, farah: Browser) -> None:
    now, old = int(time.time()), receiving.secret
    receiving.deliver(order_body("a"))
    with receiving.app.app_context():
        new = replace_secret(receiving.account, receiving.id, receiving.settings).get_secret_value()
        forget_old_secret(receiving.account, receiving.id)
    words = put_stored(farah, 1)
    assert "It does not match, and the cause was not found" in words
    assert "It matched when it arrived: the desk's secret has been replaced since then." in words
    receiving.deliver(order_body("b"), sign(order_body("b"), old, at=now))
    assert "replaced since" not in put_stored(farah, 2)
    receiving.deliver(order_body("c"), sign(order_body("c"), new, at=now))
    assert "The signature matches This body" in put_stored(farah, 3)


def test_it_tells_what_it_cannot_try(farah: Browser) -> None:
    put(farah, secret="5f4d•••")
    assert "It does not match, and the cause was not found" in farah.words
    assert "The secret looks masked" in farah.words


def test_nothing_of_it_is_kept_shown_again_or_logged(
    app: Flask, farah: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    put(farah, secret=f"{SECRET}\nanother-canary")
    assert SECRET not in farah.response.get_data(as_text=True)
    assert farah.response.headers["Cache-Control"] == "no-store"
    output = capfd.readouterr()
    with sqlite3.connect(app.extensions["settings"].database_url.removeprefix("sqlite:///")) as database:
        stored = everything_in(database)
    for canary in (SECRET, "another-canary", "طلب"):
        assert canary not in stored
        assert canary not in output.out + output.err
