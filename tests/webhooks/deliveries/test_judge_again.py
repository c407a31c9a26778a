"""After a secret was corrected, what was refused and kept is judged again; what is genuine then is processed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select, update

from tests.browser import Browser
from tests.conftest import PASSWORD, make_settings
from tests.emulators.kit.receiver import receiving as listening
from tests.provider import Provider
from tests.webhooks.forwarding.onward import add_target
from tests.webhooks.receiving import Receiving, order_body
from webapp import create_app
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.models.base import now
from webapp.models.delivery import Receiver
from webapp.models.staff_session import StaffSession
from webapp.providers.postpay.signature import sign, sign_bare
from webapp.webhooks.deliveries.judge_again import Judged, judge_again
from webapp.webhooks.receiver import settings

PAGE = "/demo/deliveries/receiving"
RIGHT = "the-secret-that-postpay-has-" + "r" * 32


def test_what_is_genuine_by_the_new_secret_is_processed_as_if_it_had_just_come(
    receiving: Receiving, adam: Browser, provider: Provider
) -> None:
    provider.order("order-01")
    for number in range(3):
        body = order_body(note=number)
        assert receiving.deliver(body, sign(body, RIGHT, at=int(time.time()))).status_code == 401
    receiving.deliver(order_body(), "0" * 64)
    adam.open(PAGE)
    adam.submit("Judge them again")
    assert "None of the refused deliveries is genuine" in adam.words
    adam.submit("Accept this secret too", secret=RIGHT)
    assert "4 refused deliveries are kept" in adam.words
    adam.submit("Judge them again")
    assert "3 of 4 are genuine" in adam.words
    assert [(row.verdict, row.outcome, row.object_id) for row in receiving.rows()] == [
        *[("timed", "waiting", "order-01")] * 3, ("wrong", "refused", None),
    ]  # fmt: skip
    receiving.reread()
    assert [row.outcome for row in receiving.rows()] == ["read"] * 3 + ["refused"]
    adam.open("/audit?what=delivery.judged_again")
    assert "Adam Admin had refused deliveries judged again: 3 of 4 are genuine" in adam.words


def test_only_who_proves_who_they_are_has_them_judged(receiving: Receiving, adam: Browser, farah: Browser) -> None:
    receiving.deliver(order_body(), "0" * 64)
    farah.open(PAGE)
    assert "Judge them again" not in farah.words
    with receiving.app.app_context(), writing() as session:
        session.execute(update(StaffSession).values(confirmed=now() - timedelta(minutes=6)))
    adam.open(PAGE)
    adam.submit("Judge them again")
    assert adam.address == f"/you/confirm?next={PAGE}"
    adam.submit("Continue", password=PASSWORD)
    adam.submit("Judge them again")
    assert "None of the refused deliveries is genuine" in adam.words


class TestOnBothEngines:
    """Against a provider that nobody needs to ask."""

    @pytest.fixture
    def app(self, engine_url: str, tmp_path: Path) -> Iterator[Flask]:
        app = create_app(make_settings("http://127.0.0.1:1", engine_url, tmp_path))
        yield app
        with app.app_context():
            db.engine.dispose()

    def test_each_is_judged_by_the_moment_at_which_it_came(self, receiving: Receiving) -> None:
        late, intime = order_body("late"), order_body("in-time")
        moment = int(time.time())
        receiving.deliver(late, sign(late, RIGHT, at=moment - 3600))
        receiving.deliver(intime, sign(intime, RIGHT, at=moment))
        receiving.deliver(b"bare", sign_bare(b"bare", RIGHT))
        with time_machine.travel(now() + timedelta(hours=5)):
            assert self._judge(receiving) == Judged(3, 2)
        assert [row.verdict for row in receiving.rows()] == ["wrong", "timed", "bare"]
        assert [row.outcome for row in receiving.rows()] == ["refused", "waiting", "nothing"]

    def _judge(self, receiving: Receiving) -> Judged:
        with receiving.app.app_context():
            right = SecretStr(RIGHT)
            receiver = db.session.get(Receiver, receiving.id)
            assert receiver is not None
            if receiver.other_sealed is None:
                settings.replace_secret(receiving.account, receiving.id, receiving.settings, right)
            receiver = settings.receiver_of(receiving.account)
            assert receiver is not None
            return judge_again(receiving.account, receiver, receiving.settings)

    def test_what_came_again_meanwhile_is_counted_and_not_processed_twice(self, receiving: Receiving) -> None:
        body, moment = order_body(), int(time.time())
        receiving.deliver(body, sign(body, RIGHT, at=moment))
        with receiving.app.app_context():
            settings.replace_secret(receiving.account, receiving.id, receiving.settings, SecretStr(RIGHT))
        assert receiving.deliver(body, sign(body, RIGHT, at=moment)).status_code == 200
        assert self._judge(receiving) == Judged(1, 1)
        assert [(row.verdict, row.repeats) for row in receiving.rows()] == [("timed", 1)]
        assert self._judge(receiving) == Judged(0, 0)

    def test_it_is_sent_on_to_the_shop(self, receiving: Receiving) -> None:
        body = order_body()
        with listening() as shop:
            add_target(receiving, shop.url)
            receiving.deliver(body, sign(body, RIGHT, at=int(time.time())))
            assert self._judge(receiving) == Judged(1, 1)
            receiving.work("forward")
        assert [row.forward_state for row in receiving.rows()] == ["sent"]

    def test_the_entry_holds_no_secret(self, receiving: Receiving) -> None:
        receiving.deliver(b"x", "0" * 64)
        self._judge(receiving)
        with receiving.app.app_context():
            entry = db.session.scalar(select(AuditEntry).where(AuditEntry.event == "delivery.judged_again"))
            assert json.loads(entry.after) == {"count": 1, "genuine": 0, "receiver_id": receiving.id}
