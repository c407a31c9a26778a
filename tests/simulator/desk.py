"""The desk of a history: the real application on a SQLite file of its own, and what everybody does through it."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import PASSWORD, PEOPLE, make_settings
from tests.people import hire
from webapp import audit, create_app
from webapp.access.form_tokens import SubmitToken
from webapp.access.permissions import Role
from webapp.core.database import is_writing, release
from webapp.core.extensions import db
from webapp.core.refund_limits_setting import Limits, RefundLimit
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.models.user import User
from webapp.money import Money
from webapp.operations.kind import NotYet
from webapp.operations.resolve_unknown import check_now, close, resolve_due, send_again
from webapp.payments import captures, refunds, snapshot
from webapp.payments.intents import INTENTS, open_intent_of, order_version
from webapp.payments.refund_limits import Requester
from webapp.payments.resolve_from_reading import resolve_from_reading
from webapp.providers.postpay.mover import PostpayMover

from .client import Client
from .provider import Provider
from .schedule import Schedule, SwitchingTurns

T = TypeVar("T")

DEADLINE = 10.0
ENOUGH = 10**12


def limits_of_everybody(currency: str, single: int) -> Limits:
    """The same for each role: so much at once, and else whatever there is."""
    limit = RefundLimit(single=single, day=ENOUGH, approval=ENOUGH, per_hour=ENOUGH)
    return {role.value: {currency: limit} for role in Role}


class AtOnce:
    """In the place of a pool of threads: what would be read side by side is read one after the other."""

    def submit(self, run: Callable[..., T], *given: object) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(run(*given))
        except Exception as error:
            done.set_exception(error)
        return done


class Desk:
    """Made once; `of` gives the same desk with an empty book for the next history."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path, self.empty = folder, folder / "desk.sqlite3", folder / "empty.sqlite3"
        self.app: Flask = create_app(
            make_settings("http://127.0.0.1:1", f"sqlite:///{self.path}", folder, rotation_quiet_hours=1)
        )
        self.account = self.app.extensions["settings"].accounts[0]
        with self.app.app_context():
            hire(self.app, PEOPLE, PASSWORD)
            self.people = list(db.session.scalars(select(User.id).order_by(User.id)))
            db.session.close()
            db.engine.dispose()
        shutil.copy(self.path, self.empty)
        snapshot._pool = AtOnce()  # type: ignore[assignment]

    def begin(self, schedule: Schedule) -> None:
        """An empty book, and others act between its transactions."""
        with self.app.app_context():
            db.engine.dispose()
        for leftover in self.folder.glob("desk.sqlite3-*"):
            leftover.unlink()
        (self.folder / "audit-anchors.jsonl").unlink(missing_ok=True)
        shutil.copy(self.empty, self.path)
        self.app.extensions["desk_turns"] = self.turns = SwitchingTurns(schedule)

    def without_index(self, name: str, patch: pytest.MonkeyPatch) -> None:
        """For as long as the patch lasts, books begin without an index."""
        book = self.folder / "mistaken.sqlite3"
        shutil.copy(self.empty, book)
        connection = sqlite3.connect(book)
        connection.execute(f"DROP INDEX {name}")
        connection.commit()
        connection.close()
        patch.setattr(self, "empty", book)

    @contextmanager
    def acting(self, person: int | None) -> Iterator[None]:
        """A request of a person, or what a worker does."""
        with self.app.app_context():
            audit.bind(audit.Who(actor_id=person, actor_label="person" if person else "system"))
            yield
            release()

    def look(self, query: str, *values: object) -> list[sqlite3.Row]:
        """What another connection reads at this moment."""
        connection = sqlite3.connect(self.path)
        connection.row_factory = sqlite3.Row
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def witness(self, refund_id: str) -> None:
        """At the moment when the provider receives a refund: what must be on disk is, and no lock is held."""
        assert not is_writing(), "I12: the provider is asked inside of a transaction"
        assert not self.turns.is_taken, "I12: the provider is asked while somebody writes"
        intents = self.look("SELECT id FROM intent WHERE refund_id = ?", refund_id)
        assert intents, "I3: sent before the intent was on disk"
        entries = self.look(
            "SELECT 1 FROM audit_entry WHERE event = 'refund.intent' AND json_extract(after, '$.intent_id') = ?",
            intents[0]["id"],
        )
        assert entries, "I3: sent before the entry was on disk"


class Hands:
    """What pages and the worker do, with the desk's own verbs and a client of their own."""

    def __init__(self, desk: Desk, provider: Provider) -> None:
        self.desk, self.account = desk, desk.account
        self.client = Client(provider)
        self.mover = PostpayMover(self.client)  # type: ignore[arg-type]

    def open_page(self, order_id: str) -> tuple[snapshot.OrderSnapshot, list[Intent]]:
        """Reads an order as its page does, which settles what the reading proves. Raises GatewayError."""
        reading = snapshot.read_order(self.client, order_id)  # type: ignore[arg-type]
        resolve_from_reading(self.client, self.account, reading.order, reading.refunds)  # type: ignore[arg-type]
        return reading, self.intents(order_id)

    def intents(self, order_id: str) -> list[Intent]:
        found = db.session.scalars(select(Intent).where(Intent.order_id == order_id).order_by(Intent.id)).all()
        release()
        return list(found)

    def open_form(self, person: int, order_id: str, kind: IntentKind) -> SubmitToken | None:
        """A form, or None where the page offers none. Raises GatewayError."""
        reading, intents = self.open_page(order_id)
        reading = reading.knowing(intents)
        wanted = snapshot.CAPTURED if kind == IntentKind.REFUND else captures.APPROVED
        if open_intent_of(self.account, order_id) is not None or reading.order.status != wanted:
            return None
        seen = reading.order.total if kind == IntentKind.CAPTURE else reading.remaining
        if seen is None or seen.minor <= 0:
            return None
        version = order_version(self.account, order_id)
        release()
        return SubmitToken(
            kind, person, self.account.slug, order_id, version, seen.minor, seen.currency, secrets.token_hex(16)
        )

    def refund(self, token: SubmitToken, amount: int, *, single: int = ENOUGH, ask: bool = False) -> Intent:
        """Raises NotMoved and GatewayError."""
        requester = Requester(token.user_id, limits_of_everybody(token.currency, single))
        return refunds.issue_refund(
            client=self.client,  # type: ignore[arg-type]
            account=self.account,
            token=token,
            requester=requester,
            decision=refunds.Decision(Money(amount, token.currency), "returned", "", lambda _lines: "Returned"),
            deadline=DEADLINE,
            ask=ask,
        )

    def capture(self, token: SubmitToken) -> Intent:
        """Raises NotMoved and GatewayError."""
        return captures.capture_order(
            client=self.client,  # type: ignore[arg-type]
            account=self.account,
            token=token,
            requester=Requester(token.user_id),
            deadline=DEADLINE,
        )

    def resolve_due(self, *, all_open: bool = False) -> None:
        resolve_due(INTENTS, self.account, self.mover, deadline=DEADLINE, all_open=all_open)

    def next_look(self) -> datetime | None:
        """When the worker has something to look at again."""
        undecided = Intent.state.in_((IntentState.PENDING, IntentState.UNKNOWN))
        due = db.session.scalar(select(func.min(Intent.next_check)).where(undecided))
        release()
        return due

    def check(self, intent: Intent) -> Intent:
        return check_now(INTENTS, self.mover, intent, deadline=DEADLINE)

    def send_again(self, intent: Intent) -> Intent | None:
        try:
            return send_again(INTENTS, self.mover, intent, deadline=DEADLINE)
        except NotYet:
            return None

    def close(self, intent: Intent, found: str) -> Intent | None:
        try:
            return close(INTENTS, intent, found, "seen in Postpay's dashboard")
        except NotYet:
            return None

    def unsettled(self) -> list[Intent]:
        states = (IntentState.PENDING, IntentState.UNKNOWN, IntentState.ATTENTION)
        found = list(db.session.scalars(select(Intent).where(Intent.state.in_(states)).order_by(Intent.id)))
        release()
        return found
