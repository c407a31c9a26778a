"""Both engines, a kind of work that the tests steer, and the job as another process would see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from flask import Flask

from tests.conftest import make_settings
from webapp import create_app
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.jobs import JobContext, performs, registry, start
from webapp.models.job import Job

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def app(engine_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The desk on each engine."""
    app = create_app(make_settings(NOWHERE, engine_url, tmp_path))
    yield app
    with app.app_context():
        db.engine.dispose()


class Planted:
    """Work of the kind "planted": notes each performance, then does what the test says."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.begun: list[int] = []
        self.ended: list[tuple[str, str | None]] = []
        self.does: Callable[[JobContext], None] = lambda job: None
        self.go_on = Event()

    def perform(self, job: JobContext) -> None:
        self.begun.append(job.job_id)
        self.does(job)

    def note_end(self, job: Job) -> None:
        self.ended.append((job.state, job.cause))

    def start(self, key: str = "one") -> int:
        with self.app.app_context(), writing():
            return start("planted", account="demo", key=key, parameters={"n": 1}, owner_id=None, request_id=None).id

    def job(self, job_id: int) -> Job:
        with self.app.app_context():
            return db.session.get_one(Job, job_id)

    def change(self, job_id: int, **values: object) -> None:
        """Something that happens to the job behind the worker's back."""
        with self.app.app_context(), writing() as session:
            job = session.get_one(Job, job_id)
            for name, value in values.items():
                setattr(job, name, value)


@pytest.fixture
def planted(app: Flask) -> Iterator[Planted]:
    planted = Planted(app)
    performs("planted", ended=planted.note_end)(planted.perform)
    yield planted
    registry.performers.pop("planted")
