"""The worker's part in filling the index, as much of it as a test wants at once."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.search import SearchOrder, SearchReach
from webapp.payments.search_index import store
from webapp.payments.search_index.question import read_question
from webapp.payments.search_index.sweep import LOOK_EVERY, sweep
from webapp.providers.registry import postpay


class Worker:
    """Fills the index of the account `demo`, as much as a test wants at once."""

    def __init__(self, app: Flask) -> None:
        self.settings = app.extensions["settings"]
        self.account = app.extensions["accounts"]["demo"]

    def sweep(self, calls: int = 1000) -> int:
        return sweep(self.account, postpay(self.account), self.settings, calls=calls, stopping=lambda: False)

    def look_again(self) -> None:
        """A minute has passed since new orders were looked for."""
        with writing() as session:
            reach = session.get_one(SearchReach, "demo")
            reach.looked -= LOOK_EVERY

    def find(self, typed: str) -> list[str]:
        question = read_question(typed, may_open=True, region="AE")
        assert question is not None
        found = store.find(db.session, self.settings, "demo", question)
        rows = store.open_rows(db.session, self.settings, "demo", found.ids, question)
        release()
        return [entry.order_id for entry in rows]

    def count(self) -> int:
        count = len(db.session.scalars(select(SearchOrder.id)).all())
        release()
        return count
