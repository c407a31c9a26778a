"""An impatient agent over HTTP: clicks twice, reloads, copies a colleague, starts again when told not to."""

from __future__ import annotations

import random
import re
import threading
from dataclasses import dataclass, field
from urllib.parse import quote

import requests
from bs4 import BeautifulSoup

from .desk import COOKIE, PASSWORD


@dataclass
class Said:
    """What pages claimed: refund ids called done, and called not done."""

    done: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Agent:
    """One signed-in browser. Cookies are kept by hand, as they are only for https or a browser's localhost."""

    def __init__(self, address: str, email: str, said: Said, dice: random.Random) -> None:
        self.address, self.email, self.said, self.dice = address, email, said, dice
        self.http = requests.Session()
        self.cookies: dict[str, str] = {}

    def sign_in(self) -> None:
        page = self.get("/sign-in")
        if page is not None:
            self.post("/sign-in", {**hidden(page), "email": self.email, "password": PASSWORD})

    def wish(self, order_id: str, amount: str, *, reason: str = "returned") -> bool:
        """Tries to refund an order once; True when the form got as far as the button that names the act.

        With the reason "other" it asks for approval.
        """
        path = f"/demo/orders/{quote(order_id, safe='')}"
        page = self.get(f"{path}/refund")
        if page is None or page.find("input", attrs={"name": "amount"}) is None:
            if page is not None and page.find("input", attrs={"name": "password"}) is not None:
                self.sign_in()
            return False
        fields = {**hidden(page), "part": "part", "amount": amount, "reason": reason, "note": "as agreed"}
        review = self.post(f"{path}/refund", fields)
        if review is None or review.find("button", string=re.compile("Refund .* now|Ask for approval")) is None:
            return False
        form = next(form for form in review.find_all("form") if str(form.get("action", "")).endswith("/refunds"))
        sent = {str(one["name"]): str(one.get("value", "")) for one in form.find_all("input")}
        if reason == "other":
            sent["approval"] = "ask"
        with self.said.lock:
            self.said.tokens.add(sent["submit_token"])
        self._press(f"{path}/refunds", sent)
        return True

    def decide(self) -> bool:
        """Looks at one of what waits, and approves it, mostly; whether there was anything. Presses twice at times."""
        queue = self.get("/demo/approvals")
        if queue is None:
            return False
        if queue.find("input", attrs={"name": "password"}) is not None:
            self.sign_in()
            return False
        waiting = [str(link["href"]) for link in queue.find_all("a", href=re.compile(r"/approvals/\d+$"))]
        if not waiting:
            return False
        address = self.dice.choice(waiting)
        page = self.get(address)
        if page is None or (form := page.find("form", action=re.compile("/approve$"))) is None:
            return True
        fields = {str(one["name"]): str(one.get("value", "")) for one in form.find_all("input")}
        if self.dice.random() < 0.2:
            act = self.dice.choice(("reject", "return"))
            self._send(f"{address}/{act}", {**fields, "note": "not so"})
        else:
            self._press(f"{address}/approve", fields)
        return True

    def _press(self, address: str, fields: dict[str, str]) -> None:
        """Once, or twice at the same time, or again a moment later; then looks at what came of it."""
        habit = self.dice.random()
        if habit < 0.3:
            twin = threading.Thread(target=self._send, args=(address, dict(fields)))
            twin.start()
            self._send(address, fields)
            twin.join()
        else:
            self._send(address, fields)
            if habit < 0.5:
                self._send(address, fields)

    def _send(self, address: str, fields: dict[str, str]) -> None:
        page = self.post(address, fields)
        if page is not None:
            self._believe(page)

    def _believe(self, page: BeautifulSoup) -> None:
        """Notes what a result page claims about its refund."""
        number = page.find(string=re.compile(r"^bo-[0-9a-f]{32}$"))
        result = page.find(id="result")
        notice = result and result.find(class_=re.compile(r"notice-(success|danger)"))
        if number is None or notice is None:
            return
        with self.said.lock:
            claims = self.said.done if "notice-success" in notice["class"] else self.said.refused
            claims.add(str(number))

    def get(self, path: str) -> BeautifulSoup | None:
        return self._ask("GET", path, None)

    def post(self, path: str, fields: dict[str, str]) -> BeautifulSoup | None:
        return self._ask("POST", path, fields)

    def _ask(self, method: str, path: str, fields: dict[str, str] | None) -> BeautifulSoup | None:
        """The page, after redirects; None when the desk was killed under us."""
        for _ in range(4):
            headers = {"Referer": self.address + "/", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
            try:
                answer = requests.request(
                    method, self.address + path, data=fields, headers=headers, timeout=20, allow_redirects=False
                )
            except requests.RequestException:
                return None
            self.cookies |= dict(COOKIE.findall(answer.headers.get("Set-Cookie", "")))
            if answer.status_code not in (301, 302, 303):
                return BeautifulSoup(answer.text, "html.parser")
            method, fields, path = "GET", None, answer.headers["Location"]
        return None


def hidden(page: BeautifulSoup) -> dict[str, str]:
    """The hidden fields of the page's main form."""
    form = next(
        form
        for form in page.find_all("form", attrs={"method": "post"})
        if form.find("input", attrs={"name": ["submit_token", "password"]})
    )
    return {str(one["name"]): str(one.get("value", "")) for one in form.find_all("input", attrs={"type": "hidden"})}
