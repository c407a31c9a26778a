"""Who acts in a history: agents and their double clicks, finance, workers, a colleague at the provider's own pages."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from webapp.access.form_tokens import SubmitToken
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.payments.errors import NotMoved
from webapp.payments.intents import MADE_OTHERWISE, NOT_DONE
from webapp.providers.http.errors import GatewayError, Refused

from .desk import Desk, Hands
from .provider import Provider
from .schedule import LOOK_EVERY, Killed, Schedule


@dataclass
class Said:
    """What people decided, and what pages told them of it."""

    forms: set[str] = field(default_factory=set)
    done: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)

    def hear(self, intent: Intent) -> None:
        if intent.state == IntentState.SUCCEEDED:
            self.done.add(intent.id)
        elif intent.state == IntentState.REFUSED:
            self.refused.add(intent.id)


class Scene:
    """A history's cast."""

    def __init__(self, desk: Desk, provider: Provider, schedule: Schedule, dice: random.Random) -> None:
        self.desk, self.provider, self.schedule, self.dice = desk, provider, schedule, dice
        self.said = Said()
        self.web = Hands(desk, provider)

    def people(self, agents: int, wishes: int) -> None:
        for number in range(agents):
            person = self.desk.people[number % 4]
            self.schedule.spawn(f"agent {number}", lambda person=person: self.agent(person, wishes))
        for number in range(2):
            hands = Hands(self.desk, self.provider)
            work = lambda hands=hands: self.worker(hands)  # noqa: E731
            self.schedule.spawn(f"worker {number}", work, after=self.dice.random() * 3, lives_on=True)
        self.schedule.spawn("finance", lambda: self.finance(3))
        self.schedule.spawn("colleague", lambda: self.colleague(2), may_die=False)

    # An agent

    def agent(self, person: int, wishes: int) -> None:
        for _ in range(wishes):
            self.surviving(lambda: self.wish(person))

    def surviving(self, act: Callable[[], None]) -> None:
        """A person outlives the process that served them; a process is started anew."""
        try:
            act()
        except Killed:
            return

    def wish(self, person: int) -> None:
        self.schedule.pause(self.think())
        order_id = self.dice.choice(list(self.provider.books))
        kind = IntentKind.CAPTURE if self.dice.random() < 0.3 else IntentKind.REFUND
        try:
            with self.desk.acting(person):
                form = self.web.open_form(person, order_id, kind)
        except GatewayError:
            return
        if form is None:
            return
        amount = max(
            1, min(form.seen_remaining, self.dice.choice((100, 250, form.seen_remaining, form.seen_remaining)))
        )
        self.said.forms.add(form.hash)
        self.schedule.pause(self.think())
        for _ in range(self.dice.choice((0, 0, 0, 1, 2))):
            click = lambda: self.surviving(lambda: self.send(person, form, amount))  # noqa: E731
            self.schedule.spawn("click", click, after=self.dice.choice((0.0, 0.1, 2.0, 30.0, 700.0)))
        self.until_answered(person, form, amount)
        if self.schedule.is_bad_day:
            self.press(person, order_id)
        self.schedule.pause(self.think())
        self.look(person, order_id)

    def until_answered(self, person: int, form: SubmitToken, amount: int) -> None:
        """Whoever gets no page presses again."""
        for _ in range(3):
            try:
                if self.send(person, form, amount):
                    return
            except Killed:
                self.schedule.pause(self.dice.choice((1.0, 20.0)))

    def press(self, person: int, order_id: str) -> None:
        """Whoever has waited for long presses "Check now" again and again."""
        for _ in range(3):
            self.schedule.pause(self.dice.choice((0.5, 1.0, 3.0)))
            with self.desk.acting(person):
                for intent in self.web.intents(order_id):
                    self.web.check(intent)

    def send(self, person: int, form: SubmitToken, amount: int) -> bool:
        """Whether there was an answer that says what became of it."""
        try:
            with self.desk.acting(person):
                is_refund = form.kind == IntentKind.REFUND
                self.said.hear(self.web.refund(form, amount) if is_refund else self.web.capture(form))
        except NotMoved:
            return True
        except GatewayError:
            return False
        return True

    def look(self, person: int, order_id: str) -> None:
        try:
            with self.desk.acting(person):
                _, intents = self.web.open_page(order_id)
                for intent in intents:
                    self.said.hear(intent)
        except GatewayError:
            return

    def think(self) -> float:
        return self.dice.choice((0.0, 0.0, 0.5, 3.0, 20.0, 90.0))

    # The others

    def worker(self, hands: Hands) -> None:
        while True:
            try:
                with self.desk.acting(None):
                    hands.resolve_due()
                    due = hands.next_look()
                self.schedule.sleep(LOOK_EVERY, due)
            except Killed:
                self.schedule.pause(5.0)

    def finance(self, times: int) -> None:
        for _ in range(times):
            self.surviving(self.finance_act)

    def finance_act(self) -> None:
        self.schedule.pause(self.dice.choice((5.0, 60.0, 1000.0, 90_000.0)))
        person = self.desk.people[2]
        with self.desk.acting(person):
            for intent in self.web.unsettled():
                act = self.dice.choice(("check", "again", "close"))
                if act == "check":
                    self.web.check(intent)
                elif act == "again":
                    self.web.send_again(intent)
                else:
                    self.web.close(intent, self.found(intent))

    def found(self, intent: Intent) -> str:
        """What finance sees at the provider's own pages, which never lag."""
        made = {one.refund_id for one in self.provider.books[intent.order_id].now.refunds}
        return MADE_OTHERWISE if intent.refund_id in made else NOT_DONE

    def colleague(self, times: int) -> None:
        """At the provider's dashboard."""
        for number in range(times):
            self.schedule.pause(self.dice.choice((1.0, 10.0, 60.0, 400.0)))
            order_id = self.dice.choice(list(self.provider.books))
            try:
                if self.dice.random() < 0.5:
                    self.provider.refund(order_id, f"dashboard-{number}", 150)
                else:
                    self.provider.capture(order_id, "elsewhere")
            except Refused:
                continue
