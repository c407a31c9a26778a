"""Deliveries are written down once, on both engines: repeated, many at once, while a secret is being replaced."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.datastructures import MultiDict

from tests.conftest import make_settings
from tests.emulators.kit.receiver import receiving as listening
from tests.webhooks.forwarding.onward import add_target, forwards, give_up, replay_missing
from tests.webhooks.receiving import CANARY, Receiving, order_body
from webapp import create_app
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.lists.filters.deliveries import DeliveryFilters
from webapp.models.base import Base, now
from webapp.models.delivery import Delivery
from webapp.providers.http.errors import GatewayError
from webapp.providers.postpay.signature import sign
from webapp.webhooks.deliveries import search
from webapp.webhooks.deliveries.retention import prune_deliveries
from webapp.webhooks.receiver import settings

NOWHERE = "http://127.0.0.1:1"
BODY = order_body()


@pytest.fixture
def app(engine_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(make_settings(NOWHERE, engine_url, tmp_path))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def receiving(app: Flask) -> Receiving:
    return Receiving(app)


def verdicts(receiving: Receiving) -> list[str]:
    return [row.verdict for row in receiving.rows()]


@pytest.mark.requirement("R57")
def test_a_repetition_is_answered_alike_and_not_taken_again(receiving: Receiving) -> None:
    moment = int(time.time())
    signature = sign(BODY, receiving.secret, at=moment)
    assert [receiving.deliver(BODY, signature).status_code for _ in range(3)] == [200] * 3
    (row,) = receiving.rows()
    assert row.repeats == 2
    assert receiving.deliver(BODY, at=moment - 1).status_code == 200  # the same news at another time
    assert len(receiving.rows()) == 2


def test_another_account_s_address_opens_nothing(engine_url: str, tmp_path: Path) -> None:
    settings = make_settings(NOWHERE, engine_url, tmp_path)
    other = settings.accounts[0].model_copy(update={"slug": "other"})
    app = create_app(settings.model_copy(update={"accounts": (*settings.accounts, other)}))
    demo, second = Receiving(app), Receiving(app, slug="other")
    assert demo.deliver(BODY, path=f"/hooks/other/{demo.token}").status_code == 404
    assert demo.deliver(BODY, path=second.path).status_code == 401
    assert second.deliver(BODY).status_code == 200
    with app.app_context():
        db.engine.dispose()


def test_both_secrets_are_good_while_one_is_replaced(receiving: Receiving) -> None:
    old = receiving.secret
    with receiving.app.app_context():
        new = settings.replace_secret(receiving.account, receiving.id, receiving.settings).get_secret_value()
    for number, secret in enumerate((old, new)):
        body = order_body(f"order-{number}")
        assert receiving.deliver(body, sign(body, secret, at=int(time.time()))).status_code == 200
    with receiving.app.app_context():
        settings.forget_old_secret(receiving.account, receiving.id)
    body = order_body("late")
    assert receiving.deliver(body, sign(body, old, at=int(time.time()))).status_code == 401
    assert receiving.deliver(body, sign(body, new, at=int(time.time()))).status_code == 200


HINTS = [
    (b'{"order_id": "o-1", "status": "captured"}', ("order", "order", "o-1", "o-1")),
    (b'{"order_id": 17, "status": "captured"}', ("order", "order", "17", "17")),
    (b'{"event": "transaction", "data": {"id": "t-1", "order": {"order_id": "o-1"}}}',
     ("transaction", "transaction", "t-1", "o-1")),
    (b'{"id": "t-1", "type": "refund", "amount": -1}', ("transaction", "transaction", "t-1", None)),
    (b'{"event": "order.captured", "data": {"order_id": "o-1"}}', ("order.captured", "order", "o-1", "o-1")),
    (b'{"event": "ORDER", "data": {"order_id": "o-1"}}', ("ORDER", "order", "o-1", "o-1")),
    (b'{"event": "Order_updated", "order_id": "o-1"}', ("Order_updated", "order", "o-1", "o-1")),
    (b'{"event": "refund.created", "data": {"order_id": "o-1"}}', ("refund.created", "order", "o-1", "o-1")),
    (b'{"event": "TRANSACTION.paid", "data": {"id": "t-1", "order": {"order_id": "o-1"}}}',
     ("TRANSACTION.paid", "transaction", "t-1", "o-1")),
    (b'{"event": "order.captured", "data": {"id": "t-1"}}', ("order.captured", None, None, None)),
    (b'{"event": 5, "data": {"order_id": "o-1"}}', ("order", "order", "o-1", "o-1")),
    (b'{"event": "ping", "data": {}}', ("ping", None, None, None)),
    (b'{"event": "order", "data": {"order_id": ".."}}', (None, None, None, None)),
    (b'{"event": "order", "data": {"order_id": "a\\u0000b"}}', (None, None, None, None)),
    (b'{"order_id": "a", "order_id": "b"}', (None, None, None, None)),
    (b"[" * 5000, (None, None, None, None)),
    (b"\xff\x00", (None, None, None, None)),
    (b"", (None, None, None, None)),
]  # fmt: skip


def test_what_it_speaks_of_is_read_and_odd_bodies_do_no_harm(receiving: Receiving) -> None:
    for body, _ in HINTS:
        assert receiving.deliver(body).status_code == 200
    told = [(row.event, row.object_kind, row.object_id, row.order_id) for row in receiving.rows()]
    assert [one[1:] for one in told] == [hint[1:] for _, hint in HINTS]
    assert [event for event, kind, *_ in told if kind] == [hint[0] for _, hint in HINTS if hint[1]]
    assert [row.outcome for row in receiving.rows()] == ["waiting" if hint[1] else "nothing" for _, hint in HINTS]


def test_of_what_is_refused_only_a_few_a_minute_are_kept(receiving: Receiving) -> None:
    for number in range(40):
        assert receiving.deliver(b"%d" % number, "0" * 64).status_code == 401
    assert 1 <= len(receiving.rows()) <= 5


def test_what_was_refused_never_stands_in_the_way_of_what_is_genuine(receiving: Receiving) -> None:
    moment = int(time.time())
    assert receiving.deliver(BODY, f"{moment}:{'0' * 64}").status_code == 401
    assert receiving.deliver(BODY, at=moment).status_code == 200
    assert verdicts(receiving) == ["wrong", "timed"]


def test_many_at_once_are_each_written_down_once(receiving: Receiving) -> None:
    bodies = [order_body(f"order-{number % 60}") for number in range(240)]
    moment = int(time.time())
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda body: receiving.deliver(body, at=moment).status_code, bodies))
    assert Counter(answers) == {200: 240}
    rows = receiving.rows()
    assert Counter(row.object_id for row in rows) == {f"order-{number}": 1 for number in range(60)}


def test_repetitions_that_arrive_together_are_each_counted(receiving: Receiving) -> None:
    """They gather while another batch is being written: of what is new, and of what is there already."""
    moment, known, new = int(time.time()), order_body("known"), order_body("new")
    assert receiving.deliver(known, at=moment).status_code == 200
    batch = receiving.app.extensions["taken_deliveries"]
    bodies = [known, new, known, new, new, known, order_body("once")]
    with ThreadPoolExecutor(len(bodies)) as pool:
        with batch._turn:
            answers = [pool.submit(receiving.deliver, body, at=moment) for body in bodies]
            for _ in range(1000):
                if len(batch._waiting) == len(bodies):
                    break
                time.sleep(0.01)
            assert len(batch._waiting) == len(bodies)
        assert [answer.result().status_code for answer in answers] == [200] * len(bodies)
    rows = {row.object_id: row for row in receiving.rows()}
    assert {name: row.repeats for name, row in rows.items()} == {"known": 3, "new": 2, "once": 0}
    assert [rows[name].last_repeat is None for name in ("known", "new", "once")] == [False, False, True]


def test_neither_secrets_nor_people_stand_in_the_database_or_the_log(
    receiving: Receiving, engine_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    receiving.deliver(BODY)
    receiving.deliver(BODY, "0" * 64)
    with receiving.app.app_context():
        receiving_words = [
            str(value)
            for table in Base.metadata.sorted_tables
            for row in db.session.execute(table.select())
            for value in row
        ]  # fmt: skip
    output = capfd.readouterr()
    text = "\n".join(receiving_words) + output.out + output.err
    assert "order-01" in text
    for canary in (receiving.secret, receiving.token, CANARY):
        assert canary not in text


def test_a_whole_life_on_either_engine(receiving: Receiving) -> None:
    """Found by every filter, told on, given up, sent again, put off while the provider is away, and forgotten."""
    app, account = receiving.app, receiving.account
    with listening() as shop, app.app_context():
        add_target(receiving, shop.url)
        for name in ("a", "b", "a"):
            receiving.deliver(order_body(name, note=len(receiving.rows())))
        receiving.deliver(b"forged", "0" * 64)
        asked = {"": 4, "about=a": 2, "event=other": 1, "verdict=genuine&days=today": 3, "page_size=50": 4}
        for query, found in asked.items():
            with app.test_request_context():
                asked_for = DeliveryFilters(MultiDict(parse_qsl(query)), account.zone).to_query()
                assert len(search.page_of(account, asked_for).rows) == search.count(account, asked_for) == found
        with pytest.raises(GatewayError):
            receiving.reread()
        shop.status = 500
        receiving.work("forward")
        assert forwards(receiving) == [("waiting", 1)] * 3
        give_up(receiving)
        shop.status = 200
        replay_missing(receiving)
        receiving.work("forward")
        assert [row.forward_state for row in receiving.rows()] == ["superseded", "sent", "sent", None]
        with writing() as session:
            session.execute(update(Delivery).values(received=now() - timedelta(days=61)))
        assert prune_deliveries(account, 60) == 4
        assert receiving.rows() == []
