"""An OpenID provider that is slow, away, wrong or endless holds nobody up and lets nobody in."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from flask import Flask

from webapp.access.single_sign_on import issuer as module

from .conftest import Person
from .provider import OpenIDProvider

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """The address of a server that does that to every GET."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(OSError):
                answer(self)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def write(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        time.sleep(0.2)


def another(handler: BaseHTTPRequestHandler) -> None:
    write(handler, json.dumps({"issuer": "https://evil.example"}).encode())


def unsafe(handler: BaseHTTPRequestHandler) -> None:
    here = f"http://{handler.headers['Host']}"
    elsewhere = dict.fromkeys(("authorization_endpoint", "token_endpoint", "jwks_uri"), "http://evil.example/x")
    write(handler, json.dumps({"issuer": here, **elsewhere}).encode())


ANSWERS: dict[str, Answer] = {
    "drips": drip,
    "is endless": lambda one: write(one, b"[" * 2_000_000),
    "leads elsewhere": lambda one: write(one, b"", 302, Location="https://evil.example/"),
    "is no JSON": lambda one: write(one, b"<html>"),
    "fails": lambda one: write(one, b"", 503),
    "is another's": another,
    "names unsafe addresses": unsafe,
    "is packed": lambda one: write(one, b"{}", **{"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("which", ANSWERS)
def test_what_it_answers_wrongly_is_said_and_soon(
    desk: Callable[..., Flask], provider: OpenIDProvider, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    briefly = {"deadline": 1.0}
    monkeypatch.setattr(module, "ask", lambda *args, **named: ask(*args, **named, **briefly))
    with answering(ANSWERS[which]) as address:
        person = Person(desk(oidc_issuer=address), provider)
        begun = time.monotonic()
        person.browser.open("/sign-in/oidc")
        assert time.monotonic() - begun < 3
    assert "Single sign-on does not answer as it should" in person.browser.words
    assert person.browser.form("Sign in")


ask = module.ask


def test_one_that_is_gone_is_said_too(desk: Callable[..., Flask], provider: OpenIDProvider) -> None:
    person = Person(desk(oidc_issuer="http://127.0.0.1:1"), provider)
    person.browser.open("/sign-in/oidc")
    assert "does not answer as it should" in person.browser.words
    told = person.browser.app.test_cli_runner().invoke(args=["doctor"]).stdout
    assert "WRONG  single sign-on: the provider cannot be used: no answer" in told
    there = desk().test_cli_runner().invoke(args=["doctor"]).stdout
    assert "ok     single sign-on: the provider answers" in there
