"""Who may know whom: the arrows of the house, and for each a planted offence that shows the rule sees it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from . import arrows
from .reading import ROOT, Source, read_sources

SOURCES = read_sources()
RULES = [
    arrows.asks_over_http,
    arrows.knows_the_request,
    arrows.sandbox_knows_us,
    arrows.knows_the_sandbox,
    arrows.reads_the_environment,
    arrows.knows_another_gateway,
    arrows.moves_money_outside_of_services,
    arrows.knows_another_blueprint,
]
OFFENCES = [
    (arrows.asks_over_http, "webapp.blueprints.orders.views", "import requests"),
    (arrows.asks_over_http, "webapp.services.refund", "def f():\n    from requests.adapters import HTTPAdapter"),
    (arrows.knows_the_request, "webapp.services.refund", "from flask import current_app, request"),
    (arrows.knows_the_request, "webapp.gateways.transport", "from flask_login import current_user"),
    (arrows.knows_the_request, "webapp.money", "from flask import session as kept"),
    (arrows.sandbox_knows_us, "webapp.gateways.postpay.sandbox.store", "from .. import models"),
    (arrows.sandbox_knows_us, "webapp.gateways.postpay.sandbox.store", "from webapp.money import Money"),
    (arrows.knows_the_sandbox, "webapp.provider", "from .gateways.postpay import sandbox"),
    (arrows.knows_the_sandbox, "webapp.provider", "run('webapp.gateways.postpay.sandbox')"),
    (arrows.knows_the_sandbox, "webapp.cli.serve", "import webapp.gateways.postpay.sandbox.server"),
    (arrows.reads_the_environment, "webapp.database", "import os\nos.environ['DATABASE_URL']"),
    (arrows.reads_the_environment, "webapp.database", "from os import getenv"),
    (arrows.knows_another_gateway, "webapp.gateways.planted.client", "from ..postpay.models import Order"),
    (arrows.moves_money_outside_of_services, "webapp.blueprints.orders.views",
     "from ...provider import provider\nprovider(a).capture_order(order_id='1')"),
    (arrows.knows_another_blueprint, "webapp.blueprints.orders.views", "from ..refunds.forms import RefundForm"),
    (arrows.knows_another_blueprint, "webapp.blueprints.orders.views", "from .. import refunds"),
]  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_module_goes_against_the_arrow(rule: Callable[[Source], set[str]]) -> None:
    offenders = {source.name: sorted(found) for source in SOURCES if (found := rule(source))}
    assert not offenders, rule.__doc__


@pytest.mark.parametrize(("rule", "name", "text"), OFFENCES, ids=range(len(OFFENCES)))
def test_a_planted_offence_is_seen(rule: Callable[[Source], set[str]], name: str, text: str) -> None:
    assert rule(Source(name, text))


def test_every_rule_has_a_planted_offence() -> None:
    assert {rule for rule, _, _ in OFFENCES} == set(RULES)


def test_the_client_marks_the_methods_that_change_something() -> None:
    assert {"capture_order", "create_refund", "create_hook", "edit_hook", "delete_hook"} <= arrows.WRITING_METHODS


def test_every_folder_of_a_provider_is_held_apart() -> None:
    folders = {path.parent.name for path in (ROOT / "webapp" / "gateways").glob("*/__init__.py")}
    assert folders == arrows.GATEWAY_NAMES - {"planted"}
