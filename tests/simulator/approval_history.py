"""Histories of refunds for two: people who ask, who approve, reject, return and withdraw, at once and when killed."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from datetime import timedelta

from sqlalchemy import select

from webapp.access.form_tokens import SubmitToken
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.approval import Approval, Decision
from webapp.models.intent import IntentKind
from webapp.payments.approval_decisions import NotDecided, approve, look_at, refuse
from webapp.payments.approval_requests import lapse_due
from webapp.payments.errors import NotMoved
from webapp.payments.refund_limits import Requester
from webapp.providers.http.errors import GatewayError

from .desk import DEADLINE, ENOUGH, Desk, limits_of_everybody
from .history import CURRENCIES, Told, _calm, _check_that_nothing_changes, kill_now_and_then
from .invariants import check, check_settled
from .people import Scene
from .provider import Provider
from .schedule import Schedule

SINGLE = 200
"""What one person may refund alone, minor units."""
ASKERS, APPROVERS = (1, 2, 3), (3, 4)
"""People by their place in the desk's list: two agents and Farah ask; she and another one of finance approve."""
WITHIN_A_DAY = timedelta(hours=25)


class ApprovalScene(Scene):
    """A history's cast, where larger refunds need two."""

    def people(self, agents: int, wishes: int) -> None:
        for number in range(agents):
            person = self.desk.people[ASKERS[number % len(ASKERS)]]
            self.schedule.spawn(f"agent {number}", lambda person=person: self.agent(person, wishes))
        for number in range(3):
            person = self.desk.people[APPROVERS[number % len(APPROVERS)]]
            self.schedule.spawn(f"approver {number}", lambda person=person: self.approver(person, 3))
        work = lambda: self.worker(self.web)  # noqa: E731
        self.schedule.spawn("worker", work, after=self.dice.random() * 3, lives_on=True)

    def wish(self, person: int) -> None:
        self.schedule.pause(self.think())
        order_id = self.dice.choice(list(self.provider.books))
        try:
            with self.desk.acting(person):
                form = self.web.open_form(person, order_id, IntentKind.REFUND)
        except GatewayError:
            return
        if form is None:
            return
        amount = min(form.seen_remaining, self.dice.choice((100, 250, 300, form.seen_remaining)))
        self.said.forms.add(form.hash)
        self.schedule.pause(self.think())
        for _ in range(self.dice.choice((0, 0, 1))):
            click = lambda: self.surviving(lambda: self.send(person, form, amount))  # noqa: E731
            self.schedule.spawn("click", click, after=self.dice.choice((0.0, 0.1, 30.0)))
        self.until_answered(person, form, amount)
        if self.dice.random() < 0.15:
            self.surviving(lambda: self.withdraw(person, form))

    def send(self, person: int, form: SubmitToken, amount: int) -> bool:
        """Asks for approval where the page says that it is needed; sometimes sends without, all the same."""
        ask = amount > SINGLE and self.dice.random() < 0.9
        try:
            with self.desk.acting(person):
                self.said.hear(self.web.refund(form, amount, single=SINGLE, ask=ask))
        except NotMoved:
            return True
        except GatewayError:
            return False
        return True

    def withdraw(self, person: int, form: SubmitToken) -> None:
        self.schedule.pause(self.think())
        with self.desk.acting(person):
            for request in self.waiting():
                if request.intent.submit_token_hash == form.hash:
                    self.decide(request, Decision.WITHDRAWN, person)

    def approver(self, person: int, times: int) -> None:
        for _ in range(times):
            self.surviving(lambda: self.look_through(person))

    def look_through(self, person: int) -> None:
        self.schedule.pause(self.dice.choice((0.5, 3.0, 20.0, 90.0, 600.0)))
        with self.desk.acting(person):
            for request in self.waiting():
                act = self.dice.choice(("approve", "approve", "leave", "leave", Decision.REJECTED, Decision.RETURNED))
                if act == "approve":
                    self.approve(request, person)
                elif act != "leave":
                    self.decide(request, Decision(act), person)

    def approve(self, request: Approval, person: int) -> None:
        web = self.web
        try:
            looked = look_at(web.client, web.account, request)  # type: ignore[arg-type]
            self.schedule.pause(self.dice.choice((0.0, 0.0, 5.0)))
            approver = Requester(person, limits_of_everybody(request.intent.currency, ENOUGH))
            self.said.hear(
                approve(
                    web.client, web.account, looked, approver=approver, seen=looked.seen, deadline=DEADLINE  # type: ignore[arg-type]
                )
            )
        except (NotDecided, GatewayError):
            return

    def decide(self, request: Approval, decision: Decision, person: int) -> None:
        try:
            self.said.hear(refuse(self.web.account, request.id, decision, by=person, note="not so"))
        except NotDecided:
            return

    def waiting(self) -> list[Approval]:
        found = list(db.session.scalars(select(Approval).where(Approval.decision.is_(None)).order_by(Approval.id)))
        release()
        return found


def play_approvals(desk: Desk, schedule: Schedule, dice: random.Random) -> Told:
    desk.begin(schedule)
    _hire_a_second_of_finance(desk)
    provider = Provider(schedule, dice)
    provider.witness = lambda refund_id: _witness(desk, refund_id)
    for number in range(dice.choice((1, 2))):
        provider.add(f"order-{number}", dice.choice((600, 1000)), dice.choice(CURRENCIES), "captured", "good")
    scene = ApprovalScene(desk, provider, schedule, dice)
    scene.people(agents=dice.choice((2, 3)), wishes=dice.choice((1, 2)))
    schedule.spawn("killer", lambda: kill_now_and_then(schedule, dice), lives_on=True, may_die=False)
    schedule.run()
    schedule.run_out()
    _let_the_rest_lapse(desk, schedule)
    _calm(desk, provider, schedule)
    check(desk, provider, scene.said)
    check_settled(desk)
    _check_that_nothing_changes(desk, provider, schedule)
    states = Counter(row["state"] for row in desk.look("SELECT state FROM intent"))
    states += Counter(row["decision"] for row in desk.look("SELECT decision FROM approval"))
    made = sum(len(book.now.refunds) for book in provider.books.values())
    return Told(states, len(provider.posts), made, schedule.acts)


def _hire_a_second_of_finance(desk: Desk) -> None:
    connection = sqlite3.connect(desk.path)
    connection.execute("UPDATE user_role SET role = 'finance' WHERE user_id = ?", (desk.people[APPROVERS[1]],))
    connection.execute("UPDATE user SET roles_changed = NULL")
    connection.commit()
    connection.close()


def _witness(desk: Desk, refund_id: str) -> None:
    """What is on disk when a refund arrives; with two people behind it where one is not enough."""
    desk.witness(refund_id)
    (intent,) = desk.look("SELECT * FROM intent WHERE refund_id = ?", refund_id)
    if intent["amount_minor"] <= SINGLE:
        return
    given = desk.look("SELECT * FROM approval WHERE intent_id = ? AND decision = 'approved'", intent["id"])
    assert len(given) == 1, "sent without a second person"
    assert given[0]["decided_by"] == intent["approved_by"], "sent on somebody else's word"
    assert given[0]["decided_by"] != intent["requested_by"], "sent on the word of whoever asked"


def _let_the_rest_lapse(desk: Desk, schedule: Schedule) -> None:
    def lapse() -> None:
        schedule.pause(WITHIN_A_DAY.total_seconds())
        with desk.acting(None):
            lapse_due(desk.account)

    schedule.spawn("lapse", lapse, may_die=False)
    schedule.run()
    open_ones = desk.look("SELECT 1 FROM approval WHERE decision IS NULL")
    assert not open_ones, "a request waits longer than a day"
    assert not desk.look("SELECT 1 FROM intent WHERE state = 'awaiting_approval'"), "a refund waits without a request"
