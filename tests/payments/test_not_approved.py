"""What is not approved: one's own, too late, by somebody promoted since, and when rights, limits or data are others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from tests.browser import Browser
from tests.people import let_in, second_of_finance
from tests.provider import Provider
from webapp.access import staff
from webapp.access.invitations import new_link
from webapp.access.permissions import Role
from webapp.access.roles import NO_ROLE
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.refund_limits_setting import RefundLimit
from webapp.models.base import now
from webapp.models.intent import Intent
from webapp.models.user import User
from webapp.payments.approval_requests import lapse_due

from .approvals import ask, events, sent, the_intent, token, words

ALICE = "alice@example.test"
FARAH = "farah@example.test"


def limits(app: Flask, role: str, **given: int) -> None:
    settings = app.extensions["settings"]
    changed = {**settings.refund_limits, role: {"AED": RefundLimit(**{"single": 100_000, "day": 500_000, **given})}}
    app.extensions["settings"] = settings.model_copy(update={"refund_limits": changed})


@pytest.mark.requirement("R20")
def test_nobody_approves_their_own(farah: Browser, provider: Provider, app: Flask) -> None:
    provider.order("big", total=2_000_000)
    ask(farah, "5", reason="other", note="a favour")
    farah.follow("See the request")
    assert "You asked for this yourself" in farah.words
    farah.send(f"{farah.address}/approve", {"csrf_token": token(farah), "seen": "x"})
    assert farah.status == 412, "what was not looked at is not approved either"
    fatima = second_of_finance(app)
    fatima.open(farah.address.removesuffix("/approve"))
    seen = fatima.form("Approve and refund").find(attrs={"name": "seen"})["value"]
    farah.send(f"{fatima.address}/approve", {"csrf_token": token(farah), "seen": seen})
    assert farah.status == 403
    assert events(app)[-1] == "refund.approval_denied"
    farah.send(f"{fatima.address}/reject", {"csrf_token": token(farah), "note": "no"})
    assert farah.status == 403
    assert sent(provider) == 0


def test_an_agent_cannot_approve(sign_in: Callable[[str], Browser], asked: str) -> None:
    aziz = sign_in("second agent")
    aziz.open(asked)
    assert "Only finance can approve." in aziz.words
    aziz.send(f"{asked}/approve", {"csrf_token": token(aziz), "seen": ""})
    assert aziz.status == 403


@pytest.mark.requirement("R20")
def test_after_a_day_it_lapses(alice: Browser, provider: Provider, asked: str, app: Flask) -> None:
    with time_machine.travel(now() + timedelta(hours=24, minutes=1)):
        farah = let_in(app, FARAH)
        farah.open(asked)
        farah.submit("Approve and refund")
        assert farah.status == 409
        assert "It was not approved within 24 hours." in farah.words
        with app.app_context():
            assert lapse_due(app.extensions["settings"].accounts[0]) == 1
            assert lapse_due(app.extensions["settings"].accounts[0]) == 0
        farah.open(f"/demo/refunds/{the_intent(app).refund_id}")
        assert "Not refunded: nobody approved it within 24 hours" in farah.words
        farah.open(asked)
        assert "Nobody decided within 24 hours" in farah.words
    assert sent(provider) == 0
    assert events(app)[-1] == "refund.refused"


def test_the_order_has_changed_since(farah: Browser, provider: Provider, asked: str) -> None:
    farah.open(asked)
    provider.refund_outside("big", 10_000)
    farah.submit("Approve and refund")
    assert farah.status == 412
    assert "Refundable was AED 5,000.00, and is now AED 4,900.00." in words(farah)
    assert "AED 100.00 was refunded outside the desk on" in words(farah)
    provider.refund_outside("big", 400_000, "more")
    farah.open(asked)
    assert "The order does not allow it any more." in farah.words
    assert "Approve and refund" not in farah.words
    assert sent(provider) == 0


@pytest.mark.requirement("R20")
@pytest.mark.parametrize("changed", [{"amount_minor": 150_001}, {"body": '{"amount": 450000}'}], ids=["amount", "body"])
def test_other_data_than_were_asked_for_are_not_approved(
    farah: Browser, provider: Provider, asked: str, app: Flask, changed: dict[str, object]
) -> None:
    farah.open(asked)
    with app.app_context(), writing() as session:
        session.execute(update(Intent).values(**changed))
    farah.submit("Approve and refund")
    assert farah.status == 409
    assert "What is stored is not what was asked for." in farah.words
    assert sent(provider) == 0


Meanwhile = Callable[[Flask], object]
MEANWHILE: dict[str, tuple[Meanwhile, str]] = {
    "sent away": (lambda app: staff.disable(ALICE), "Whoever asked cannot sign in any more"),
    "demoted": (lambda app: staff.set_role(ALICE, Role.VIEWER), "Whoever asked may not do this any more"),
    "without the account": (
        lambda app: staff.set_role(ALICE, NO_ROLE, "demo"),
        "Whoever asked may not do this any more",
    ),
    "lower limits": (
        lambda app: limits(app, "agent", day=100_000),
        "It has come above limits of whoever asked that it was not above before.",
    ),
    "the shop is full": (lambda app: limits(app, "finance", single=900_000, shop=1), "The whole shop has reached"),
    "above the approver's own": (
        lambda app: limits(app, "finance", single=149_999),
        "It is above your own limits. Somebody with higher limits must approve it. It is above the limit for one",
    ),
}


@pytest.fixture(params=MEANWHILE)
def meanwhile(request: pytest.FixtureRequest) -> tuple[Meanwhile, str]:
    return MEANWHILE[request.param]


@pytest.mark.requirement("R20")
def test_rights_and_limits_are_looked_at_again(
    farah: Browser, provider: Provider, asked: str, app: Flask, meanwhile: tuple[Meanwhile, str]
) -> None:
    happen, said = meanwhile
    farah.open(asked)
    with app.app_context():
        happen(app)
    farah.submit("Approve and refund")
    assert (farah.status, said in farah.words) == (409, True), farah.words
    assert sent(provider) == 0
    farah.submit("Reject", note="not any more")
    assert "The request is rejected." in farah.words


@pytest.mark.requirement("R20")
def test_somebody_promoted_since_does_not_approve_what_was_asked_before(
    provider: Provider, asked: str, app: Flask, sign_in: Callable[[str], Browser]
) -> None:
    with app.app_context():
        staff.set_role("aziz@example.test", Role.FINANCE)
    aziz = sign_in("second agent")
    aziz.open(asked)
    assert "Within the last 24 hours somebody gave you roles" in aziz.words
    aziz.send(f"{asked}/approve", {"csrf_token": token(aziz), "seen": ""})
    assert aziz.status in (403, 412)
    assert sent(provider) == 0


def _admin() -> int:
    return db.session.scalars(select(User.id).where(User.email == "adam@example.test")).one()


TAKEN_OVER: dict[str, Callable[[], object]] = {
    "roles": lambda: (staff.set_role(FARAH, Role.AGENT), staff.set_role(FARAH, Role.FINANCE)),
    "a link": lambda: new_link(FARAH, by=_admin()),
    "enabled": lambda: (staff.disable(FARAH), staff.enable(FARAH)),
}


@pytest.mark.requirement("R20")
@pytest.mark.parametrize("what", TAKEN_OVER)
def test_who_was_given_a_way_in_approves_nothing_for_a_day(
    provider: Provider, alice: Browser, app: Flask, what: str
) -> None:
    """Neither what waited, nor what is asked for from now on: an admin may have taken their place."""
    with app.test_request_context():
        TAKEN_OVER[what]()
    provider.order("later", total=2_000_000)
    ask(alice, "1500.00", "later")
    alice.follow("See the request")
    farah = let_in(app, FARAH)
    farah.open(alice.address)
    assert "Within the last 24 hours somebody gave you roles" in farah.words
    farah.send(f"{alice.address}/approve", {"csrf_token": token(farah), "seen": ""})
    assert farah.status in (403, 412)
    assert sent(provider) == 0
