"""Who may do what: the rules of the house that imports alone do not show, and for each a planted offence."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from . import arrows
from .reading import ROOT, Source, read_sources

SOURCES = read_sources()
RULES = [
    arrows.asks_over_http,
    arrows.knows_the_request,
    arrows.names_an_emulator,
    arrows.reads_the_environment,
    arrows.writes_at_a_provider,
    arrows.knows_another_area,
    arrows.imports_inside_a_function,
]
OFFENCES = [
    (arrows.asks_over_http, "webapp.web.orders.views", "import requests"),
    (arrows.asks_over_http, "webapp.payments.refunds", "def f():\n    from requests.adapters import HTTPAdapter"),
    (arrows.asks_over_http, "webapp.providers.planted.client", "import urllib3"),
    *(
        (arrows.knows_the_request, f"{package}.planted", "from flask import current_app, request")
        for package in arrows.WITHOUT_A_REQUEST
    ),
    (arrows.knows_the_request, "webapp.providers.http.transport", "from flask_login import current_user"),
    (arrows.knows_the_request, "webapp.money", "from flask import session as kept"),
    (arrows.names_an_emulator, "webapp.ops.processes", "run('webapp.emulators.planted')"),
    (arrows.reads_the_environment, "webapp.core.database", "import os\nos.environ['DATABASE_URL']"),
    (arrows.reads_the_environment, "webapp.core.database", "from os import getenv"),
    *(
        (arrows.writes_at_a_provider, "webapp.web.orders.views", f"client.{method}(order_id='1')")
        for method in sorted(arrows.WRITING_METHODS)
    ),
    (arrows.knows_another_area, "webapp.web.orders.views", "from webapp.web.refunds.forms import RefundForm"),
    (arrows.knows_another_area, "webapp.web.orders.views", "from .. import refunds"),
    (arrows.imports_inside_a_function, "webapp.core.database", "def f():\n    from webapp.access import staff"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.requirement("R56")
def test_no_module_goes_against_the_arrow(rule: Callable[[Source], set[str]]) -> None:
    offenders = {source.name: sorted(found) for source in SOURCES if (found := rule(source))}
    assert not offenders, rule.__doc__


@pytest.mark.parametrize(("rule", "name", "text"), OFFENCES, ids=range(len(OFFENCES)))
def test_a_planted_offence_is_seen(rule: Callable[[Source], set[str]], name: str, text: str) -> None:
    assert rule(Source(name, text))


def test_every_rule_has_a_planted_offence() -> None:
    assert {rule for rule, _, _ in OFFENCES} == set(RULES)


def test_every_provider_has_a_client_that_marks_what_changes_something() -> None:
    assert len(arrows.clients()) == len(arrows.PROVIDERS) > 0
    for client in arrows.clients():
        assert arrows.writing_methods(client), client


def test_every_emulator_stands_for_a_provider() -> None:
    assert arrows.folders("webapp.emulators") - {"kit"} <= arrows.PROVIDERS


@pytest.mark.parametrize(
    ("contract", "siblings"),
    [("providers", arrows.PROVIDERS), ("kit", arrows.folders("webapp.emulators") - {"kit"})],
    ids=["providers", "emulators"],
)
def test_a_contract_holds_all_siblings_apart(contract: str, siblings: set[str]) -> None:
    """On one line of a layers contract, siblings are independent of each other."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (layers,) = [one["layers"] for one in tool["contracts"] if one["id"] == contract]
    assert siblings in [{name.strip() for name in layer.split("|")} for layer in layers]


PLANTED = {
    "webapp/money.py": "from webapp.web import shell\n",
    "webapp/core/refund_limits_setting.py": "def f():\n    from webapp.access import staff\n",
    "webapp/emulators/postpay/store.py": "from webapp.calendar import Preset\n",
    "webapp/emulators/paypro/store.py": "from webapp.emulators.postpay import lookups\n",
    "webapp/emulators/kit/clock.py": "from webapp.emulators.postpay import world\n",
    "webapp/providers/http/errors.py": "from webapp.providers.postpay import models\n",
    "webapp/providers/paypro/errors.py": "from webapp.providers.postpay import filters\n",
    "webapp/ops/worker.py": "import webapp.emulators.postpay.world\n",
    "webapp/jobs/registry.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .runner import work_on\n",
    "webapp/planted/__init__.py": "",
    "webapp/providers/planted/__init__.py": "",
    "webapp/emulators/planted/__init__.py": "",
}
"""An offence each: upwards, inside of a function, out of an emulator, between two, out of the kit, between providers,
into an emulator, round in a circle that only types make, a floor, a provider and an emulator that no contract knows."""


def test_import_linter_sees_each_planted_offence(tmp_path: Path) -> None:
    """All on one copy of the sources; its report names every one of them."""
    shutil.copytree(ROOT / "webapp", tmp_path / "webapp", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for module, text in PLANTED.items():
        planted = tmp_path / module
        planted.parent.mkdir(exist_ok=True)
        with planted.open("a", encoding="utf-8") as file:
            file.write(f"\n{text}")
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    report = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert "0 kept, 6 broken" in report
    for seen in (
        "webapp.money -> webapp.web.shell",
        "webapp.core.refund_limits_setting -> webapp.access.staff",
        "webapp.emulators.postpay.store -> webapp.calendar",
        "webapp.emulators.paypro.store -> webapp.emulators.postpay.lookups",
        "webapp.emulators.kit.clock -> webapp.emulators.postpay.world",
        "webapp.providers.http.errors -> webapp.providers.postpay.models",
        "webapp.providers.paypro.errors -> webapp.providers.postpay.filters",
        "webapp.ops.worker -> webapp.emulators.postpay.world",
        "cycles are allowed in webapp.jobs",
        "- webapp.planted",
        "- webapp.providers.planted",
        "- webapp.emulators.planted",
    ):
        assert seen in report
