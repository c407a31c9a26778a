"""The whole scene of a run: providers, desk, limit, floor and Django, and the pages to ask them for."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import requests
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from tests.people import hire
from webapp import create_app
from webapp.core.environment import load_settings
from webapp.core.extensions import db
from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET, ROOT
from webapp.models.user import User

from . import plain_pages
from .load import Page
from .servers import Control, Server, Servers

PASSWORD = "correct horse battery staple"
EMAIL = "agent@bench.test"
AGENTS = {f"{n} agent": (EMAIL if n == 0 else f"agent-{n}@bench.test", "Agent Bench") for n in range(16)}
"""As many as it takes to have all threads of a desk at once."""
ORDER = "bench-order"
DJANGO_ROWS = 1_000_000
VENV = ROOT / ".venv-bench"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")


@dataclass
class Scene:
    """All that runs. `django` is None where it could not be had, and `no_django` says why."""

    servers: Servers
    provider: Server
    large: Server
    desk: Server
    limit: Server
    floor: Server
    people: tuple[str, ...]
    floor_cookie: str
    django: Server | None = None
    django_cookie: str = ""
    no_django: str = ""

    @property
    def list(self) -> Page:
        return Page(self.desk.port, "/small/orders", people=self.people)

    @property
    def detail(self) -> Page:
        return self.list.at(f"/small/orders/{ORDER}")

    @property
    def large_list(self) -> Page:
        return self.list.at("/large/orders")

    @property
    def fragment(self) -> Page:
        return self.list.having(HX_Request="true", HX_Target="results")

    @property
    def limit_list(self) -> Page:
        return Page(self.limit.port, "/orders")

    @property
    def floor_list(self) -> Page:
        return Page(self.floor.port, "/orders", (("Cookie", self.floor_cookie),))

    def call(self, path: str) -> Page:
        """One call to the provider, as a page."""
        word = base64.b64encode(f"{EMBEDDED_MERCHANT}:{EMBEDDED_SECRET}".encode()).decode()
        return Page(self.provider.port, path, (("Authorization", f"Basic {word}"), ("Accept", "application/json")))

    def django_page(self, path: str) -> Page:
        if self.django is None:
            raise RuntimeError(self.no_django)
        return Page(self.django.port, f"/admin/django_site/order/{path}", (("Cookie", self.django_cookie),))


def set_up(stack: ExitStack, folder: Path, *, orders: tuple[int, int], install: bool) -> Scene:
    """Starts all of it; the two providers hold `orders` each."""
    servers = stack.enter_context(Servers(folder))
    small, large = (servers.provider(name, count) for name, count in zip(("small", "large"), orders, strict=True))
    servers.accounts({"small": small, "large": large})
    _fill_database(servers)
    for provider in (small, large):
        servers.wait(provider, "/_sandbox")
    _put_order(small)
    desk, limit, floor = servers.desk(), servers.plain("limit", small), servers.plain("floor", small)
    servers.wait(desk, "/readyz")
    people = sign_in_all(desk.address)
    floor_cookie = _floor_cookie(servers, small)
    servers.wait(limit, "/orders")
    servers.wait(floor, "/orders", {"Cookie": floor_cookie})
    scene = Scene(servers, small, large, desk, limit, floor, people, floor_cookie)
    _add_django(scene, folder, install)
    return scene


def _fill_database(servers: Servers) -> None:
    app = create_app(load_settings(servers.environment))
    with app.app_context():
        hire(app, AGENTS, PASSWORD)
        db.engine.dispose()


def _put_order(provider: Server) -> None:
    control = Control(provider)
    items = [{"reference": f"sku-{n}", "name": f"Thing {n}", "unit_price": 20_000, "qty": 1} for n in range(3)]
    control.order(order_id=ORDER, status="captured", total_amount=60_000, items=items)
    for amount in (1200, 300):
        control.refund(ORDER, amount)


def sign_in_all(address: str) -> tuple[str, ...]:
    """The cookies of all agents."""
    return tuple(_sign_in(address, email) for email, _ in AGENTS.values())


def _sign_in(address: str, email: str = EMAIL) -> str:
    """The cookie of the agent, or of another person. Kept by hand: it is for https or a browser's localhost."""
    page = requests.get(f"{address}/sign-in", timeout=10)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    fields = {"csrf_token": token.group(1) if token else "", "email": email, "password": PASSWORD}
    headers = {"Cookie": _cookie(page), "Referer": f"{address}/sign-in"}
    answer = requests.post(f"{address}/sign-in", data=fields, headers=headers, timeout=10, allow_redirects=False)
    if answer.status_code != 303 and answer.status_code != 302:
        raise RuntimeError(f"nobody could sign in: {answer.status_code}")
    return _cookie(answer)


def _cookie(answer: requests.Response) -> str:
    return answer.headers["Set-Cookie"].partition(";")[0]


def _floor_cookie(servers: Servers, provider: Server) -> str:
    with patch.dict("os.environ", {**servers.environment, "BENCH_PROVIDER": provider.address}):
        app = plain_pages.floor()
    with Session(create_engine(servers.environment["DATABASE_URL"])) as session:
        user_id = session.scalars(select(User.id)).first() or 0
    return plain_pages.cookie_of(app, user_id)


def _add_django(scene: Scene, folder: Path, install: bool) -> None:
    python = VENV / "bin" / "python"
    try:
        _install_django(python, install)
    except (OSError, subprocess.CalledProcessError) as error:
        scene.no_django = f"Django is not there: {error}"
        return
    file = folder / "django.sqlite3"
    command = [str(python), str(Path(__file__).with_name("django_site.py")), str(file), str(DJANGO_ROWS)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    scene.django_cookie = done.stdout.strip()
    scene.django = scene.servers.django(python, file)
    scene.servers.wait(scene.django, "/admin/django_site/order/", {"Cookie": scene.django_cookie})


def _install_django(python: Path, install: bool) -> None:
    """Makes the environment beside the desk's own, once for each version of its requirements."""
    stamp = VENV / "requirements.sha256"
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    if not install:
        raise FileNotFoundError("run with --install, as `make bench` does")
    subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--require-hashes", "-r", str(REQUIREMENTS)], check=True, capture_output=True)
    stamp.write_text(digest)
