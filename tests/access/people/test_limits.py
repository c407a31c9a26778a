"""Refund limits of single people: set by an admin, never their own, in force at once, and told to other admins."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from tests.access.records import Records
from tests.browser import Browser
from tests.conftest import PEOPLE
from webapp.access.grants import StaffChangeRefused
from webapp.access.person_limits import set_limits
from webapp.core.refund_limits_setting import DEFAULT_LIMITS
from webapp.payments.refund_limits import limits_of

from .inviting import ADAM, ALICE, page_of

FARAH = PEOPLE["finance"][0]


def of_alice(app: Flask, records: Records, account: int = 0) -> tuple[int, int, int]:
    with app.app_context():
        settings = app.extensions["settings"]
        limit = limits_of(settings.accounts[account], records.user(ALICE)["id"], "AED", settings.refund_limits)
    assert limit is not None
    return limit.single, limit.day, limit.per_hour


def test_an_admin_sets_lower_limits_than_the_role_has(
    adam: Browser, eve: Browser, app: Flask, records: Records
) -> None:
    adam.open(page_of(records, ALICE))
    assert "As the role has them." in adam.words
    records.news()
    adam.submit("Change limits", single="250.00", per_hour="5")
    assert "The refund limits of Alice Agent are changed." in adam.words
    assert "All accounts, AED: AED 250.00 for one refund; 5 refunds in an hour" in adam.words.replace("\u00a0", " ")
    assert of_alice(app, records) == (25_000, 500_000, 5)
    (entry,) = [one for one in records.new_entries() if one["event"] == "user.limits_changed"]
    assert json.loads(entry["before"]) == {"currency": "AED"}
    assert json.loads(entry["after"]) == {"currency": "AED", "single_minor": 25_000, "per_hour": 5}
    eve.open("/people")
    assert "Adam Admin changed the AED refund limits of Alice Agent" in eve.words


def test_a_single_account_comes_before_all_and_empty_takes_them_away(
    adam: Browser, app: Flask, records: Records
) -> None:
    adam.open(page_of(records, ALICE))
    adam.submit("Change limits", single="1.00")
    adam.submit("Change limits", single="2.00", limit_account="second")
    assert (of_alice(app, records)[0], of_alice(app, records, 1)[0]) == (100, 200)
    adam.follow("Change")
    assert adam.page.find(id="single")["value"] == "1.00"
    adam.submit("Change limits", single="")
    assert (of_alice(app, records)[0], of_alice(app, records, 1)[0]) == (100_000, 200)
    adam.submit("Change limits", single="")
    assert (adam.status, "These are their limits already." in adam.words) == (422, True)


@pytest.mark.parametrize(
    "above",
    [{"single": "1000.01"}, {"day": "5000.01"}, {"per_order": "999999"}, {"approval": "1000.01"}, {"per_hour": "61"}],
)
def test_none_is_above_that_of_the_role(adam: Browser, app: Flask, records: Records, above: dict[str, str]) -> None:
    adam.open(page_of(records, ALICE))
    adam.submit("Change limits", **above)
    assert (adam.status, "Limits of one person are at most those of the role" in adam.words) == (422, True)
    assert adam.page.find(id=next(iter(above)))["value"] == next(iter(above.values()))
    assert of_alice(app, records) == (100_000, 500_000, 60)


def test_what_is_no_amount_stays_in_its_field(adam: Browser, records: Records) -> None:
    adam.open(page_of(records, ALICE))
    adam.submit("Change limits", single="1,5", day="7", per_hour="0")
    assert adam.status == 422
    assert adam.page.find(id="single")["value"] == "1,5"
    assert "Enter a whole number from 1 to 10000." in adam.words


def test_nobody_changes_their_own_limits(adam: Browser, app: Flask, records: Records) -> None:
    adam.open(page_of(records, ADAM))
    assert "Refund limits" not in adam.words
    number = records.user(ADAM)["id"]
    with app.test_request_context(), pytest.raises(StaffChangeRefused, match="Nobody changes this about themselves"):
        set_limits(ADAM, "*", "AED", {"single": 1}, by=number, by_role=DEFAULT_LIMITS)
    with app.test_request_context(), pytest.raises(StaffChangeRefused, match="not an admin"):
        set_limits(ALICE, "*", "AED", {"single": 1}, by=records.user(FARAH)["id"], by_role=DEFAULT_LIMITS)


def test_who_refunds_nowhere_has_no_limits(adam: Browser, records: Records) -> None:
    adam.open(page_of(records, PEOPLE["auditor"][0]))
    assert "Refund limits" not in adam.words
