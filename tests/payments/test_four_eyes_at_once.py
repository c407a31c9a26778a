"""Limits and approvals on both engines with many at once, and with a process that ends in between."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import PASSWORD, PEOPLE, make_settings
from tests.people import hire
from tests.provider import Provider, provider_of
from webapp import create_app
from webapp.access.form_tokens import SubmitToken
from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.refund_limits_setting import Limits, RefundLimit
from webapp.emulators.postpay.server import Sandbox
from webapp.models.approval import Approval, Decision
from webapp.models.base import now
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.models.user import User
from webapp.money import Money
from webapp.operations.resolve_unknown import resolve_due
from webapp.payments import approval_decisions
from webapp.payments.approval_decisions import NotDecided, approve, look_at, refuse
from webapp.payments.errors import AboveLimit, NeedsApproval, NotMoved
from webapp.payments.intents import INTENTS
from webapp.payments.refund_limits import Requester
from webapp.payments.refunds import Decision as Decided
from webapp.payments.refunds import issue_refund
from webapp.providers.registry import mover, postpay

AT_ONCE = 20
PLENTY = 10**9
_nonces = count()


@pytest.fixture
def app(engine_url: str, sandbox: Sandbox, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(make_settings(sandbox.base_url, engine_url, tmp_path))
    with app.app_context():
        hire(app, {name: PEOPLE[name] for name in ("agent", "finance")}, PASSWORD)
        with writing() as session:
            session.execute(update(User).values(roles_changed=None))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return provider_of(sandbox)


def account(app: Flask) -> Account:
    return app.extensions["settings"].accounts[0]


def people(app: Flask) -> tuple[int, int]:
    with app.app_context():
        found = {user.name: user.id for user in db.session.scalars(select(User))}
    return found["Alice Agent"], found["Farah Finance"]


def refund(app: Flask, person: int, order: str, minor: int, limits: Limits, *, ask: bool = False, left: int = 100_000):
    """One refund of an order of AED 1,000.00 as a person decides it, in a thread of its own if need be."""
    token = SubmitToken(IntentKind.REFUND, person, "demo", order, 0, left, "AED", f"n{next(_nonces)}")
    decision = Decided(Money(minor, "AED"), "returned", "", lambda _lines: "returned")
    with app.test_request_context():
        return issue_refund(
            client=postpay(account(app)),
            account=account(app),
            token=token,
            requester=Requester(person, limits),
            decision=decision,
            deadline=5.0,
            ask=ask,
        ).id


def all_at_once(act: Callable[[int], object]) -> Counter[object]:
    """What each of the twenty came to: an exception's class, or the class of what it gave."""
    begin = threading.Barrier(AT_ONCE)

    def one(number: int) -> object:
        begin.wait()
        try:
            return type(act(number))
        except (NotMoved, NotDecided) as error:
            return type(error)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(one, range(AT_ONCE)))


@pytest.mark.requirement("R21")
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("limit", "refusal"),
    [
        (RefundLimit(single=50_000, day=350, per_hour=PLENTY), NeedsApproval),
        (RefundLimit(single=50_000, day=PLENTY, shop=350, per_hour=PLENTY), AboveLimit),
        (RefundLimit(single=50_000, day=PLENTY, per_hour=3), AboveLimit),
    ],
    ids=["day", "shop", "hour"],
)
def test_twenty_refunds_at_once_over_many_orders_exceed_no_limit(
    app: Flask, provider: Provider, limit: RefundLimit, refusal: type[Exception]
) -> None:
    alice, _ = people(app)
    for number in range(AT_ONCE):
        provider.order(f"o-{number}", total=100_000)
    limits = {"agent": {"AED": limit}}
    came = all_at_once(lambda number: refund(app, alice, f"o-{number}", 100, limits))
    assert came == Counter({int: 3, refusal: 17})
    assert sum(len(provider.refunds(f"o-{number}")) for number in range(AT_ONCE)) == 3


@pytest.mark.requirement("R21")
@pytest.mark.timeout(120)
def test_what_awaits_approval_counts_for_the_twenty_too(app: Flask, provider: Provider) -> None:
    alice, _ = people(app)
    for number in range(AT_ONCE):
        provider.order(f"o-{number}", total=100_000)
    limits = {"agent": {"AED": RefundLimit(single=50_000, day=PLENTY, shop=350, per_hour=PLENTY)}}
    came = all_at_once(lambda number: refund(app, alice, f"o-{number}", 100, limits, ask=number % 2 == 0))
    assert came == Counter({int: 3, AboveLimit: 17})


LIMITS: Limits = {
    "agent": {"AED": RefundLimit(single=100, day=PLENTY)},
    "finance": {"AED": RefundLimit(single=PLENTY, day=PLENTY)},
}


@pytest.fixture
def request_id(app: Flask, provider: Provider) -> int:
    provider.order("o-1", total=100_000)
    refund(app, people(app)[0], "o-1", 5_000, LIMITS, ask=True)
    with app.app_context():
        return db.session.scalars(select(Approval.id)).one()


def decide(app: Flask, person: int, request_id: int) -> Intent:
    with app.test_request_context():
        request = db.session.get_one(Approval, request_id)
        looked = look_at(postpay(account(app)), account(app), request)
        approver = Requester(person, LIMITS)
        return approve(
            postpay(account(app)), account(app), looked, approver=approver, seen=looked.seen, deadline=5.0
        )


def the_intent(app: Flask) -> Intent:
    with app.app_context():
        return db.session.scalars(select(Intent)).one()


@pytest.mark.requirement("R20")
@pytest.mark.timeout(120)
def test_twenty_approvals_at_once_send_one_refund(app: Flask, provider: Provider, request_id: int) -> None:
    farah = people(app)[1]
    came = all_at_once(lambda _: decide(app, farah, request_id))
    assert set(came) <= {Intent, NotDecided}
    assert len(provider.refunds("o-1")) == 1
    assert (the_intent(app).state, the_intent(app).approved_by) == (IntentState.SUCCEEDED, farah)
    assert len([call for call in provider.seen("POST") if call["path"].endswith("/refunds")]) == 1


@pytest.mark.timeout(120)
def test_approved_rejected_and_withdrawn_at_once_one_of_them_counts(
    app: Flask, provider: Provider, request_id: int
) -> None:
    alice, farah = people(app)

    def act(number: int) -> object:
        if number % 3 == 0:
            return decide(app, farah, request_id)
        is_hers = number % 3 == 1
        decision, by = (Decision.WITHDRAWN, alice) if is_hers else (Decision.REJECTED, farah)
        with app.test_request_context():
            return refuse(account(app), request_id, decision, by=by, note="no")

    all_at_once(act)
    with app.app_context():
        decision = db.session.scalars(select(Approval.decision)).one()
    is_approved = decision == Decision.APPROVED
    assert len(provider.refunds("o-1")) == is_approved
    assert the_intent(app).state == (IntentState.SUCCEEDED if is_approved else IntentState.REFUSED)


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.requirement("R20")
def test_what_was_approved_by_a_process_that_ended_is_sent_by_the_worker(
    app: Flask, provider: Provider, request_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(approval_decisions, "perform", killed)
        with pytest.raises(Killed):
            decide(app, people(app)[1], request_id)
    assert provider.refunds("o-1") == []
    assert the_intent(app).state == IntentState.PENDING
    with time_machine.travel(now() + timedelta(minutes=1)), app.test_request_context():
        resolve_due(INTENTS, account(app), mover(account(app)), deadline=5.0)
    assert the_intent(app).state == IntentState.SUCCEEDED
    assert [one["refund_id"] for one in provider.refunds("o-1")] == [the_intent(app).refund_id]


def test_the_worker_never_sends_what_waits(app: Flask, provider: Provider, request_id: int) -> None:
    for hours in (0, 1, 25):
        with time_machine.travel(now() + timedelta(hours=hours)), app.test_request_context():
            resolve_due(INTENTS, account(app), mover(account(app)), deadline=5.0, all_open=True)
    assert the_intent(app).state == IntentState.AWAITING_APPROVAL
    assert provider.refunds("o-1") == []


def test_a_refund_of_yesterday_evening_counts_on_the_day_that_it_is_sent(
    app: Flask, provider: Provider, request_id: int
) -> None:
    alice, farah = people(app)
    provider.order("o-2", total=100_000)
    zone = account(app).zone
    morning = (now().astimezone(zone) + timedelta(days=1)).replace(hour=0, minute=30)
    limits = {"agent": {"AED": RefundLimit(single=100, day=5_050)}}
    with time_machine.travel(min(morning, now() + timedelta(hours=23))):
        decide(app, farah, request_id)
        with pytest.raises(NeedsApproval):
            refund(app, alice, "o-2", 60, limits)
