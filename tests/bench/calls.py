"""Goals 4 and 7: what a page asks of the provider and commits, counted exactly, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, event

from tests.browser import Browser, form_values
from tests.people import hire
from tests.provider import Provider, provider_of
from webapp import create_app
from webapp.core.environment import load_settings
from webapp.core.extensions import db
from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET
from webapp.emulators.postpay.server import Sandbox

from .goals import Kind, Result
from .places import EMAIL, PASSWORD

FINANCE = "finance@bench.test"
FRAGMENT = {"HX-Request": "true", "HX-Target": "results"}


@dataclass
class Counted:
    """What happened meanwhile: calls as the provider saw them, and commits of transactions that wrote."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    commits: int = 0

    @property
    def is_parallel(self) -> bool:
        """Whether the second call arrived before the first was answered."""
        first, second = sorted(self.calls, key=lambda call: str(call["started"]))[:2]
        return str(second["started"]) < str(first["ended"])


class Counter:
    """One person at one desk, and both their counters."""

    def __init__(self, app: Flask, provider: Provider, email: str = EMAIL) -> None:
        self.app, self.provider, self.email = app, provider, email
        self.agent = Browser(app)

    @contextmanager
    def counting(self) -> Iterator[Counted]:
        counted = Counted()

        def note(connection: Connection) -> None:
            counted.commits += bool(connection.get_execution_options().get("desk_writes"))

        with self.app.app_context():
            engine = db.engine
        self.provider.forget()
        event.listen(engine, "commit", note)
        try:
            yield counted
        finally:
            event.remove(engine, "commit", note)
            counted.calls = [call for call in self.provider.seen() if not call["path"].startswith("/_sandbox")]

    def during(self, act: Callable[[], object]) -> Counted:
        with self.counting() as counted:
            act()
        return counted

    def sign_in(self) -> Counted:
        """From the empty form to the redirect that follows the right password."""
        with self.counting() as counted:
            self.agent.open("/sign-in")
            _press(self.agent, "Sign in", email=self.email, password=PASSWORD)()
        return counted


def count_calls(folder: Path, environment: dict[str, str]) -> list[Result]:
    """A day of an agent, each page once."""
    folder.mkdir()
    with Sandbox(orders=60, seed=1, credentials=[(EMBEDDED_MERCHANT, EMBEDDED_SECRET)]) as sandbox:
        accounts = folder / "accounts.toml"
        accounts.write_text(f'[[account]]\nslug = "demo"\nenvironment = "embedded"\nbase_url = "{sandbox.base_url}"\n')
        changed = {
            "DATABASE_URL": f"sqlite:///{folder / 'desk.sqlite3'}",
            "ACCOUNTS_FILE": str(accounts),
            "LOG_LEVEL": "error",
        }
        app = create_app(load_settings({**environment, **changed, "ANCHOR_FILE": str(folder / "anchors.jsonl")}))
        with app.app_context():
            hire(app, {"agent": (EMAIL, "Agent Bench"), "finance": (FINANCE, "Finance Bench")}, PASSWORD)
        counter = Counter(app, provider_of(sandbox))
        of_finance = Counter(app, counter.provider, FINANCE)
        return [*_readings(counter), *_refund(counter), *_capture(counter), *_finance(of_finance)]


def _readings(counter: Counter) -> list[Result]:
    agent, provider = counter.agent, counter.provider
    provider.order("counted-01")
    found = [_calls("sign-in", counter.sign_in(), 0)]
    provider.fault("latency", method="GET", path="/orders/counted-01", times=2, seconds=0.1)
    order = counter.during(lambda: agent.open("/demo/orders/counted-01"))
    found.append(_calls("order page", order, 2))
    parallel = Result(4, "order page: calls side by side", order.is_parallel, 1, kind=Kind.EXACTLY, unit="yes")
    pages: list[tuple[str, str, dict[str, str], int]] = [
        ("list", "/demo/orders", {}, 1),
        ("list, fragment", "/demo/orders", FRAGMENT, 1),
        ("list, filtered", "/demo/orders?status=captured&currency=AED&total_from=1", {}, 1),
        ("peek", "/demo/orders/counted-01/peek", {**FRAGMENT, "HX-Target": "peek"}, 2),
        ("awaiting capture", "/demo/awaiting-capture", {}, 1),
        ("refunds", "/demo/refunds", {}, 0),
        ("in progress", "/demo/in-progress", {}, 0),
        ("audit log", "/audit", {}, 0),
        ("sessions", "/you/sessions", {}, 0),
    ]
    for name, address, headers, expected in pages:
        found.append(_calls(name, counter.during(lambda at=address, given=headers: _get(agent, at, given)), expected))
    return [*found, parallel]


def _finance(counter: Counter) -> list[Result]:
    """What finance opens; payouts, fees and what is to be looked at come from the desk's own copy."""
    counter.sign_in()
    pages = {
        "settlements": ("/demo/settlements?type=order&created=30-days", 1),
        "payouts": ("/demo/payouts", 0),
        "fees": ("/demo/fees", 0),
        "to look at": ("/demo/to-look-at", 0),
        "exports": ("/demo/exports", 0),
        "webhooks": ("/demo/hooks", 1),
        "deliveries": ("/demo/deliveries", 0),
        "connection": ("/demo/connection", 1),
    }
    return [
        _calls(name, counter.during(lambda at=address: _get(counter.agent, at, {})), expected)
        for name, (address, expected) in pages.items()
    ]


def _get(agent: Browser, address: str, headers: dict[str, str]) -> None:
    agent.open(address, headers=headers)
    if agent.status != 200:
        raise RuntimeError(f"{address}: {agent.status}")


def _refund(counter: Counter) -> list[Result]:
    agent = counter.agent
    form = counter.during(lambda: agent.open("/demo/orders/counted-01/refund"))
    fields = {"part": "part", "amount": "1.00", "reason": "returned", "note": ""}
    review = counter.during(lambda: agent.submit("Continue", **fields))
    sent = counter.during(_press(agent, "Refund AED"))
    result = counter.during(lambda: agent.open(agent.response.headers["Location"]))
    return [
        _calls("refund form", form, 2),
        _calls("refund review", review, 2),
        _calls("refund result", result, 0),
        *_act("refund", sent, 3, "two readings, one sending"),
    ]


def _capture(counter: Counter) -> list[Result]:
    agent = counter.agent
    counter.provider.order("counted-02", status="approved")
    question = counter.during(lambda: agent.open("/demo/orders/counted-02/capture"))
    sent = counter.during(_press(agent, "Capture AED"))
    return [_calls("capture question", question, 1), *_act("capture", sent, 2, "one reading, one sending")]


def _press(agent: Browser, button: str, **typed: str) -> Callable[[], object]:
    """Sends the form of a button, and looks no further than its answer."""
    form = agent.form(button)
    action, fields = str(form.get("action") or agent.address), {**form_values(form), **typed}

    def press() -> None:
        agent.send(action, fields)
        if agent.status != 303:
            raise RuntimeError(f"{button}: {agent.status}")

    return press


def _calls(name: str, counted: Counted, expected: int) -> Result:
    return Result(4, f"calls: {name}", len(counted.calls), expected, kind=Kind.EXACTLY, unit="calls")


def _act(name: str, counted: Counted, calls: int, note: str) -> list[Result]:
    return [
        Result(7, f"calls: {name} sent", len(counted.calls), calls, kind=Kind.EXACTLY, unit="calls", note=note),
        Result(7, f"commits: {name} sent", counted.commits, 2, kind=Kind.EXACTLY, unit="commits"),
    ]
