"""A job is done once, by one worker, and is never left behind: on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Timer

import pytest
from flask import Flask

from webapp.core.extensions import db
from webapp.jobs import Cancelled, Failed, JobContext, Lost, ask_to_cancel, context, is_unattended, work_once
from webapp.jobs.runner import MOST_ATTEMPTS
from webapp.models.base import now
from webapp.models.job import Job, JobState
from webapp.providers.http.errors import NotSent, UnreadableAnswer

from .conftest import Planted

OVER = timedelta(seconds=1)


def until(reached: Callable[[], bool]) -> None:
    for _ in range(200):
        if reached():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def test_a_job_is_done_with_what_it_was_given_and_tells_how_far_it_came(app: Flask, planted: Planted) -> None:
    given = []

    def work(job: JobContext) -> None:
        given.append((job.given, job.account.slug))
        job.tell(3, 7)

    planted.does = work
    job_id = planted.start()
    assert work_once(app)
    assert not work_once(app)
    job = planted.job(job_id)
    assert given == [({"n": 1}, "demo")]
    assert (job.state, job.done, job.total, job.holder) == (JobState.DONE, 3, 7, None)
    assert planted.ended == [("done", None)]


def test_the_same_question_is_the_same_job_while_it_is_open(app: Flask, planted: Planted) -> None:
    with ThreadPoolExecutor(4) as pool:
        first = set(pool.map(lambda _: planted.start(), range(8)))
    assert len(first) == 1
    assert planted.start("another") not in first
    assert work_once(app)
    assert work_once(app)
    assert planted.start() not in first


def test_workers_that_race_do_each_job_once(app: Flask, planted: Planted) -> None:
    jobs = [planted.start(str(number)) for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        while any(pool.map(lambda _: work_once(app), range(4))):
            pass
    assert sorted(planted.begun) == jobs
    assert planted.ended == [("done", None)] * len(jobs)


def test_a_worker_that_is_told_to_stop_gives_the_job_back(app: Flask, planted: Planted) -> None:
    stop = Event()

    def work(job: JobContext) -> None:
        stop.set()
        job.tell(1)

    planted.does = work
    job_id = planted.start()
    assert work_once(app, stop)
    job = planted.job(job_id)
    assert (job.state, job.attempt, planted.ended) == (JobState.WAITING, 0, [])
    planted.does = lambda job: None
    assert work_once(app)
    assert planted.job(job_id).state == JobState.DONE


def test_a_job_that_pauses_listens(app: Flask, planted: Planted) -> None:
    """It would pause for longer than a test may last."""
    stop, done = Event(), []

    def work(job: JobContext) -> None:
        job.tell(7, 9)
        Timer(0.3, stop.set).start()
        try:
            job.pause(3600)
        finally:
            done.append(job.done)

    planted.does = work
    job_id = planted.start()
    assert work_once(app, stop)
    job = planted.job(job_id)
    assert (job.state, job.done, job.total, done) == (JobState.WAITING, 7, 9, [7])


def test_a_dead_workers_job_is_taken_over_and_what_the_dead_one_writes_is_refused(app: Flask, planted: Planted) -> None:
    """The dead one is only very slow: it comes back when another one has the job."""
    refused: list[type[BaseException]] = []

    def stall(job: JobContext) -> None:
        planted.change(job.job_id, lease_until=now() - OVER)
        planted.does = lambda job: job.tell(5, 5)
        assert work_once(app)
        try:
            with job.writing():
                raise AssertionError("it wrote into what is another worker's")
        except Lost as error:
            refused.append(type(error))
            raise

    planted.does = stall
    job_id = planted.start()
    assert work_once(app)
    job = planted.job(job_id)
    assert (job.state, job.done, job.attempt, refused) == (JobState.DONE, 5, 2, [Lost])
    assert planted.ended == [("done", None)]


def test_a_job_that_kills_its_workers_is_given_up(app: Flask, planted: Planted) -> None:
    job_id = planted.start()
    planted.change(job_id, state=JobState.RUNNING, attempt=MOST_ATTEMPTS, lease_until=now() - OVER)
    assert not work_once(app)
    assert planted.ended == [("failed", "worker_died")]
    assert planted.job(job_id).state == JobState.FAILED


def test_the_heart_renews_the_lease_while_the_work_waits(
    app: Flask, planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "BEAT", 0.05)

    def work(job: JobContext) -> None:
        planted.change(job.job_id, lease_until=now() - OVER)
        until(lambda: planted.job(job.job_id).lease_until > now())

    planted.does = work
    job_id = planted.start()
    assert work_once(app)
    assert planted.job(job_id).state == JobState.DONE


def test_work_that_hangs_loses_its_heart(app: Flask, planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "BEAT", 0.05)
    monkeypatch.setattr(context, "LONGEST_SILENCE", 0.1)
    beating = []

    def hang(job: JobContext) -> None:
        until(lambda: not any(one.name == f"job {job.job_id}" for one in threading.enumerate()))
        beating.append(False)

    planted.does = hang
    planted.start()
    assert work_once(app)
    assert beating == [False]


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_at_its_next_word(app: Flask, planted: Planted) -> None:
    def ask(job_id: int) -> None:
        with app.app_context():
            ask_to_cancel(job_id)

    waiting = planted.start("waiting")
    ask(waiting)
    assert planted.job(waiting).state == JobState.CANCELLED
    told = []

    def work(job: JobContext) -> None:
        ask(job.job_id)
        assert planted.job(job.job_id).state == JobState.RUNNING
        try:
            job.tell(1, 2)
        except Cancelled:
            told.append("cancelled")
            raise

    planted.does = work
    job_id = planted.start()
    assert work_once(app)
    assert (planted.job(job_id).state, told) == (JobState.CANCELLED, ["cancelled"])
    assert planted.ended == [("cancelled", None)] * 2


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (Failed("incomplete"), "incomplete"),
        (NotSent("list_orders", "GET", "refused"), "no_answer"),
        (UnreadableAnswer("list_orders", "GET", "rows do not fit", status=200), "unreadable"),
        (LookupError("a mistake"), "mistake"),
    ],
)
def test_what_goes_wrong_is_the_jobs_cause(app: Flask, planted: Planted, error: Exception, cause: str) -> None:
    def work(job: JobContext) -> None:
        raise error

    planted.does = work
    job_id = planted.start()
    assert work_once(app)
    job = planted.job(job_id)
    assert (job.state, job.cause, planted.ended) == (JobState.FAILED, cause, [("failed", cause)])


def test_a_job_that_nobody_picks_up_is_spoken_of(app: Flask, planted: Planted) -> None:
    def unattended(job_id: int) -> bool:
        with app.app_context():
            return is_unattended(db.session.get_one(Job, job_id))

    waiting = planted.start("waiting")
    assert not unattended(waiting)
    planted.change(waiting, lease_until=now() - timedelta(seconds=21))
    assert unattended(waiting)
    other = planted.start("other")
    planted.change(other, state=JobState.RUNNING, lease_until=now() + OVER)
    assert not unattended(waiting), "a worker is alive, busy with something else"
    planted.change(other, lease_until=now() - OVER)
    assert unattended(other), "its worker died"
