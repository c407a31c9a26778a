"""An endpoint that does not say who may use it, or at which provider, cannot be served."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.conftest import PEOPLE
from tests.people import let_in
from webapp import create_app
from webapp.access.permissions import Permission, check_every_endpoint, requires
from webapp.core.accounts import Account
from webapp.core.settings import Settings

OPEN_TO_STRANGERS = {
    "static", "favicon", "choose_theme",
    "auth.sign_in", "auth.open_session", "auth.sign_out", "auth.show_welcome", "auth.choose_first_password",
    "auth.begin_oidc", "auth.end_oidc",
    "auth.show_second_step", "auth.finish_sign_in", "auth.tell_second_step_options", "auth.tell_sign_in_options",
    "auth.sign_in_with_passkey",
    "health.show_health", "health.show_readiness", "health.show_metrics", "health.report_blocked",
    "receiver.receive",
}  # fmt: skip


@pytest.mark.requirement("R38")
def test_an_unmarked_endpoint_stops_the_start(app: Flask) -> None:
    app.view_functions["planted"] = lambda: "open to everybody"
    with pytest.raises(RuntimeError, match="planted"):
        check_every_endpoint(app)


def test_every_endpoint_says_what_it_needs(app: Flask) -> None:
    needs = {name: view.required_permission for name, view in app.view_functions.items()}  # type: ignore[attr-defined]
    public = {name for name, permission in needs.items() if permission is None}
    assert public <= OPEN_TO_STRANGERS
    assert all(isinstance(permission, Permission) for permission in needs.values() if permission is not None)


def test_an_endpoint_of_an_account_without_its_provider_stops_the_start(app: Flask) -> None:
    @requires(Permission.ORDER_READ)
    def planted(account: Account) -> str:
        return account.slug

    app.url_map._remap = True
    app.add_url_rule("/<account:account>/planted", "planted", planted)
    with pytest.raises(RuntimeError, match="planted"):
        check_every_endpoint(app)


def test_the_pages_of_one_provider_do_not_exist_for_an_account_at_another(settings: Settings) -> None:
    """Whoever asks, and before their rights are looked at; a stranger is asked to sign in like everywhere."""
    elsewhere = settings.accounts[0].model_copy(update={"slug": "elsewhere", "gateway": "planted"})
    app = create_app(settings.model_copy(update={"accounts": (*settings.accounts, elsewhere)}))
    admin, stranger = let_in(app, PEOPLE["admin"][0]).client, app.test_client()
    asked = 0
    for rule in app.url_map.iter_rules():
        if "account" not in rule.arguments or app.view_functions[rule.endpoint].gateways is None:  # type: ignore[attr-defined]
            continue
        given = dict.fromkeys(rule.arguments - {"account"}, 1)
        with app.test_request_context():
            address = app.url_map.bind("localhost").build(rule.endpoint, {"account": elsewhere, **given})
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        asked += 1
        assert admin.open(address, method=method).status_code == 404, rule
        is_open = rule.endpoint in OPEN_TO_STRANGERS
        assert stranger.open(address, method=method).status_code == (
            404 if is_open else 302 if method == "GET" else 303
        )
    assert asked > 60
