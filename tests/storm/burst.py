"""Many deliveries at once, the provider away: nothing lost, nothing taken twice, and the desk still answers.

`python -m tests.storm.burst` sends 10,000 in a minute to two real processes and prints what came of it; with `--kill`
one of them is killed every two seconds.
"""

from __future__ import annotations

import argparse
import http.client
import random
import re
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests
from sqlalchemy import func, select

from tests.webhooks.receiving import Receiving, order_body
from webapp import create_app
from webapp.core.environment import load_settings
from webapp.core.extensions import db
from webapp.models.delivery import Delivery
from webapp.providers.postpay.signature import HEADER, sign

from .desk import COOKIE, PASSWORD, Desk, Killer

ADMIN = "burst@example.test"


@dataclass
class Report:
    """What was answered to deliveries, and how long others had to wait meanwhile (seconds)."""

    answers: Counter[int] = field(default_factory=Counter)
    health: list[float] = field(default_factory=list)
    sign_in: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    broken: int = 0
    seconds: float = 0.0
    late: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        slowest = {name: f"{_high(getattr(self, name)):.3f} s" for name in ("late", "health", "sign_in", "page")}
        return f"{dict(self.answers)}, {self.broken} broken off, in {self.seconds:.1f} s; 99 % within: {slowest}"


def _high(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)] if times else 0.0


@contextmanager
def receiving_desk(folder: Path, *, worker: bool = False) -> Iterator[tuple[Desk, Receiving]]:
    """A real desk with a receiver, whose provider does not answer."""
    desk = Desk(folder, f"sqlite:///{folder / 'desk.sqlite3'}")
    desk.environment["LOG_LEVEL"] = "warning"
    with desk:
        desk.hire("admin", ADMIN)
        app = create_app(load_settings(desk.environment))
        receiving = Receiving(app)
        desk._stop("sandbox")
        if worker:
            desk.start_worker()
        yield desk, receiving
        with app.app_context():
            db.engine.dispose()


def burst(
    desk: Desk, receiving: Receiving, count: int, seconds: float, senders: int = 8, *, watched: bool = True
) -> Report:
    """Sends so many in so many seconds, a tenth of them twice, while somebody signs in and looks at pages."""
    report, over = Report(), threading.Event()
    others = [threading.Thread(target=_live, args=(desk, report, over)) for _ in range(2 * watched)]
    begun = time.monotonic()
    sending = [
        threading.Thread(target=_send, args=(desk, receiving, report, range(n, count, senders), begun, seconds / count))
        for n in range(senders)
    ]
    for thread in [*others, *sending]:
        thread.start()
    for thread in sending:
        thread.join()
    report.seconds = time.monotonic() - begun
    over.set()
    for thread in others:
        thread.join()
    return report


def _send(desk: Desk, receiving: Receiving, report: Report, numbers: range, begun: float, pause: float) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=30)
    for number in numbers:
        time.sleep(max(0.0, begun + number * pause - time.monotonic()))
        body = order_body(f"order-{number}")
        signature = sign(body, receiving.secret, at=int(time.time()))
        for _ in range(2 if number % 10 == 0 else 1):
            started = time.monotonic()
            try:
                connection.request(
                    "POST", receiving.path, body, {"Content-Type": "application/json", HEADER: signature}
                )
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                report.broken += 1
                connection.close()
                continue
            report.answers[answer.status] += 1
            report.late.append(time.monotonic() - started)
            if answer.status == 200:
                report.taken.add(f"order-{number}")
    connection.close()


def _live(desk: Desk, report: Report, over: threading.Event) -> None:
    """Signs in and looks at the log, again and again."""
    while not over.is_set():
        someone = Person(desk)
        report.health.append(someone.ask("GET", "/healthz"))
        someone.ask("GET", "/sign-in")
        report.sign_in.append(someone.ask("POST", "/sign-in", {"email": ADMIN, "password": PASSWORD}))
        report.page.append(someone.ask("GET", "/demo/deliveries"))
        over.wait(0.2)


class Person:
    """A browser that keeps secure cookies, though this machine has no https."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.token = desk, ""
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> float:
        """Seconds that the answer took, which must be a good one."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookie, "Referer": self.desk.address + "/sign-in"}
        data = {**fields, "csrf_token": self.token} if fields else None
        started = time.monotonic()
        answer = requests.request(
            method, self.desk.address + path, data=data, headers=headers, timeout=30, allow_redirects=False
        )
        took = time.monotonic() - started
        assert answer.status_code == (303 if fields else 200), f"{path}: {answer.status_code} {answer.text[:100]}"
        self.cookies |= dict(COOKIE.findall(answer.headers.get("Set-Cookie", "")))
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
        self.token = found[1] if found else self.token
        return took


def kept(receiving: Receiving) -> tuple[int, int, int]:
    """How many are written down, of how many orders, and how many repetitions were counted."""
    with receiving.app.app_context():
        counted = select(func.count(), func.count(Delivery.order_id.distinct()), func.sum(Delivery.repeats))
        rows, orders, repeats = db.session.execute(counted.where(Delivery.order_id.startswith("order-"))).one()
    return rows, orders, int(repeats or 0)


def lost(receiving: Receiving, report: Report) -> set[str]:
    """Orders of which a delivery was answered, and is not there."""
    with receiving.app.app_context():
        return report.taken - set(db.session.scalars(select(Delivery.order_id)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--kill", action="store_true", help="kill a web process every two seconds")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, receiving_desk(Path(folder), worker=True) as (desk, receiving):
        killer = Killer(desk, random.Random(7))
        if options.kill:
            killer.start()
        report = burst(desk, receiving, options.count, options.seconds, watched=not options.kill)
        if options.kill:
            killer.stop()
        rows, orders, repeats = kept(receiving)
        missing = lost(receiving, report)
    print(report)
    print(f"{rows:,} written down of {orders:,} orders, {repeats:,} repetitions counted, {len(missing)} lost")
    assert not missing, "something was answered and lost"
    assert rows == orders, "something was taken twice"
    assert options.kill or rows == options.count, "something was not taken"


if __name__ == "__main__":
    main()
