"""What became of it: read back, sent again with the same bytes, closed by finance, found in a page's own reading."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from tests.browser import Browser
from tests.payments.conftest import FORM, fill_in, refund
from tests.people import approved_by_another
from tests.provider import Provider, provider_of
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now
from webapp.models.finding import Finding
from webapp.models.intent import Intent, IntentState
from webapp.operations.engine import LEASE_MARGIN
from webapp.payments.unmatched_refunds import resolve_finding

REFUNDS = "/orders/order-01/refunds"
EVERY_REFUND = "/orders/order-01/refunds*"


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    provider = provider_of(sandbox)
    provider.order()
    return provider


@pytest.fixture
def lost(alice: Browser, provider: Provider, app: Flask) -> Intent:
    """A refund of AED 120.50 that never reached the provider, and nobody knows."""
    fill_in(alice)
    provider.fault("drop_before", path=REFUNDS)
    alice.submit("Refund AED")
    provider.forget()
    return the_intent(app)


def the_intent(app: Flask) -> Intent:
    with app.app_context():
        return db.session.scalars(select(Intent)).one()


def events(app: Flask) -> list[str]:
    with app.app_context():
        found = select(AuditEntry.event).where(AuditEntry.event.like("refund.%")).order_by(AuditEntry.seq)
        return list(db.session.scalars(found))


def reconcile(app: Flask, *words: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["reconcile", "--wait", "0", *words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_reconcile_sends_the_same_bytes_again_and_ends_with_nothing_open(
    app: Flask, lost: Intent, provider: Provider
) -> None:
    code, said = reconcile(app)
    assert (code, said.splitlines()[-1]) == (0, "0 open, 0 need finance")
    [post] = [call for call in provider.seen("POST", "/refunds") if "_sandbox" not in call["path"]]
    assert post["body_sha256"] == lost.body_sha256
    assert events(app) == ["refund.intent", "refund.unknown", "refund.succeeded"]


def test_reconcile_says_that_something_is_still_open(app: Flask, lost: Intent, provider: Provider) -> None:
    provider.fault("drop_before", method="GET", path=EVERY_REFUND, times=99)
    assert reconcile(app)[0] == 1
    assert the_intent(app).state == IntentState.UNKNOWN


def test_reconcile_says_that_something_needs_finance(app: Flask, lost: Intent, provider: Provider) -> None:
    provider.refund_outside("order-01", 77, lost.refund_id or "")
    assert reconcile(app)[0] == 2
    assert the_intent(app).state == IntentState.ATTENTION


def test_a_process_killed_before_sending_is_found_when_its_lease_is_over(
    app: Flask, lost: Intent, provider: Provider
) -> None:
    with app.app_context(), writing() as session:
        lease = now() + timedelta(seconds=10) + LEASE_MARGIN
        session.execute(text("UPDATE intent SET state = 'pending', attempt = 1"))
        session.get_one(Intent, lost.id).lease_until = lease
    assert reconcile(app)[0] == 1
    assert provider.seen("POST", "/refunds") == []
    with time_machine.travel(now() + timedelta(seconds=16)):
        assert reconcile(app)[0] == 0
    assert len(provider.refunds("order-01")) == 1


def test_the_order_page_takes_what_it_read_as_proof(
    alice: Browser, app: Flask, lost: Intent, provider: Provider
) -> None:
    provider.refund_outside("order-01", 12050, lost.refund_id or "")
    provider.forget()
    alice.open("/demo/orders/order-01")
    assert "Partly refunded" in alice.words
    assert the_intent(app).state == IntentState.SUCCEEDED
    assert len([call for call in provider.seen() if "_sandbox" not in call["path"]]) == 2


def test_a_page_without_it_proves_nothing(alice: Browser, app: Flask, lost: Intent, provider: Provider) -> None:
    alice.open("/demo/orders/order-01")
    assert the_intent(app).state == IntentState.UNKNOWN
    assert "120.50" in alice.words


def test_a_refusal_of_a_repeated_sending_needs_two_spaced_looks_and_the_list(
    app: Flask, lost: Intent, provider: Provider
) -> None:
    provider.fault("status", path=REFUNDS, status=409, code="limit_exceeded", times=99)
    assert reconcile(app)[0] == 1
    assert reconcile(app)[0] == 1, "a second look at once is not a spaced one"
    assert len([call for call in provider.seen("POST", "/refunds") if "_sandbox" not in call["path"]]) == 1
    with time_machine.travel(now() + timedelta(seconds=40)):
        assert reconcile(app)[0] == 0
    intent = the_intent(app)
    assert (intent.state, intent.outcome_code) == (IntentState.REFUSED, "limit_exceeded")
    assert events(app)[-1] == "refund.refused"


def test_a_conflict_without_a_refund_needs_three_spaced_looks_and_then_finance(
    app: Flask, lost: Intent, provider: Provider
) -> None:
    provider.fault("status", path=REFUNDS, status=409, code="conflict", times=99)
    start = now()
    assert reconcile(app)[0] == 1
    for seconds, code in ((40, 1), (80, 2)):
        with time_machine.travel(start + timedelta(seconds=seconds)):
            assert reconcile(app)[0] == code
    assert the_intent(app).state == IntentState.ATTENTION


def test_after_a_quarter_of_an_hour_nothing_is_sent_by_itself(app: Flask, lost: Intent, provider: Provider) -> None:
    with time_machine.travel(now() + timedelta(minutes=16)):
        code, said = reconcile(app)
    assert (code, said.splitlines()[-1]) == (2, "0 open, 1 needs finance")
    assert [call for call in provider.seen("POST", "/refunds") if "_sandbox" not in call["path"]] == []


def test_finance_sends_again_and_an_agent_may_not(
    alice: Browser, sign_in: Callable[[str], Browser], app: Flask, lost: Intent, provider: Provider
) -> None:
    with time_machine.travel(now() + timedelta(minutes=16)):
        agent, farah = sign_in("agent"), sign_in("finance")
        agent.open("/demo/in-progress")
        assert "Send again" not in agent.words
        farah.open("/demo/in-progress")
        farah.submit("Send again")
    assert "Refunded" in farah.words
    assert events(app)[-2:] == ["refund.resent", "refund.succeeded"]


def test_finance_closes_only_after_a_day_and_three_spaced_looks(
    sign_in: Callable[[str], Browser], app: Flask, lost: Intent, provider: Provider
) -> None:
    start = now()
    for hours in (1, 2, 3):
        with time_machine.travel(start + timedelta(hours=hours)):
            assert reconcile(app)[0] == 2
    with time_machine.travel(start + timedelta(hours=4)):
        farah = sign_in("finance")
        farah.open("/demo/in-progress")
        assert "when 3 spaced checks have not found it at Postpay (so far 3)." in farah.words
        assert [one.has_attr("disabled") for one in farah.page.find_all("button", string="Close")] == [True]
        farah.open(f"/demo/in-progress/{lost.id}/close")
        assert "cannot be closed yet" in farah.words
    with time_machine.travel(start + timedelta(hours=25)):
        farah = sign_in("finance")
        farah.open("/demo/in-progress")
        farah.follow("Close")
        farah.submit("Ask for approval", reason="")
        assert farah.status == 422
        farah.submit("Ask for approval", found="not_done", reason="Postpay's support confirmed it by phone")
        assert "Closed by finance as not done" in approved_by_another(app, farah.address)
    assert the_intent(app).state == IntentState.CLOSED
    with app.app_context():
        last = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "refund.closed")).one()
    assert last.reason == "Postpay's support confirmed it by phone"


def test_a_closed_refund_that_shows_up_late_is_told_to_finance(
    alice: Browser, farah: Browser, app: Flask, lost: Intent, provider: Provider
) -> None:
    with app.app_context(), writing() as session:
        session.execute(text("UPDATE intent SET state = 'closed'"))
    provider.refund_outside("order-01", 12050, lost.refund_id or "")
    alice.open("/demo/orders/order-01")
    farah.open("/demo/in-progress")
    assert "Refunds that match no record of the desk" in farah.words
    assert (lost.refund_id or "") in farah.words
    farah.submit("Mark as resolved", reason="told the customer")
    assert "Refunds that match no record" not in farah.words
    assert events(app)[-2:] == ["refund.late_arrival", "refund.finding_resolved"]


def test_a_restored_copy_finds_its_orphans(app: Flask, alice: Browser, provider: Provider) -> None:
    stranger = "bo-" + "0" * 32
    provider.refund_outside("order-01", 500, stranger)
    provider.refund_outside("order-01", 600, "somebody-else")
    code, said = reconcile(app, "--scan", "30")
    assert (code, said.splitlines()[-1]) == (2, "0 open, 1 needs finance")
    assert "1 orders compared, news on 1" in said
    assert "1 refund matches no record of the desk: finance resolves it under In progress" in said
    assert reconcile(app, "--scan", "30")[0] == 2, "it is nothing new, and still there"
    with app.app_context():
        (found,) = db.session.scalars(select(Finding)).all()
        assert found.refund_id == stranger
        resolve_finding(found, "told the customer")
    code, said = reconcile(app)
    assert (code, "fits no entry" in said) == (0, False)


@pytest.mark.parametrize("path", ["/transactions*", "/orders/order-01", EVERY_REFUND])
def test_a_scan_that_could_not_read_all_says_so(app: Flask, provider: Provider, path: str) -> None:
    provider.refund_outside("order-01", 500, "bo-" + "0" * 32)
    provider.fault("drop_before", method="GET", path=path, times=99)
    code, said = reconcile(app, "--scan", "30")
    assert code == 3
    assert "The provider of demo does not answer, so not every refund was compared" in said


def test_a_closed_intent_never_changes_and_is_never_deleted(app: Flask, alice: Browser, provider: Provider) -> None:
    refund(alice)
    for statement in (
        "UPDATE intent SET amount_minor = 1",
        "UPDATE intent SET state = 'unknown'",
        "DELETE FROM intent",
    ):
        with app.app_context(), pytest.raises(DatabaseError, match=r"never changes|are kept"), writing() as session:
            session.execute(text(statement))


def test_the_list_of_what_is_in_progress_is_the_same_for_all_but_its_buttons(
    sign_in: Callable[[str], Browser], lost: Intent
) -> None:
    words = {}
    for person in ("viewer", "agent", "finance"):
        browser = sign_in(person)
        browser.open("/demo/in-progress")
        assert "Refund of AED 120.50" in browser.words.replace("\u00a0", " ")
        words[person] = [button for button in ("Check now", "Send again", "Close") if button in browser.words]
    assert words == {"viewer": [], "agent": ["Check now"], "finance": ["Check now", "Send again", "Close"]}


def test_nobody_else_works_on_an_intent_that_is_leased(app: Flask, lost: Intent, provider: Provider) -> None:
    with app.app_context(), writing() as session:
        session.get_one(Intent, lost.id).lease_until = now() + timedelta(minutes=1)
    assert reconcile(app)[0] == 1
    assert [call for call in provider.seen() if "_sandbox" not in call["path"]] == []


def test_a_form_opened_before_is_offered_again_only_with_the_news(
    alice: Browser, app: Flask, lost: Intent, provider: Provider
) -> None:
    alice.open(FORM)
    assert "is being confirmed" in alice.words
    reconcile(app)
    alice.open(FORM)
    assert "694.30" in alice.words


def test_the_navigation_counts_what_is_in_progress(alice: Browser, lost: Intent, app: Flask) -> None:
    alice.open("/demo/in-progress")
    here = alice.page.find("nav", id="nav").find("a", attrs={"aria-current": "page"})
    assert " ".join(here.get_text(" ").split()) == "In progress 1 waiting"
    reconcile(app)
    alice.open("/demo/in-progress")
    assert "waiting" not in alice.page.find("nav", id="nav").find("a", attrs={"aria-current": "page"}).get_text()


def test_what_needs_finance_lets_nothing_else_start_until_it_is_closed(
    alice: Browser, farah: Browser, app: Flask, lost: Intent, provider: Provider
) -> None:
    provider.refund_outside("order-01", 77, lost.refund_id or "")
    assert reconcile(app)[0] == 2
    alice.open(FORM)
    assert "needs finance" in alice.words
    assert not alice.page.find("input", attrs={"name": "amount"})
    farah.open("/demo/in-progress")
    farah.follow("Close")
    farah.submit("Ask for approval", found="made_otherwise", reason="seen in Postpay's dashboard")
    assert "Postpay did it, with different data" in approved_by_another(app, farah.address)
    alice.open("/demo/orders/order-01")
    farah.open("/demo/in-progress")
    assert "match no record of the desk" not in farah.words, "finance has already said what it is"
    fill_in(alice, "10")
    alice.submit("Refund AED")
    assert "Refunded" in alice.words
