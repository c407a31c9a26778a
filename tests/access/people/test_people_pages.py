"""The pages about people: an admin invites, gives roles, lets in and out; other admins are told."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask

from tests.access.accounts import give
from tests.access.records import Records
from tests.browser import Browser
from tests.people import let_in

from .inviting import ADAM, ALICE, invite, page_of


def test_roles_are_changed_with_before_and_after(adam: Browser, app: Flask, records: Records) -> None:
    alice = let_in(app, ALICE)
    adam.open(page_of(records, ALICE))
    records.news()
    adam.submit("Change roles", everywhere="viewer", on_second="finance")
    assert "The roles of Alice Agent are changed." in adam.words
    assert "Viewer; Second Shop: Finance" in adam.words
    changed = [entry for entry in records.new_entries() if entry["event"] == "user.role_changed"]
    assert [(entry["account"], entry["before"], entry["after"]) for entry in changed] == [
        (None, '{"role":"agent"}', '{"role":"viewer"}'),
        ("second", '{"role":null}', '{"role":"finance"}'),
    ]
    alice.open("/you/sessions")
    assert alice.heading == "Sign in"
    adam.submit("Change roles", everywhere="", on_demo="none", on_second="viewer")
    assert "Second Shop: Viewer" in adam.words
    adam.submit("Change roles")
    assert (adam.status, "These are their roles already." in adam.words) == (422, True)


def test_a_role_on_an_account_that_is_not_configured_stays(adam: Browser, records: Records) -> None:
    give(records, "agent", "viewer", closed="finance")
    adam.open(page_of(records, ALICE))
    adam.submit("Change roles", everywhere="agent")
    rows = records.rows("SELECT account, role FROM user_role WHERE user_id = :id", id=records.user(ALICE)["id"])
    assert {tuple(row.values()) for row in rows} == {("*", "agent"), ("closed", "finance")}


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(adam: Browser, eve: Browser, records: Records) -> None:
    for admin in (adam, eve):
        admin.open(page_of(records, ALICE))
    eve.submit("Change roles", everywhere="finance")
    adam.submit("Change roles", everywhere="viewer")
    assert adam.status == 422
    assert "Somebody else has changed these roles meanwhile." in adam.words
    rows = records.rows("SELECT role FROM user_role WHERE user_id = :id", id=records.user(ALICE)["id"])
    assert [row["role"] for row in rows] == ["finance"]


@pytest.mark.parametrize("seen", ["", "{", "[]", '{"*":7}', '{"*":"viewer"}'])
def test_a_form_that_says_wrongly_what_was_seen_changes_nothing(adam: Browser, records: Records, seen: str) -> None:
    adam.open(page_of(records, ALICE))
    adam.submit("Change roles", everywhere="viewer", seen=seen)
    assert adam.status == 422


def test_nobody_changes_themselves(adam: Browser, records: Records) -> None:
    mine = page_of(records, ADAM)
    adam.open(mine)
    assert "This is you." in adam.words
    assert not adam.page.find("button", string=re.compile("Disable|Change roles|End sessions|Make a link"))
    token = adam.page.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    records.news()
    seen = json.dumps({"*": "admin"})
    for act in ("roles", "disable", "enable", "unlock", "end-sessions", "link"):
        adam.send(f"{mine}/{act}", {"csrf_token": token, "everywhere": "viewer", "seen": seen})
        adam.open(mine)
    assert records.news() == []


def test_nobody_gives_what_they_lack(adam: Browser, records: Records) -> None:
    """An admin of the desk who is none on one account gives no role there, nor one for all accounts."""
    give(records, "admin", "admin", second="viewer")
    adam.open(page_of(records, ALICE))
    for fields in ({"on_second": "admin"}, {"everywhere": "finance"}):
        adam.submit("Change roles", **{"everywhere": "agent", "on_second": "", **fields})
        assert adam.status == 422
        assert "You can give roles only on accounts of which you are an admin yourself." in adam.words
    adam.submit("Change roles", everywhere="agent", on_second="", on_demo="viewer")
    assert "are changed" in adam.words


def test_the_last_admin_stays(adam: Browser, eve: Browser, records: Records) -> None:
    eve.open(page_of(records, ADAM))
    eve.submit("Disable")
    assert "Adam Admin cannot sign in any more" in eve.words
    adam.open("/people")
    assert adam.heading == "Sign in"


def test_an_admin_who_is_none_any_more_changes_nobody(adam: Browser, app: Flask, records: Records) -> None:
    """Also where the request was on its way when the role was taken away."""
    from webapp.access import staff

    by = records.user(ADAM)["id"]
    give(records, "admin", "viewer")
    with app.app_context(), pytest.raises(staff.StaffChangeRefused, match="not an admin any more"):
        staff.disable(ALICE, by=by)


def test_somebody_is_sent_away_and_let_in_again(adam: Browser, app: Flask, records: Records) -> None:
    alice = let_in(app, ALICE)
    adam.open(page_of(records, ALICE))
    adam.submit("Disable")
    alice.open("/you/sessions")
    assert alice.heading == "Sign in"
    assert "Disabled" in adam.words
    adam.submit("Enable")
    assert "Alice Agent can sign in again." in adam.words


@pytest.mark.requirement("R34")
def test_sessions_are_ended_and_locks_taken_off(adam: Browser, app: Flask, records: Records) -> None:
    alice, stranger = let_in(app, ALICE), Browser(app)
    stranger.open("/sign-in")
    for _ in range(10):
        stranger.submit("Sign in", email=ALICE, password="wrong")
    adam.open("/people?state=locked")
    adam.follow("Alice Agent")
    assert "Signed in in 1 place." in adam.words
    adam.submit("End sessions")
    assert "1 session is ended." in adam.words
    alice.open("/you/sessions")
    assert alice.heading == "Sign in"
    adam.submit("Unlock")
    assert "Alice Agent can try to sign in again." in adam.words
    adam.open("/people?state=locked")
    assert "Nobody matches" in adam.words


@pytest.mark.parametrize("act", ["Change roles", "Disable", "End sessions", "Make a link"])
def test_an_old_proof_is_not_enough(adam: Browser, app: Flask, records: Records, act: str) -> None:
    let_in(app, ALICE)
    adam.open(page_of(records, ALICE))
    records.change("UPDATE staff_session SET confirmed = '2026-01-01 00:00:00'")
    records.news()
    adam.submit(act, **({"everywhere": "viewer"} if act == "Change roles" else {}))
    assert adam.heading == "Confirm that it is you"
    assert records.news() == []


def test_other_admins_are_told_until_they_have_seen_it(adam: Browser, eve: Browser, records: Records) -> None:
    eve.open("/people")
    assert "Changes to people by others" not in eve.words, "not that she was hired"
    adam.open("/people")
    assert "created the account of Eve as Admin" in adam.words
    adam.submit("I have seen this")
    adam.open(page_of(records, ALICE))
    adam.submit("Change roles", everywhere="finance")
    adam.open("/")
    assert "Changes to people by others" not in adam.words, "not what she did herself"
    eve.open("/demo/orders")
    assert "Adam Admin changed the role of Alice Agent from Support agent to Finance" in eve.words
    adam.open(page_of(records, ALICE))
    adam.submit("Disable")
    eve.submit("I have seen this")
    assert "disabled the account of Alice Agent" in eve.words, "what came after the page stays"
    assert "changed the role" not in eve.page.select_one(".notice").get_text()  # type: ignore[union-attr]


def test_who_is_no_admin_is_told_nothing(app: Flask, adam: Browser) -> None:
    invite(adam)
    alice = let_in(app, ALICE)
    alice.open("/demo/orders")
    assert "Changes to people" not in alice.words


def test_the_list_is_filtered_and_paged(adam: Browser, records: Records) -> None:
    for number in range(25):
        records.change(
            'INSERT INTO "user" (email, name, password_hash, password_changed, must_change_password, active, is_demo,'
            " created) VALUES (:email, :name, 'x', '2026-01-01', false, true, false, '2026-01-01')",
            email=f"many{number}@example.test", name=f"Many {number:02}",
        )  # fmt: skip
    adam.open("/people")
    assert "Showing 1–20 of 31" in adam.words
    adam.follow("Next")
    assert "Showing 21–31 of 31" in adam.words
    adam.open("/people?role=finance")
    assert "Farah Finance" in adam.words
    assert "Alice Agent" not in adam.words
    adam.open("/people?state=nonsense")
    assert adam.status == 422
    adam.open("/people?page=9")
    assert adam.status == 404


def test_there_is_nobody_by_that_number(adam: Browser) -> None:
    adam.open("/people/987654")
    assert adam.status == 404


def test_the_commands_tell_admins_too(app: Flask, adam: Browser) -> None:
    app.test_cli_runner().invoke(args=["set-role", ALICE, "viewer"])
    adam.open("/people")
    assert "at the terminal changed the role of Alice Agent" in adam.words
