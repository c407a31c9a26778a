"""Runs an attack against the real server, and watches meanwhile: is it alive, does a page come, does memory grow."""

from __future__ import annotations

import json
import multiprocessing
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests

from tests.bench.goals import percentile
from tests.bench.load import Page, drive
from tests.bench.places import AGENTS, PASSWORD, _sign_in, sign_in_all
from tests.bench.servers import Server, Servers
from tests.people import hire
from webapp import create_app
from webapp.core.environment import load_settings
from webapp.core.extensions import db

from . import Act, Attack, Target

ATTACKER = "attacker@bench.test"
PAGE = "/demo/orders"
PAUSE = 0.1
QUIET = 3.0
WARM_UP, AT_ONCE = 600, 32
"""Pages, by so many at once, after which caches and the memory of threads are full."""
PATIENCE = 60.0
LONGEST_HEALTH, LONGEST_PAGE, MOST_GROWN = 0.3, 1.0, 50.0


@dataclass
class Watched:
    """One address, asked again and again: how long each answer took, and which it was."""

    path: str
    headers: dict[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    def ask(self, address: str) -> None:
        began = time.monotonic()
        try:
            status = str(requests.get(address + self.path, headers=self.headers, timeout=PATIENCE).status_code)
        except requests.RequestException as error:
            status = type(error).__name__
        self.seconds.append(time.monotonic() - began)
        self.answers[status] += 1

    def within(self, share: float) -> float:
        return percentile(self.seconds, share)

    def __str__(self) -> str:
        told = ", ".join(f"p{round(share * 100)} {self.within(share) * 1000:,.0f} ms" for share in (0.5, 0.95, 0.99))
        return f"{self.path}: {told}, longest {max(self.seconds) * 1000:,.0f} ms; {dict(self.answers)}"


@dataclass
class Report:
    """What an attack was answered, and what others noticed of it."""

    name: str
    answers: Counter[str]
    health: Watched
    page: Watched
    quiet: tuple[Watched, Watched]
    grown: float
    load: float
    crashes: list[str]

    @property
    def missed(self) -> list[str]:
        """The goals that were not reached."""
        held = {
            f"/healthz p99 under {LONGEST_HEALTH} s": self.health.within(0.99) < LONGEST_HEALTH,
            f"a list p95 under {LONGEST_PAGE} s": self.page.within(0.95) < LONGEST_PAGE,
            "every page answered": set(self.health.answers) | set(self.page.answers) == {"200"},
            f"memory grows less than {MOST_GROWN} MB": self.grown < MOST_GROWN,
            "no answer of 500": not self.crashes and "500" not in self.answers,
        }
        return [words for words, is_held in held.items() if not is_held]

    def __str__(self) -> str:
        lines = [f"attack: {dict(self.answers)}", str(self.health), str(self.page)]
        lines += [f"before it, {one}" for one in self.quiet]
        lines += [f"memory: {self.grown:+.0f} MB", f"the machine's load before it: {self.load:.1f}"]
        lines += [f"crash: {one}" for one in self.crashes[:5]]
        lines.append("missed: " + "; ".join(self.missed) if self.missed else "every goal reached")
        return "\n  ".join([self.name, *lines])


@dataclass(frozen=True, slots=True)
class Scene:
    """A desk with its provider, and the cookies of who watches and of who attacks."""

    desk: Server
    provider: Server
    log: Path
    people: tuple[str, ...]
    attacker: str

    @property
    def watcher(self) -> str:
        return self.people[0]

    def warm_up(self) -> None:
        drive(Page(self.desk.port, PAGE, people=self.people), WARM_UP, AT_ONCE)

    def crashes(self) -> list[str]:
        """Lines of the log about an answer of 500, or about an exception that nobody expected."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [line for line in map(_crash, lines) if line]

    def watch(self, meanwhile: Callable[[], None]) -> tuple[Watched, Watched]:
        return _watch_for(self.desk, self.watcher, meanwhile)


def run(scene: Scene, attack: Attack, connections: int, seconds: float, quiet_seconds: float = QUIET) -> Report:
    """One attack, and before it a while without one."""
    if attack.arrange is not None:
        attack.arrange(scene.provider)
    load, crashes = psutil.getloadavg()[0], len(scene.crashes())
    quiet, before = scene.watch(lambda: time.sleep(quiet_seconds)), _megabytes(scene.desk)
    answers: Counter[str] = Counter()
    health, page = scene.watch(lambda: answers.update(_strike(attack.act, scene, connections, seconds)))
    grown = _megabytes(scene.desk) - before
    return Report(attack.name, answers, health, page, quiet, grown, load, scene.crashes()[crashes:])


@contextmanager
def desk_for(*attacks: Attack) -> Iterator[Scene]:
    """A desk of two processes, with the settings of the attacks that it has to suffer."""
    settings = {name: value for attack in attacks for name, value in attack.settings.items()}
    with tempfile.TemporaryDirectory() as name, Servers(folder := Path(name)) as servers:
        provider = servers.provider("provider", 500)
        servers.accounts({"demo": provider})
        app = create_app(load_settings(servers.environment))
        with app.app_context():
            hire(app, {**AGENTS, "finance": (ATTACKER, "Finance Bench")}, PASSWORD)
            db.engine.dispose()
        servers.wait(provider, "/_sandbox")
        desk = servers.desk(WEB_WORKERS="2", **settings)
        servers.wait(desk, "/readyz")
        cookies = sign_in_all(desk.address), _sign_in(desk.address, ATTACKER)
        yield Scene(desk, provider, folder / "desk.log", *cookies)


def _watch_for(desk: Server, cookie: str, meanwhile: Callable[[], None]) -> tuple[Watched, Watched]:
    """What somebody sees who asks for the health and for a list page all the time."""
    over = threading.Event()
    both = Watched("/healthz"), Watched(PAGE, {"Cookie": cookie})

    def watch(one: Watched) -> None:
        one.ask(desk.address)
        while not over.wait(PAUSE):
            one.ask(desk.address)

    with ThreadPoolExecutor(len(both)) as pool:
        watching = [pool.submit(watch, one) for one in both]
        try:
            meanwhile()
        finally:
            over.set()
        for one in watching:
            one.result()
    return both


def _strike(act: Act, scene: Scene, connections: int, seconds: float) -> Counter[str]:
    """The attack, in a process of its own: what it computes must not slow down whoever watches."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_from_all_connections, (act, scene.desk.port, scene.attacker, connections, seconds))


def _from_all_connections(act: Act, port: int, cookie: str, connections: int, seconds: float) -> Counter[str]:
    until = time.monotonic() + seconds
    targets = [Target(number, port, until, cookie) for number in range(connections)]
    with ThreadPoolExecutor(connections) as pool:
        return sum(pool.map(act, targets), Counter())


def _megabytes(desk: Server) -> float:
    """Of all processes of the desk together."""
    processes = psutil.Process(desk.process.pid).children()
    return sum(process.memory_info().rss for process in processes) / 2**20


def _crash(line: str) -> str:
    try:
        told = json.loads(line)
    except ValueError:
        return ""
    if "exception" in told:
        return str(told["exception"]).strip().splitlines()[-1]
    return line if told.get("status") == 500 else ""
