"""What the bank received: equal, explained by whole lines, or an exception that somebody looks after."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.browser import Browser
from tests.provider import Provider
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.models.bank_receipt import BankReceipt

from .conftest import HTMX, PAYOUT, PERIOD, cells, settled

Read = Callable[..., None]


@pytest.fixture
def payout(farah: Browser, provider: Provider, read: Read) -> Browser:
    """Finance before a payout of AED 725.25: a sale of 814.80 less 39.55 of fee and tax, and a refund of 50.00."""
    settled(provider)
    settled(provider, amount=-5000, type="refund")
    read(farah)
    farah.open(PAYOUT)
    return farah


def events(app: Flask) -> list[str]:
    """What was recorded about the payout, oldest first."""
    with app.app_context():
        found = db.session.scalars(
            select(AuditEntry.event).where(AuditEntry.object_type == "payout").order_by(AuditEntry.seq)
        )
        return [event.removeprefix("settlements.") for event in found]


def receipt(app: Flask) -> BankReceipt:
    with app.app_context():
        return db.session.scalars(select(BankReceipt)).one()


def bank_state(browser: Browser) -> str:
    browser.open(PERIOD)
    state = cells(browser)[0][-1]
    browser.open(PAYOUT)
    return state


def test_the_very_amount_is_equal(payout: Browser, app: Flask) -> None:
    assert bank_state(payout) == "Not entered"
    payout.submit("Compare", received="725.25")
    assert "The bank received exactly the net" in payout.words
    assert bank_state(payout) == "Equal"
    assert events(app) == ["bank_amount"]
    assert (receipt(app).received_minor, receipt(app).expected_minor) == (72525, 72525)


def test_what_is_no_amount_is_said_and_stays_in_the_field(payout: Browser) -> None:
    wrong = {
        "": "Enter an amount in AED.",
        "725,25": "The comma “,” could mean thousands or decimals here.",
        "1.234,50": "The comma “,” could mean thousands or decimals here.",
        "725.255": "AED has 2 decimals",
        "--7": "“-” does not belong here: enter the amount in plain digits, like 120.50.",
        "725\u200f.25": "An invisible character inside the amount (right-to-left mark U+200F) does not belong here",
        "1 725.25": "A space inside the amount does not belong here",
        "KWD 725.25": "The amount is in AED here, not in KWD.",
        "\uff17": "“\uff17” does not belong here",
        "725\u20ac": "“\u20ac” (euro sign U+20AC) does not belong here",
    }
    for typed, words in wrong.items():
        payout.submit("Compare", received=typed)
        assert payout.status == 422, typed
        assert words in payout.words
        assert payout.page.select_one("#received")["value"] == typed  # type: ignore[index]
        assert payout.page.title is not None
        assert payout.page.title.get_text().startswith("Error:")


PASTED = ["AED\u00a0725.25 ", "\u200f\u0667\u0662\u0665\u066b\u0662\u0665", "725.25\t", "725.25\u200e"]


@pytest.mark.parametrize("typed", PASTED)
def test_what_a_statement_says_is_read_and_how_is_said(payout: Browser, app: Flask, typed: str) -> None:
    payout.submit("Compare", received=typed)
    assert "The bank received exactly the net of the payout. It was read as AED 725.25." in payout.words
    assert (receipt(app).received_minor, receipt(app).state) == (72525, "equal")


def test_thousands_are_read_where_the_comma_can_be_nothing_else(payout: Browser, app: Flask) -> None:
    payout.submit("Compare", received="-1,725.25")
    assert "The bank received AED 2,450.50 less than the net. It was read as AED −1,725.25." in payout.words
    assert receipt(app).received_minor == -172525


def test_how_an_amount_would_be_read_is_told_while_it_is_typed(
    payout: Browser, app: Flask, sign_in: Callable[[str], Browser]
) -> None:
    field = payout.page.select_one("#received")
    assert field is not None
    told = {
        "19,143.73": "It was read as AED 19,143.73.",
        "1,00": "The comma “,” could mean thousands or decimals here.",
        "725.25": "",
        "<b>": "“&lt;” does not belong here",
        " ": "",
    }
    for typed, words in told.items():
        answer = payout.client.get(field["hx-get"], query_string={"received": typed}, headers=HTMX)
        assert answer.status_code == 200
        text = answer.get_data(as_text=True).replace("\u00a0", " ")
        assert text.startswith(words), typed
        assert words or not text, typed
    payout.open(str(field["hx-get"]))
    assert payout.address == PAYOUT, "without htmx it is the page of the payout"
    assert sign_in("auditor").client.get(field["hx-get"], headers=HTMX).status_code == 403
    assert events(app) == [], "nothing is kept"


def test_a_difference_by_whole_lines_is_offered_and_accepted(payout: Browser, app: Flask) -> None:
    payout.submit("Compare", received="775.25")
    assert "The bank received AED 50.00 more than the net." in payout.words
    assert "The bank's amount is the payout without refunds." in payout.words
    payout.submit("Accept")
    assert bank_state(payout) == "Explained"
    assert receipt(app).explained_by == "refund"
    assert events(app) == ["bank_amount", "exception_opened", "explained"]
    payout.submit("Compare", received="764.80")
    assert "The bank's amount is the payout before fees and tax on fees." in payout.words


def test_an_explanation_that_does_not_explain_is_refused(payout: Browser, app: Flask) -> None:
    payout.submit("Compare", received="775.25")
    form = payout.form("Accept")
    form.find("input", {"name": "lines"})["value"] = "fees"  # type: ignore[index]
    payout.submit("Accept")
    assert payout.status == 409
    assert receipt(app).state == "open"


def test_an_exception_is_given_to_somebody_closed_with_a_note_and_opened_again(payout: Browser, app: Flask) -> None:
    payout.submit("Compare", received="700")
    assert "No combination of the payout's lines makes up this difference." in payout.words
    assert "Owner Farah Finance" in payout.words
    payout.submit("Close it")
    assert payout.status == 422
    assert "Say what became of the difference" in payout.words
    payout.submit("Save", note="Bank asked.")
    payout.submit("Close it", note="The bank took 25.25 for the transfer.")
    assert bank_state(payout) == "Closed"
    payout.submit("Open it again")
    assert bank_state(payout) == "Open"
    payout.submit("Compare", received="725.25")
    assert bank_state(payout) == "Equal"
    assert events(app) == [
        "bank_amount", "exception_opened", "exception_changed", "exception_closed", "exception_opened", "bank_amount",
    ]  # fmt: skip
    with app.app_context():
        closed = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "settlements.exception_closed")).one()
    assert closed.reason == "The bank took 25.25 for the transfer."
    assert '"state":"open"' in str(closed.before)
    assert '"state":"closed"' in str(closed.after)
    assert "The bank took 25.25 for the transfer." in payout.words, "the page tells what was done"


def test_a_note_longer_than_its_room_is_refused(payout: Browser) -> None:
    payout.submit("Compare", received="700")
    payout.submit("Save", note="x" * 501)
    assert payout.status == 422
    assert "At most 500 characters." in payout.words


def test_a_character_that_no_database_keeps_is_replaced_in_a_note(payout: Browser) -> None:
    payout.submit("Compare", received="700")
    payout.submit("Save", note="a\0b")
    assert "a\ufffdb" in payout.words


def test_of_two_people_the_second_sees_what_the_first_has_done(
    payout: Browser, app: Flask, sign_in: Callable[[str], Browser]
) -> None:
    second = sign_in("finance")
    second.open(PAYOUT)
    payout.submit("Compare", received="725.25")
    second.submit("Compare", received="1,001.00")
    assert second.status == 409
    assert "This has changed since you opened the page" in second.words
    assert second.page.select_one("#received")["value"] == "1,001.00"  # type: ignore[index]
    assert "It was read as AED 1,001.00." in second.words
    assert receipt(app).received_minor == 72525
    second.submit("Compare", received="700.00")
    assert receipt(app).received_minor == 70000


def test_a_net_that_changed_after_the_comparison_opens_it_again(
    payout: Browser, provider: Provider, read: Read, app: Flask
) -> None:
    payout.submit("Compare", received="725.25")
    assert receipt(app).state == "equal"
    refund = next(row for row in provider.rows() if row["type"] == "refund")
    provider.change_transaction(refund["id"], total_amount=-4900)
    read(payout, button="Sync again")
    assert (receipt(app).state, receipt(app).expected_minor) == ("open", 72625)
    assert events(app)[-1] == "exception_opened"
    payout.open("/demo/to-look-at/bank")
    payout.follow("8 Sep, 04:00")
    assert "Difference AED −1.00" in payout.words
    payout.open(PERIOD)
    assert "1 row changed after it was read" in payout.words
    provider.change_transaction(refund["id"], total_amount=-5000)
    read(payout, button="Sync again")
    assert receipt(app).state == "equal"


def test_an_exception_can_be_closed_however_payouts_are_listed(
    payout: Browser, desk: Callable[..., Browser], app: Flask
) -> None:
    payout.submit("Compare", received="700")
    by_day = desk(payouts_by="day")
    by_day.open("/demo/to-look-at/bank")
    by_day.follow("8 Sep, 04:00")
    assert "The bank received AED 700.00" in by_day.words
    by_day.submit("Close it", note="found")
    assert receipt(app).state == "closed"
    by_day.open(PERIOD)
    assert "Entered apart" in by_day.words
    by_day.open("/demo/payouts/AED/2026-09-08")
    assert "Also entered, for payouts that share rows with this one" in by_day.words


def test_a_payout_that_costs_is_taken_by_the_bank(farah: Browser, provider: Provider, read: Read, app: Flask) -> None:
    settled(provider, amount=-5000, type="refund")
    read(farah)
    farah.open(PAYOUT)
    farah.submit("Compare", received="-50.00")
    assert (receipt(app).received_minor, receipt(app).state) == (-5000, "equal")


def test_auditors_look_and_agents_do_not_even_that(
    payout: Browser, sign_in: Callable[[str], Browser], app: Flask
) -> None:
    payout.submit("Compare", received="700")
    auditor, agent = sign_in("auditor"), sign_in("agent")
    auditor.open(PAYOUT)
    assert "The bank received AED 700.00" in auditor.words
    assert not auditor.page.select("main form[action*=bank], main form[action*=exception]")
    for address in (PERIOD, PAYOUT, "/demo/payouts/reading"):
        agent.open(address)
        assert agent.status == 403
    assert "Payouts" not in [link.get_text(strip=True) for link in agent.page.select("nav a")]


def test_a_payout_beyond_what_can_be_kept_is_not_compared(farah: Browser, provider: Provider, read: Read) -> None:
    for _ in range(2):
        settled(provider, amount=9 * 10**18, type="regularization")
    read(farah)
    farah.open(PAYOUT)
    assert farah.status == 200
    farah.submit("Compare", received="1.00")
    assert farah.status == 409
    assert "This is not possible now." in farah.words
