"""Guessing passwords as fast as the desk answers, from one address or from ever new ones."""

from __future__ import annotations

import http.client
import re
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlencode

from . import Target, attack

FORM = "/sign-in"
TYPE = "application/x-www-form-urlencoded"


@attack("sign-in")
def guess_from_one_address(target: Target) -> Counter[str]:
    """After 500 failures the address has to wait, but goes on."""
    return _guess(target, lambda _number: {})


@attack("sign-in-many-addresses", PROXY_HOPS="1")
def guess_from_many_addresses(target: Target) -> Counter[str]:
    """No address fails often enough to have to wait: each guess is checked, as far as there are places for it."""
    return _guess(target, lambda number: {"X-Forwarded-For": f"2001:db8::{target.number:x}:{number:x}"})


def _guess(target: Target, origin: Callable[[int], dict[str, str]]) -> Counter[str]:
    answers: Counter[str] = Counter()
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)
    token = cookie = ""
    while not target.is_over:
        number = answers.total()
        try:
            if not token:
                token, cookie = _form(connection)
            answers[_try(connection, number, token, {"Cookie": cookie, **origin(number)})] += 1
        except (OSError, http.client.HTTPException) as error:
            answers[type(error).__name__] += 1
            connection.close()
    connection.close()
    return answers


def _form(connection: http.client.HTTPConnection) -> tuple[str, str]:
    """The form's token, and the cookie that it belongs to; empty where there was none."""
    connection.request("GET", FORM)
    answer = connection.getresponse()
    found = re.search(r'name="csrf_token" value="([^"]+)"', answer.read().decode())
    return found[1] if found else "", answer.getheader("Set-Cookie", "").partition(";")[0]


def _try(connection: http.client.HTTPConnection, number: int, token: str, headers: dict[str, str]) -> str:
    typed = {"csrf_token": token, "email": f"person-{number}@example.test", "password": f"guess {number}"}
    address = f"http://127.0.0.1:{connection.port}{FORM}"
    connection.request("POST", FORM, urlencode(typed), {"Content-Type": TYPE, "Referer": address, **headers})
    answer = connection.getresponse()
    answer.read()
    return str(answer.status)
