"""What goes wrong is told from its threshold on, once by all workers together, again while it goes on, and its end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from pydantic import SecretStr
from sqlalchemy import select, update

from tests.conftest import PASSWORD, PEOPLE
from tests.people import hire
from tests.web.test_connection import done
from tests.webhooks.forwarding.onward import add_target
from tests.webhooks.receiving import Receiving, order_body
from webapp.core.alert_rule_setting import AlertRule
from webapp.core.database import writing
from webapp.models.base import now
from webapp.models.delivery import Delivery
from webapp.models.forward import Forward, ForwardAttempt, ForwardTarget
from webapp.webhooks.forwarding import targets
from webapp.webhooks.receiver import settings

from .watching import Watching


def set_to(watching: Watching, **changes: object) -> None:
    """Another setting from now on."""
    app = watching.app
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=changes)


def test_a_key_that_is_not_accepted_is_told_once_and_again_and_its_end(watching: Watching) -> None:
    assert watching.look() == 0
    watching.calls("Unauthorized 401", 1)
    assert [watching.look() for _ in range(3)] == [2, 0, 0], "by both ways, once"
    watching.let_pass(59)
    assert watching.look() == 0
    watching.let_pass(2)
    assert watching.look() == 2
    watching.nothing_more()
    assert watching.look() == 0, "nobody has asked: it is not known whether the key is accepted"
    watching.calls("ok", 1)
    assert [watching.look() for _ in range(2)] == [2, 0]
    assert watching.told() == [("credentials", news) for news in ("began", "goes_on", "over")]


@pytest.mark.parametrize("outcome", ["ProviderFailed 503", "AnswerLost", "NotSent", "BreakerOpen"])
def test_a_provider_that_fails_is_told_from_ten_on(watching: Watching, outcome: str) -> None:
    watching.calls("ok", 100)
    watching.calls(outcome, 9)
    watching.calls("NotFound 404", 90)
    assert watching.look() == 0
    watching.calls(outcome, 10)
    assert watching.look() == 2
    watching.calls(outcome, 9)
    watching.look()
    assert watching.told() == [("provider", "began"), ("provider", "over")]


def test_refused_deliveries_are_told_but_not_what_anybody_can_send(watching: Watching) -> None:
    watching.refused(400, "unknown_address")
    watching.refused(4)
    assert watching.look() == 0
    watching.refused(3, "not_served")
    assert watching.look() == 2
    assert [one.count for one in watching.messages()] == [7, 7]


def test_what_comes_and_goes_is_told_twice_in_a_quiet_period_at_most(watching: Watching) -> None:
    for _ in range(5):
        watching.refused(9)
        watching.look()
        watching.nothing_more()
        watching.look()
        watching.let_pass(5)
    assert watching.told() == [("refused", "began"), ("refused", "over")]
    watching.refused(9)
    watching.let_pass(60)
    watching.look()
    assert watching.told()[2:] == [("refused", "began")]


def test_thresholds_and_quiet_periods_are_the_operators(watching: Watching) -> None:
    set_to(watching, alert_refused=AlertRule(threshold=50, quiet_minutes=5), alert_provider=None)
    watching.refused(49)
    watching.calls("NotSent", 999)
    assert watching.look() == 0
    watching.refused(50)
    watching.look()
    watching.let_pass(6)
    watching.look()
    assert watching.told() == [("refused", "began"), ("refused", "goes_on")]
    set_to(watching, alert_refused=None)
    watching.nothing_more()
    assert watching.look() == 0, "what is switched off is not told, and neither is its end"


def test_many_workers_tell_it_once(watching: Watching) -> None:
    watching.refused(9)
    with ThreadPoolExecutor(6) as pool:
        queued = sum(pool.map(lambda _: watching.look(), range(12)))
    assert queued == 2
    assert watching.told() == [("refused", "began")]


def test_without_any_way_it_is_watched_all_the_same(watching: Watching) -> None:
    set_to(watching, smtp_host="", alert_webhook=SecretStr(""))
    watching.refused(9)
    assert watching.look() == 0
    assert watching.messages() == []


@pytest.fixture
def receiving(watching: Watching) -> Receiving:
    with watching.app.app_context():
        hire(watching.app, {"admin": PEOPLE["admin"]}, PASSWORD)
    return Receiving(watching.app)


def attempt(receiving: Receiving, delivery_id: int, code: int | None) -> None:
    """Of a delivery at the only target."""
    with receiving.app.app_context(), writing() as session:
        target = session.get_one(ForwardTarget, 1)
        target.last_at, target.last_code = now(), code
        forward = session.scalars(select(Forward).where(Forward.delivery_id == delivery_id)).one()
        error = None if code else "TimeoutError"
        session.add(ForwardAttempt(forward_id=forward.id, code=code, error=error, ms=1))


def test_a_shop_that_takes_nothing_is_told_until_it_takes_one(watching: Watching, receiving: Receiving) -> None:
    target_id = add_target(receiving, "http://localhost:1/x")
    for number in range(6):
        receiving.deliver(order_body(f"order-{number}"))
        attempt(receiving, number + 1, 500)
    with receiving.app.app_context():
        targets.pause_target(receiving.account, target_id, 1)
    assert watching.look() == 0, "nothing is forwarded"
    with receiving.app.app_context():
        targets.resume_target(receiving.account, target_id, 1)
    assert watching.look() == 2
    for number in range(5):
        attempt(receiving, number + 1, None)
    assert watching.look() == 0
    attempt(receiving, 6, 204)
    assert watching.look() == 2
    assert watching.told() == [("forwards", "began"), ("forwards", "over")]
    assert watching.messages()[0].count == 6


def test_silence_is_told_until_a_delivery_comes(watching: Watching, receiving: Receiving) -> None:
    with receiving.app.app_context(), writing() as session:
        session.execute(update(settings.Receiver).values(created=now() - timedelta(hours=2)))
    receiving.deliver(order_body("told"))
    with receiving.app.app_context(), writing() as session:
        session.execute(update(Delivery).values(received=now() - timedelta(minutes=90)))
    done(watching.app, "silent", 30)
    assert watching.look() == 2
    with time_machine.travel(now() + timedelta(days=2)):
        assert watching.look() == 0, "that it is long ago does not make it well"
    receiving.deliver(order_body("another"))
    assert watching.look() == 2
    assert watching.told() == [("silence", "began"), ("silence", "over")]


def test_who_stops_receiving_is_told_nothing_any_more(watching: Watching, receiving: Receiving) -> None:
    with receiving.app.app_context(), writing() as session:
        session.execute(update(settings.Receiver).values(created=now() - timedelta(hours=2)))
    done(watching.app, "silent", 30)
    watching.look()
    with receiving.app.app_context():
        settings.stop_receiving(receiving.account, receiving.id)
    assert watching.look() == 0
    assert watching.told() == [("silence", "began")]
