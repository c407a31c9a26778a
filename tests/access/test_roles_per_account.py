"""A person has one role on this account and another on that: menu, counts, pages, limits, log and jobs obey."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.browser import Browser
from tests.conftest import PEOPLE, make_settings
from tests.people import let_in
from tests.provider import Provider, provider_of
from webapp.access.permissions import Permission
from webapp.access.roles import Roles
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox
from webapp.jobs import work_once

from .accounts import give, with_second_account
from .records import Records

ALICE, OMAR, ADAM = (PEOPLE[person][0] for person in ("agent", "auditor", "admin"))
SignIn = Callable[[str], Browser]


@pytest.fixture
def settings(sandbox: Sandbox, migrated_database: Path, tmp_path: Path) -> Settings:
    shutil.copy(migrated_database, tmp_path / "desk.sqlite3")
    return with_second_account(make_settings(sandbox.base_url, f"sqlite:///{tmp_path / 'desk.sqlite3'}", tmp_path))


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    return lambda person: let_in(app, PEOPLE[person][0])


def command(app: Flask, *words: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=list(words))
    return done.exit_code, done.output


def test_the_single_account_comes_before_the_rest() -> None:
    roles = Roles({"*": "viewer", "live": "none", "shop": "finance"})
    assert (roles.on("shop"), roles.on("live"), roles.on("other")) == ("finance", None, "viewer")
    assert Permission.REFUND_CREATE in roles.permissions_anywhere()
    assert Permission.REFUND_CREATE not in roles.permissions_on("other")
    assert roles.permissions_on("live") == {Permission.AUDIT_READ_OWN, Permission.OWN_SESSIONS}


def test_only_a_role_for_every_account_manages_people() -> None:
    of_one = Roles({"shop": "admin"})
    assert Permission.PEOPLE_MANAGE not in of_one.permissions_on("shop") | of_one.permissions_anywhere()
    everywhere = Roles({"*": "admin", "shop": "viewer"})
    assert Permission.PEOPLE_MANAGE in everywhere.permissions_on("shop") & everywhere.permissions_anywhere()


def test_where_something_is_allowed() -> None:
    reach = Roles({"*": "auditor", "live": "viewer", "shop": "admin"}).reach_of(Permission.AUDIT_READ_ALL)
    assert (reach.accounts, reach.is_all_but) == ({"live"}, True)
    assert "live" not in reach
    assert "shop" in reach
    reach = Roles({"live": "auditor", "shop": "agent"}).reach_of(Permission.AUDIT_READ_ALL)
    assert (reach.accounts, reach.is_all_but) == ({"live"}, False)


def test_the_menu_shows_only_accounts_that_one_may_know(sign_in: SignIn, records: Records) -> None:
    alice = sign_in("agent")
    alice.open("/")
    assert "Second Shop" in alice.words
    give(records, "agent", second="agent")
    alice.open("/")
    assert alice.address.startswith("/second/orders")
    alice.open("/you/sessions")
    assert "Second Shop" in alice.words
    assert "Demo Shop" not in alice.words
    alice.open("/demo/orders")
    assert alice.status == 404
    assert "Demo Shop" not in alice.words


def test_the_frame_names_the_role_of_the_account_and_its_places(sign_in: SignIn, records: Records) -> None:
    give(records, "agent", demo="viewer", second="finance")
    alice = sign_in("agent")
    alice.open("/demo/orders")
    assert "Viewer" in alice.words
    assert "Payouts" not in alice.words
    alice.open("/second/orders")
    assert "Finance" in alice.words
    assert "Payouts" in alice.words
    alice.open("/you/sessions")
    assert "Different roles by account" in alice.words


def test_a_right_on_one_account_is_none_on_another(sign_in: SignIn, records: Records, provider: Provider) -> None:
    order = provider.order("order-1", total=50000)
    give(records, "agent", demo="viewer", second="agent")
    alice = sign_in("agent")
    alice.open(f"/demo/orders/{order}/refund")
    assert alice.status == 403
    (entry,) = [one for one in records.new_entries() if one["event"] == "access.denied"]
    assert (entry["account"], entry["actor_role"]) == ("demo", "viewer")
    alice.open(f"/second/orders/{order}/refund")
    assert alice.status == 200


def test_the_limit_is_that_of_the_role_on_the_account(sign_in: SignIn, records: Records, provider: Provider) -> None:
    order = provider.order("order-1", total=500000)
    give(records, "agent", demo="agent", second="finance")
    alice = sign_in("agent")
    alice.open(f"/demo/orders/{order}/refund")
    assert "AED\xa01,000.00" in alice.page.get_text()
    alice.open(f"/second/orders/{order}/refund")
    assert "AED\xa010,000.00" in alice.page.get_text()


def test_somebody_without_any_account_is_told_so(sign_in: SignIn, records: Records) -> None:
    give(records, "agent")
    alice = sign_in("agent")
    alice.open("/")
    assert alice.heading == "Your sessions"
    assert "You have no role on any merchant account. Ask an admin for one." in alice.words


def test_an_auditor_of_one_account_sees_its_entries_and_the_own(app: Flask, sign_in: SignIn, records: Records) -> None:
    give(records, "auditor", second="auditor")
    command(app, "set-role", ALICE, "viewer", "--account", "second")
    command(app, "set-role", ALICE, "viewer", "--account", "demo")
    command(app, "disable-user", ADAM)
    seqs = {entry["account"] or entry["event"]: entry["seq"] for entry in records.new_entries()}
    omar = sign_in("auditor")
    omar.open("/audit")
    assert "changed the role of Alice Agent on second from none to Viewer" in omar.words
    assert "on demo" not in omar.words
    assert "signed in" in omar.words, "the own entries"
    assert "Demo Shop" not in omar.words
    for name, status in (("second", 200), ("demo", 404), ("user.created", 404)):
        omar.open(f"/audit/{seqs.get(name, 1)}")
        assert omar.status == status, name


def test_all_but_one_account_is_seen_by_whoever_has_no_right_there(
    app: Flask, sign_in: SignIn, records: Records
) -> None:
    give(records, "auditor", "auditor", second="none")
    command(app, "set-role", ALICE, "viewer", "--account", "second")
    command(app, "set-role", ALICE, "viewer", "--account", "demo")
    omar = sign_in("auditor")
    omar.open("/audit?words=alice")
    omar.open("/audit")
    assert "on demo" in omar.words
    assert "on second" not in omar.words


def test_an_export_ends_where_the_right_to_it_was_taken_away(
    app: Flask, sign_in: SignIn, records: Records, provider: Provider
) -> None:
    provider.order("order-1", total=50000)
    farah = sign_in("finance")
    farah.open("/second/orders")
    farah.submit("As CSV")
    assert farah.status == 200
    give(records, "finance", demo="finance")
    assert work_once(app)
    (export,) = records.rows("SELECT job.state, job.cause FROM job WHERE kind = 'export'")
    assert (export["state"], export["cause"]) == ("failed", "no_access")


def test_the_command_sets_a_role_on_one_account(app: Flask, records: Records) -> None:
    assert command(app, "set-role", ALICE, "finance", "--account", "second")[0] == 0
    (entry,) = records.new_entries()
    assert (entry["account"], entry["before"], entry["after"]) == ("second", '{"role":null}', '{"role":"finance"}')
    assert "agent, second: finance" in command(app, "list-users")[1]
    assert command(app, "set-role", ALICE, "none", "--account", "demo")[0] == 0
    assert "agent, demo: none, second: finance" in command(app, "list-users")[1]
    assert command(app, "set-role", ALICE, "viewer")[0] == 0
    assert "demo: none" not in command(app, "list-users")[1], "for every account is for every account"
    code, words = command(app, "set-role", ALICE, "viewer", "--account", "thrid")
    assert code == 1
    assert "there is no account thrid; there are: demo, second" in words
    assert command(app, "set-role", ALICE, "none")[0] == 1


def test_an_admin_of_one_account_is_not_the_admin_who_must_stay(app: Flask) -> None:
    assert command(app, "set-role", ALICE, "admin", "--account", "demo")[0] == 0
    assert "last admin" in command(app, "set-role", ADAM, "viewer")[1]
    assert command(app, "set-role", ADAM, "viewer", "--account", "second")[0] == 0, "the desk over, still an admin"
