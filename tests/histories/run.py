"""Drives histories at a desk on one engine."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.conftest import make_settings
from tests.provider import provider_of
from webapp import create_app
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.models.user import User

from .desk import Desk
from .history import History, Step, steps


def run(
    sandbox: Sandbox, engine_url: str, var: Path, *, number: int, histories: int, length: int, shrink: bool = True
) -> int:
    """So many histories of so many steps each, from the seed `number`; returns how many steps were made.

    What fails is made as short as possible, and its steps are shown.
    """
    app = create_app(make_settings(sandbox.base_url, engine_url, var))
    made = 0

    @seed(number)
    @settings(
        max_examples=histories,
        deadline=None,
        database=None,
        print_blob=True,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(chosen=st.lists(steps, min_size=length, max_size=length))
    def every_history(chosen: list[Step]) -> None:
        nonlocal made
        history = History(desk, sandbox, provider_of(sandbox), person)
        history.go(chosen)
        made += history.made

    with app.app_context():
        desk, person = Desk(app), _somebody()
        try:
            every_history()
        finally:
            desk.forget_client()
            db.session.close()
            db.engine.dispose()
    return made


def _somebody() -> int:
    """Of finance, who types what the bank received and takes exports along."""
    if known := db.session.scalar(select(User.id)):
        return known
    with writing() as session:
        person = User(email="farah@example.test", name="Farah Finance", password_hash="none")
        session.add(person)
        session.flush()
        return person.id
