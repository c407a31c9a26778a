"""Whoever was first to send and is last to settle: a newer sending may be on its way, or done."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select, update

from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.intent import Intent, IntentState
from webapp.models.user import User
from webapp.operations.classify import AttemptResult, Conclusion
from webapp.operations.engine import settle
from webapp.payments.intents import INTENTS
from webapp.providers.contract import Answer

NOT_SENT = AttemptResult(Conclusion(IntentState.REFUSED, "not_sent"), Answer.NOT_SENT)
DONE = AttemptResult(Conclusion(IntentState.SUCCEEDED, "done"), Answer.DONE)


def test_what_was_sent_again_meanwhile_is_not_called_refused(app: Flask) -> None:
    with app.app_context():
        with writing() as session:
            person = session.scalars(select(User.id)).first()
            intent = Intent(
                kind="refund", account="demo", refund_id="bo-late", submit_token_hash="x", order_id="order-01",
                currency="AED", amount_minor=100, seen_remaining=100, order_version=0, requested_by=person,
                state=IntentState.PENDING, attempt=1, lease_until=now(), next_check=now(), first_sent=now(),
            )  # fmt: skip
            session.add(intent)
        with writing() as session:
            session.execute(
                update(Intent)
                .where(Intent.id == intent.id)
                .values(attempt=2)
                .execution_options(synchronize_session=False)
            )
        assert intent.attempt == 1, "as the first sender knows it"
        assert settle(INTENTS, intent, NOT_SENT).state == IntentState.PENDING, "the second sending decides"
        assert settle(INTENTS, db.session.get_one(Intent, intent.id), DONE).state == IntentState.SUCCEEDED
        db.session.close()
