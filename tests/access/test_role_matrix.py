"""Every endpoint, by every method, for every role and account, against the table of the security chapter."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.browser import Browser
from tests.conftest import make_settings
from webapp.access.permissions import ROLE_PERMISSIONS, Permission, Role, check_every_endpoint
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox

from .addresses import address, requests
from .records import Records

ROLES = ("viewer", "agent", "finance", "auditor", "admin")
EVERYBODY = frozenset(ROLES)
MONEY = frozenset({"agent", "finance"})
FINANCE = frozenset({"finance"})
AUDITOR = frozenset({"auditor"})
TAKERS = frozenset({"finance", "auditor"})
CONNECTION = frozenset({"finance", "auditor", "admin"})
ADMIN = frozenset({"admin"})
PUBLIC = EVERYBODY | {"stranger"}

# A new endpoint belongs into this table; until it is here the test fails.
MAY: dict[str, frozenset[str]] = {
    "auth.sign_in": PUBLIC,
    "auth.open_session": PUBLIC,
    "auth.begin_oidc": PUBLIC,
    "auth.end_oidc": PUBLIC,
    "auth.sign_out": EVERYBODY,
    "auth.show_you": EVERYBODY,
    "auth.change_name": EVERYBODY,
    "auth.list_sessions": EVERYBODY,
    "auth.end_session": EVERYBODY,
    "auth.end_other_sessions": EVERYBODY,
    "auth.show_password": EVERYBODY,
    "auth.save_password": EVERYBODY,
    "auth.show_unsent_form": EVERYBODY,
    "auth.tell_time_left": EVERYBODY,
    "auth.show_second_step": PUBLIC,
    "auth.finish_sign_in": PUBLIC,
    "auth.tell_second_step_options": PUBLIC,
    "auth.tell_sign_in_options": PUBLIC,
    "auth.sign_in_with_passkey": PUBLIC,
    "auth.show_factors": EVERYBODY,
    "auth.ask_app": EVERYBODY,
    "auth.set_up_app": EVERYBODY,
    "auth.ask_remove_app": EVERYBODY,
    "auth.remove_app": EVERYBODY,
    "auth.tell_new_options": EVERYBODY,
    "auth.keep_passkey": EVERYBODY,
    "auth.ask_remove_passkey": EVERYBODY,
    "auth.remove_passkey": EVERYBODY,
    "auth.make_recovery_codes": EVERYBODY,
    "auth.tell_confirm_options": EVERYBODY,
    "auth.ask_confirm": EVERYBODY,
    "auth.confirm_person": EVERYBODY,
    "audit.list_entries": EVERYBODY,
    "audit.show_entry": EVERYBODY,
    "captures.confirm_capture": MONEY,
    "captures.capture_order": MONEY,
    "captures.show_capture": EVERYBODY,
    "captures.open_next_capture": MONEY,
    "checks.list_to_look_at": FINANCE | AUDITOR,
    "checks.show_work_list": FINANCE | AUDITOR,
    "checks.check_now": FINANCE | AUDITOR,
    "checks.cancel_check": FINANCE | AUDITOR,
    "checks.show_fees": FINANCE | AUDITOR,
    "hooks.list_hooks": CONNECTION,
    "hooks.show_hook": CONNECTION,
    "hooks.show_change": CONNECTION,
    "hooks.show_rotation": CONNECTION,
    "hooks.ask_new": ADMIN,
    "hooks.create_hook": ADMIN,
    "hooks.ask_edit": ADMIN,
    "hooks.edit_hook": ADMIN,
    "hooks.ask_pause": ADMIN,
    "hooks.pause_hook": ADMIN,
    "hooks.ask_activate": ADMIN,
    "hooks.activate_hook": ADMIN,
    "hooks.ask_delete": ADMIN,
    "hooks.delete_hook": ADMIN,
    "hooks.ask_secret": ADMIN,
    "hooks.change_secret": ADMIN,
    "hooks.check_change": ADMIN,
    "hooks.send_again": ADMIN,
    "hooks.ask_close": ADMIN,
    "hooks.close_change": ADMIN,
    "hooks.show_secret": ADMIN,
    "hooks.ask_rotation": ADMIN,
    "hooks.start_rotation": ADMIN,
    "hooks.take_step": ADMIN,
    "hooks.undo_rotation": ADMIN,
    "hooks.send_test": ADMIN,
    "hooks.show_next_secret": ADMIN,
    "approvals.list_approvals": MONEY,
    "approvals.show_approval": MONEY,
    "approvals.approve": FINANCE,
    "approvals.reject": FINANCE,
    "approvals.return_request": FINANCE,
    "approvals.withdraw": MONEY,
    "people.change_limits": ADMIN,
    "in_progress.list_unsettled": EVERYBODY,
    "in_progress.check_intent": MONEY,
    "in_progress.ask_close": FINANCE,
    "in_progress.close_intent": FINANCE,
    "in_progress.send_again": FINANCE,
    "in_progress.resolve": FINANCE,
    "orders.home": EVERYBODY,
    "orders.list_orders": EVERYBODY,
    "orders.show_order": EVERYBODY,
    "orders.peek_order": EVERYBODY,
    "orders.open_next": EVERYBODY,
    "orders.open_previous": EVERYBODY,
    "live.look_for_news": EVERYBODY,
    "search.find_orders": EVERYBODY,
    "search.show_results": EVERYBODY,
    "connection.show_connection": CONNECTION,
    "orders.list_awaiting_capture": EVERYBODY,
    "orders.open_personal_data": MONEY,
    "payouts.list_payouts": TAKERS,
    "payouts.read_payouts": TAKERS,
    "payouts.cancel_reading": TAKERS,
    "payouts.decide_refund_sign": FINANCE,
    "payouts.mark_changes_seen": FINANCE,
    "payouts.show_reading": TAKERS,
    "payouts.show_payout": TAKERS,
    "payouts.show_payout_after_form": TAKERS,
    "payouts.enter_bank_amount": FINANCE,
    "payouts.show_read_amount": FINANCE,
    "payouts.explain_difference": FINANCE,
    "payouts.settle_exception": FINANCE,
    "refunds.ask_refund": MONEY,
    "refunds.review_refund": MONEY,
    "refunds.send_refund": MONEY,
    "refunds.show_review": MONEY,
    "refunds.show_chosen": MONEY,
    "refunds.show_refund": EVERYBODY,
    "refunds.list_refunds": EVERYBODY,
    "refunds.tell_others": MONEY,
    "exports.list_exports": TAKERS,
    "exports.start": TAKERS,
    "exports.show_export": TAKERS,
    "exports.cancel": TAKERS,
    "exports.download": TAKERS,
    "exports.download_manifest": TAKERS,
    "settlements.list_transactions": FINANCE | AUDITOR,
    "settlements.peek_transaction": FINANCE | AUDITOR,
    "settlements.show_transaction": FINANCE | AUDITOR,
    "deliveries.list_deliveries": CONNECTION,
    "deliveries.show_delivery": CONNECTION,
    "deliveries.open_delivery": MONEY,
    "deliveries.read_again": CONNECTION,
    "deliveries.try_now": ADMIN,
    "deliveries.list_targets": CONNECTION,
    "deliveries.show_target": CONNECTION,
    "deliveries.ask_target": ADMIN,
    "deliveries.add_target": ADMIN,
    "deliveries.ask_change_target": ADMIN,
    "deliveries.change_target": ADMIN,
    "deliveries.pause_target": ADMIN,
    "deliveries.resume_target": ADMIN,
    "deliveries.ask_delete_target": ADMIN,
    "deliveries.delete_target": ADMIN,
    "deliveries.choose_replay": ADMIN,
    "deliveries.start_replay": ADMIN,
    "deliveries.show_replay": CONNECTION,
    "deliveries.cancel_replay": ADMIN,
    "deliveries.show_receiving": CONNECTION,
    "deliveries.start_receiving": ADMIN,
    "deliveries.register_receiver": ADMIN,
    "deliveries.show_receiver_secret": ADMIN,
    "deliveries.replace_secret": ADMIN,
    "deliveries.accept_secret": ADMIN,
    "deliveries.forget_secret": ADMIN,
    "alerts.show_alerts": ADMIN,
    "alerts.send_test": ADMIN,
    "deliveries.judge_refused_again": ADMIN,
    "deliveries.ask_stop": ADMIN,
    "deliveries.stop_receiving": ADMIN,
    "deliveries.show_bench": CONNECTION,
    "deliveries.try_signature": CONNECTION,
    "receiver.receive": PUBLIC,
    "people.list_people": ADMIN,
    "people.show_person": ADMIN,
    "people.ask_invite": ADMIN,
    "people.invite_person": ADMIN,
    "people.change_roles": ADMIN,
    "people.disable_person": ADMIN,
    "people.enable_person": ADMIN,
    "people.unlock_person": ADMIN,
    "people.end_sessions": ADMIN,
    "people.make_link": ADMIN,
    "people.reset_second_factor": ADMIN,
    "people.dismiss_news": ADMIN,
    "auth.show_welcome": PUBLIC,
    "auth.choose_first_password": PUBLIC,
    "choose_theme": PUBLIC,
    "favicon": PUBLIC,
    "static": PUBLIC,
    "health.show_health": PUBLIC,
    "health.show_readiness": PUBLIC,
    "health.show_metrics": PUBLIC,
    "health.report_blocked": PUBLIC,
}


@pytest.fixture
def settings(sandbox: Sandbox, migrated_database: Path, tmp_path: Path) -> Settings:
    shutil.copy(migrated_database, tmp_path / "desk.sqlite3")
    return make_settings(sandbox.base_url, f"sqlite:///{tmp_path / 'desk.sqlite3'}", tmp_path)


def test_the_table_names_every_endpoint(app: Flask) -> None:
    assert sorted(MAY) == sorted(app.view_functions)


def test_the_app_does_not_start_with_an_endpoint_that_says_nothing(app: Flask) -> None:
    app.add_url_rule("/open-door", "open_door", lambda: "")
    with pytest.raises(RuntimeError, match="open_door"):
        check_every_endpoint(app)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.requirement("R38")
def test_each_role_may_what_the_table_says_and_nothing_else(
    role: str, app: Flask, sign_in: Callable[[str], Browser], records: Records
) -> None:
    assert_as_the_table_says(role, MAY, app, sign_in(role), records)


def assert_as_the_table_says(
    role: str, may: Mapping[str, frozenset[str]], app: Flask, browser: Browser, records: Records
) -> None:
    for rule, method in requests(app):
        if rule.endpoint == "auth.sign_out":
            continue
        records.news()
        response = browser.client.open(address(rule), method=method)
        told = f"{role}: {method} {rule.endpoint} gave {response.status_code}"
        if role not in may[rule.endpoint]:
            assert response.status_code == 403, told
            assert [news.split()[:2] for news in records.news()] == [["access.denied", "denied"]], told
        elif is_admitted_only_with_a_token(rule, method):
            assert response.status_code == 400, told
            assert records.news() == ["csrf.failed denied form token"], told
        else:
            assert response.status_code not in (401, 403), told
            assert not response.headers.get("Location", "").startswith("/sign-in"), told


def test_strangers_are_asked_to_sign_in(app: Flask, stranger: Browser) -> None:
    for rule, method in requests(app):
        if "stranger" in MAY[rule.endpoint]:
            continue
        told = f"{method} {rule.endpoint}"
        response = stranger.client.open(address(rule), method=method)
        assert response.status_code in (302, 303), told
        assert response.headers["Location"].startswith("/sign-in"), told
        response = stranger.client.open(address(rule), method=method, headers={"HX-Request": "true"})
        assert response.status_code == 401, told
        assert response.headers["HX-Redirect"].startswith("/sign-in"), told
        assert not response.data, told


def test_admins_and_auditors_move_no_money() -> None:
    moving = {Permission.CAPTURE, Permission.REFUND_CREATE, Permission.REFUND_CHECK, Permission.REFUND_RESOLVE}
    for role in (Role.ADMIN, Role.AUDITOR, Role.VIEWER):
        assert not ROLE_PERMISSIONS[role] & moving


def is_admitted_only_with_a_token(rule: Rule, method: str) -> bool:
    return method == "POST" and rule.endpoint not in ("health.report_blocked", "receiver.receive")
