"""The bench on the page: it answers, and keeps nothing."""

from __future__ import annotations

import sqlite3
import time
from base64 import b64encode

import pytest
from flask import Flask

from tests.browser import Browser
from webapp.providers.postpay.signature import sign

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
    assert "This is not what you chose below" in farah.words


def test_nothing_of_it_is_kept_shown_again_or_logged(
    app: Flask, farah: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    put(farah, secret=f"{SECRET}\nanother-canary")
    assert SECRET not in farah.response.get_data(as_text=True)
    assert farah.response.headers["Cache-Control"] == "no-store"
    output = capfd.readouterr()
    with sqlite3.connect(app.extensions["settings"].database_url.removeprefix("sqlite:///")) as database:
        stored = "\n".join(database.iterdump())
    for canary in (SECRET, "another-canary", "طلب"):
        assert canary not in stored
        assert canary not in output.out + output.err
