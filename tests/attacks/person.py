"""A person as an attack needs one: a kept connection, a cookie and a form's token, and no patience."""

from __future__ import annotations

import http.client
import re
from collections import Counter
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from . import Target

TYPE = "application/x-www-form-urlencoded"
PATIENCE = 60
NOTHING: Mapping[str, str] = {}


class Person:
    """Asks over one connection; what came of it is counted by status, or by the error's name."""

    def __init__(self, target: Target, cookie: str = "") -> None:
        self.target, self.cookie, self.token = target, cookie, ""
        self.answers: Counter[str] = Counter()
        self._connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=PATIENCE)

    def go_on(self, act: Callable[[int], None]) -> Counter[str]:
        """Does it again and again, each time with another number, until the attack is over."""
        while not self.target.is_over:
            try:
                act(self.answers.total())
            except (OSError, http.client.HTTPException) as error:
                self.answers[type(error).__name__] += 1
                self._connection.close()
        self._connection.close()
        return self.answers

    def ask(self, path: str) -> None:
        """GET."""
        self._ask("GET", path)

    def fill_in(self, form: str, path: str, fields: Mapping[str, str], headers: Mapping[str, str] = NOTHING) -> None:
        """POST, with the token that is in the page `form`."""
        if not self.token:
            self._read_token(form)
            return
        sent = urlencode({"csrf_token": self.token, **fields})
        referer = f"http://127.0.0.1:{self.target.port}{form}"
        self._ask("POST", path, sent, {"Content-Type": TYPE, "Referer": referer, **headers})

    def _read_token(self, form: str) -> None:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self._ask("GET", form))
        self.token = found[1] if found else ""

    def _ask(self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] = NOTHING) -> str:
        self._connection.request(method, path, body, {"Cookie": self.cookie, **headers})
        answer = self._connection.getresponse()
        text = answer.read().decode(errors="replace")
        self.answers[str(answer.status)] += 1
        self.cookie = answer.getheader("Set-Cookie", self.cookie).partition(";")[0]
        return text
