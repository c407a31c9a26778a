"""Replays: chosen by time, event and object, counted before, queued once, taken up after a death, cancelled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.browser import Browser
from tests.conftest import make_settings
from tests.emulators.kit.receiver import Receiver
from tests.webhooks.receiving import Receiving, order_body
from webapp import create_app
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.jobs import JobContext, work_once
from webapp.models.base import now
from webapp.models.delivery import Delivery
from webapp.models.forward import Forward, Replay
from webapp.models.job import Job
from webapp.webhooks.forwarding import replay, replay_job, targets
from webapp.webhooks.forwarding.replay import ALL, Choice, Count

from .onward import add_target, forwards, give_up, replay_missing, start_replay, summed_up

PAGE = "/demo/deliveries/replay"
PAYMENT = b'{"event": "transaction", "data": {"id": "t-%d"}}'


@pytest.fixture
def engine_app(engine_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(make_settings("http://127.0.0.1:1", engine_url, tmp_path))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def desk(engine_app: Flask, shop: Receiver) -> Receiving:
    """On either engine: three deliveries came while nothing was forwarded, of which the last one replaces the first."""
    receiving = Receiving(engine_app)
    for name in ("a", "b", "a"):
        receiving.deliver(order_body(name, note=len(receiving.rows())))
    add_target(receiving, shop.url)
    return receiving


def got(shop: Receiver) -> list[str]:
    """The numbers of the deliveries that the shop was sent, in their order."""
    return [shop.got.get()[1]["X-Desk-Delivery"] for _ in range(shop.got.qsize())]


def test_what_came_while_nothing_was_forwarded_is_sent_the_newest_of_each(desk: Receiving, shop: Receiver) -> None:
    replay_missing(desk)
    desk.work("forward")
    assert got(shop) == ["2", "3"]
    assert summed_up(desk) == [None, "sent", "sent"]
    with desk.app.app_context(), pytest.raises(replay.OtherwiseNow):
        start_replay(desk)


def test_older_states_go_too_when_they_are_wanted_in_their_order(desk: Receiving, shop: Receiver) -> None:
    replay_missing(desk, newest_only=False)
    desk.work("forward")
    assert got(shop) == ["1", "2", "3"]
    replay_missing(desk, newest_only=False, scope=ALL)
    desk.work("forward")
    assert got(shop) == ["1", "2", "3"]


def test_what_was_given_up_and_is_replaced_needs_nobody_any_more(desk: Receiving, shop: Receiver) -> None:
    for name in ("c", "c"):
        desk.deliver(order_body(name, note=len(desk.rows())))
    give_up(desk)
    replay_missing(desk)
    desk.work("forward")
    assert got(shop) == ["2", "3", "5"]
    assert summed_up(desk) == [None, "sent", "sent", "superseded", "sent"]


def test_time_event_and_object_choose(desk: Receiving) -> None:
    for number in range(2):
        desk.deliver(PAYMENT % number)
    with desk.app.app_context():
        with writing() as session:
            session.execute(update(Delivery).where(Delivery.id == 1).values(received=now() - timedelta(days=3)))
        target = targets.target_of(desk.account, 1)
        last = replay.last_delivery(desk.account)

        def chosen(*, since: object = None, until: object = None, event: str | None = None, about: str = "") -> Count:
            choice = Choice(since, until, event, about, ALL, False, last)  # type: ignore[arg-type]
            return replay.count(desk.account, target, choice)

        day = now() - timedelta(days=1)
        assert chosen() == Count(2 + 1, 0) if not last else chosen().chosen == 3
        assert (chosen(since=day).chosen, chosen(until=day).chosen) == (2, 1)
        assert (chosen(event="order").chosen, chosen(event="transaction").chosen) == (3, 0)
        assert (chosen(about="a").chosen, chosen(about="nothing").chosen) == (2, 0)


def test_a_refund_leads_to_its_order(desk: Receiving) -> None:
    with desk.app.app_context():
        with writing() as session:
            from webapp.models.finding import Finding

            session.add(
                Finding(
                    kind="orphan", account="demo", order_id="b", refund_id="refund-9", amount_minor=1, currency="AED",
                    found=now(),
                )
            )  # fmt: skip
        target, last = targets.target_of(desk.account, 1), replay.last_delivery(desk.account)
        choice = Choice(None, None, None, "refund-9", ALL, True, last)
        assert replay.count(desk.account, target, choice) == Count(1, 0)


def test_one_press_is_one_replay_and_two_targets_two(desk: Receiving, shop: Receiver) -> None:
    with desk.app.app_context():
        first = start_replay(desk, token="t" * 64)
        assert start_replay(desk, token="t" * 64) == first
        with pytest.raises(replay.UnderWay):
            start_replay(desk)
    assert work_once(desk.app)
    assert not work_once(desk.app)
    desk.work("forward")
    assert got(shop) == ["2", "3"]


def test_what_a_dead_worker_had_queued_is_not_queued_again(
    desk: Receiving, shop: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies after its first batch, of one; meanwhile that one was sent, and is not sent twice."""
    monkeypatch.setattr(replay_job, "BATCH", 1)
    with desk.app.app_context():
        start_replay(desk)

    def die(_self: JobContext, _done: int, _total: int | None = None) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(JobContext, "tell", die)
        with pytest.raises(SystemExit):
            work_once(desk.app)
    desk.work("forward")
    assert got(shop) == ["2"]
    with desk.app.app_context(), writing() as session:
        session.execute(update(Job).values(lease_until=now() - timedelta(seconds=1)))
    assert work_once(desk.app)
    desk.work("forward")
    assert got(shop) == ["3"]
    with desk.app.app_context():
        one = db.session.scalars(select(Replay)).one()
        assert (one.queued, one.chosen, one.job and one.job.state) == (2, 2, "done")


def test_a_cancelled_one_leaves_everything_as_it_was(desk: Receiving, shop: Receiver) -> None:
    desk.deliver(order_body("d"))
    desk.work("forward")
    assert got(shop) == ["4"]
    replay_id = replay_missing(desk, scope=ALL)
    assert summed_up(desk) == [None, "waiting", "waiting", "waiting"]
    with desk.app.app_context():
        assert replay.cancel(desk.account, replay_id) == 3
        assert replay.cancel(desk.account, replay_id) is None
    assert summed_up(desk) == [None, None, None, "sent"]
    desk.work("forward")
    assert got(shop) == []


def test_one_that_is_cancelled_before_it_is_queued_queues_nothing(desk: Receiving) -> None:
    with desk.app.app_context():
        replay_id = start_replay(desk)
        assert replay.cancel(desk.account, replay_id) == 2
    assert not work_once(desk.app)
    assert forwards(desk) == []


def test_a_target_that_was_paused_meanwhile_ends_it(desk: Receiving) -> None:
    with desk.app.app_context():
        start_replay(desk)
        targets.pause_target(desk.account, 1, 1)
    assert work_once(desk.app)
    with desk.app.app_context():
        assert db.session.scalars(select(Job)).one().cause == "target_off"
    assert forwards(desk) == []


def test_what_comes_meanwhile_goes_before_what_is_replayed(desk: Receiving, shop: Receiver) -> None:
    replay_missing(desk)
    desk.deliver(order_body("news"))
    with desk.app.app_context(), writing() as session:
        session.execute(update(Forward).where(Forward.delivery_id == 4).values(next_try=now()))
    desk.work("forward")
    assert got(shop) == ["4", "2", "3"]


def test_an_admin_chooses_sees_confirms_and_watches(forwarded: Receiving, shop: Receiver, adam: Browser) -> None:
    for name in ("a", "b", "a"):
        forwarded.deliver(order_body(name, note=len(forwarded.rows())))
    give_up(forwarded)
    adam.open("/demo/deliveries")
    adam.follow("Replay them")
    assert "2 deliveries to Shop" in adam.words
    assert "1 other is left out: a newer state of its order or transaction has been received since." in adam.words
    adam.submit("Show which", older="y")
    assert "3 deliveries to Shop" in adam.words
    assert adam.words.count("A newer state of this order has been received since.") == 1
    adam.submit("Show which", since="2999-01-01T00:00", until="nonsense", about="a")
    assert (adam.status, "like 2026-11-20 14:30" in adam.words) == (422, True)
    adam.open(f"{PAGE}?target=1")
    forwarded.deliver(order_body("c"))
    give_up(forwarded)
    adam.submit("Send 2 deliveries now")
    assert "2 deliveries are on their way" not in adam.words
    assert re.search(r"Running .*0 of 2 settled", adam.words), "what came since is not part of what was shown"
    assert work_once(forwarded.app)
    forwarded.work("forward")
    adam.open("/demo/deliveries/replays/1")
    assert re.search(r"Done .*Taken 2 ", adam.words)
    assert got(shop) == ["2", "3"]
    adam.open("/demo/deliveries/forwarding")
    assert "Last replays" in adam.words
    adam.open("/audit")
    assert "Adam Admin started a replay of 2 deliveries to Shop" in adam.words
    assert "All 2 deliveries of replay 1 were queued for Shop" in adam.words


def test_what_is_not_as_it_was_shown_is_shown_anew(forwarded: Receiving, adam: Browser) -> None:
    forwarded.deliver(order_body("a"))
    give_up(forwarded)
    adam.open(f"{PAGE}?target=1")
    with forwarded.app.app_context():
        start_replay(forwarded)
    assert work_once(forwarded.app)
    adam.submit("Send 1 delivery now")
    assert adam.status == 409
    assert "has changed since the page was opened, so nothing was sent" in adam.words
    adam.submit("Show which", about="another")
    assert "There is nothing to send" in adam.words


def test_without_a_target_that_is_on_there_is_nothing_to_choose(receiving: Receiving, adam: Browser) -> None:
    adam.open(PAGE)
    assert "There is no target that is on" in adam.words
