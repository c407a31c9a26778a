"""The check at the ends of days: a capture or refund of the very day is not missing yet, the moment before it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.conftest import make_settings
from tests.people import hire
from tests.provider import Provider
from webapp import create_app, jobs
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.models.base import now
from webapp.models.check import CheckRun, MissingTransaction
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.models.job import Job, JobState
from webapp.models.user import User
from webapp.settlement.reconciliation.ages import ages
from webapp.settlement.reconciliation.start import start_check

from .desk import TICK


@pytest.mark.parametrize("zone", ["Asia/Dubai", "UTC", "America/New_York"])
def test_more_than_three_days_ago_is_before_that_day_began(
    engine_url: str, sandbox: Sandbox, provider: Provider, tmp_path: Path, zone: str
) -> None:
    settings = make_settings(sandbox.base_url, engine_url, tmp_path)
    account = settings.accounts[0].model_copy(update={"time_zone": zone})
    app = create_app(settings.model_copy(update={"accounts": (account,)}))
    with app.app_context():
        hire(app, {"finance": ("farah@example.test", "Farah")}, "correct horse battery staple")
        span = ages(account, settings, now())
        for name, moment in (("before", span.captured - TICK), ("that day", span.captured)):
            provider.order(name, status="approved", created=(span.since + TICK).isoformat())
            provider.change(name, status="captured", status_changed=moment.isoformat())
            _refund(name, moment)
        start_check(account, None)
    assert jobs.work_once(app)
    with app.app_context():
        assert db.session.scalars(select(Job.state)).all() == [JobState.DONE]
        missing = select(MissingTransaction.kind, MissingTransaction.order_id).order_by(MissingTransaction.kind)
        assert db.session.execute(missing).all() == [("captured", "before"), ("refunded", "before")]
        run = db.session.scalars(select(CheckRun)).one()
        assert (run.orders, run.since) == (2, span.since)
        db.session.close()
        db.engine.dispose()


def _refund(order_id: str, settled: object) -> None:
    """A refund of the desk that succeeded at a moment."""
    with writing() as session:
        session.add(
            Intent(
                kind=IntentKind.REFUND, account="demo", submit_token_hash=order_id, order_id=order_id,
                refund_id=f"refund of {order_id}", currency="AED", amount_minor=500, seen_remaining=81480,
                order_version=0, state=IntentState.SUCCEEDED, requested_by=session.scalars(select(User.id)).first(),
                created=settled, lease_until=settled, next_check=settled, settled=settled,
            )
        )  # fmt: skip
