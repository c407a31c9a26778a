"""`flask --app webapp demo-fault`: an unknown outcome, a refusal, a slow or an absent provider, to try and to undo."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Callable, Iterator

import pytest
from click.testing import Result
from flask import Flask
from pydantic import HttpUrl

from tests.browser import Browser
from tests.conftest import PEOPLE
from tests.payments.conftest import refund
from tests.people import let_in
from tests.provider import Provider, provider_of
from webapp import create_app
from webapp.core.settings import ROOT, Settings
from webapp.emulators.postpay.server import Sandbox
from webapp.ops.cli.demo import FAULTS

Ask = Callable[..., Result]


def desk(settings: Settings, **changes: object) -> Flask:
    """A desk as `make run` starts it: nobody named a provider."""
    account = settings.accounts[0].model_copy(update={"emulated": True, **changes})
    return create_app(settings.model_copy(update={"accounts": (account,)}))


@pytest.fixture
def app(settings: Settings) -> Flask:
    return desk(settings)


@pytest.fixture
def ask(app: Flask) -> Ask:
    return lambda *words: app.test_cli_runner().invoke(args=["demo-fault", *words])


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    provider = provider_of(sandbox)
    provider.order()
    return provider


def shown(browser: Browser) -> str:
    return browser.words.replace("\u00a0", " ")


def test_a_lost_answer_is_not_known_until_the_worker_has_looked(
    ask: Ask, app: Flask, alice: Browser, provider: Provider
) -> None:
    assert ask("lose-answer").exit_code == 0
    refund(alice, "10")
    assert "Not known yet whether AED 10.00 was refunded" in shown(alice)
    page = alice.address
    made = provider.refunds("order-01")
    assert [row["amount"] for row in made] == [1000], "the provider has done it; only the desk does not know"
    settled = app.test_cli_runner().invoke(args=["reconcile", "--wait", "60"])
    assert (settled.exit_code, "0 open" in settled.output) == (0, True)
    alice.open(page)
    assert "Refunded AED 10.00" in shown(alice)
    assert provider.refunds("order-01") == made
    assert len(provider.seen("POST", "/orders/order-01/refunds")) == 1, "it was found, not sent again"
    refund(alice, "20")
    assert "Refunded AED 20.00" in shown(alice), "only one answer is lost"


def test_a_capture_is_refused_once(ask: Ask, alice: Browser, provider: Provider) -> None:
    provider.order("order-02", status="approved")
    assert ask("refuse-capture").exit_code == 0
    for words in ("the payment was declined", "Captured AED"):
        alice.open("/demo/orders/order-02/capture")
        alice.submit("Capture AED")
        assert words in shown(alice)


def test_a_provider_that_is_down_is_back_after_healing(ask: Ask, alice: Browser, provider: Provider) -> None:
    assert ask("down").exit_code == 0
    alice.open("/demo/orders")
    assert alice.status == 503
    assert ask("heal").exit_code == 0
    alice.open("/demo/orders")
    assert (alice.status, "order-01" in alice.words) == (200, True)


def faults(provider: Provider) -> list[tuple[str, str | None, float]]:
    return [(row["kind"], row["path"], row["seconds"]) for row in provider._ask("GET", "/faults")["faults"]]


def test_a_slow_provider_answers_late_and_a_fault_takes_the_place_of_the_one_before(
    ask: Ask, provider: Provider
) -> None:
    assert ask("down").exit_code == 0
    assert ask("slow").exit_code == 0
    [(kind, path, seconds)] = faults(provider)
    assert (kind, path) == ("latency", None)
    assert 1 < seconds < 10, "felt, and within the deadline"
    assert ask("heal").exit_code == 0
    assert faults(provider) == []


@pytest.mark.parametrize("changes", [{"emulated": False}, {"emulated": False, "environment": "sandbox"}])
def test_without_an_emulator_of_its_own_nothing_is_sent(
    settings: Settings, provider: Provider, changes: dict[str, object]
) -> None:
    provider.forget()
    done = desk(settings, **changes).test_cli_runner().invoke(args=["demo-fault", "down"])
    assert done.exit_code == 1
    assert "no account" in done.output
    assert provider.seen("POST") == provider.seen("DELETE") == []
    assert faults(provider) == []


def test_an_emulator_that_does_not_run_is_told(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.stop()
    done = ask("heal")
    assert (done.exit_code, "make run" in done.output, "Traceback" in done.output) == (1, True, False)


@pytest.fixture
def somebody_else() -> Iterator[str]:
    """Another program on the emulator's port."""
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_another_program_on_the_port_is_told(settings: Settings, somebody_else: str) -> None:
    done = desk(settings, base_url=HttpUrl(somebody_else)).test_cli_runner().invoke(args=["demo-fault", "heal"])
    assert (done.exit_code, "501" in done.output) == (1, True)


def test_help_and_readme_name_each_fault(ask: Ask) -> None:
    assert ask("no-such-fault").exit_code == 2
    words = ask("--help").output
    rows = re.findall(r"^\| `demo-fault ([a-z-]+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(FAULTS)
    assert not [name for name in FAULTS if name not in words]


def test_who_looks_at_the_order_meanwhile_settles_it(ask: Ask, app: Flask, alice: Browser, provider: Provider) -> None:
    assert ask("lose-answer").exit_code == 0
    refund(alice, "10")
    page = alice.address
    vera = let_in(app, PEOPLE["viewer"][0])
    vera.open("/demo/orders/order-01")
    alice.open(page)
    assert "Refunded AED 10.00" in shown(alice)
