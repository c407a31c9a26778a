"""Reads what the desk wrote down."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask
from sqlalchemy import RowMapping, text

from webapp.core.extensions import db


class Records:
    """Rows of the desk's own tables; `news` are the audit entries since the last look."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._seen = 0
        self.news()

    def rows(self, statement: str, **values: object) -> list[RowMapping]:
        with self.app.app_context(), db.engine.connect() as connection:
            return list(connection.execute(text(statement), values).mappings())

    def change(self, statement: str, **values: object) -> None:
        with self.app.app_context(), db.engine.begin() as connection:
            connection.execute(text(statement), values)

    def user(self, email: str) -> RowMapping:
        return self.rows('SELECT * FROM "user" WHERE email = :email', email=email)[0]

    def roles(self, email: str) -> dict[str, str]:
        """By account, `*` for every one."""
        found = self.rows("SELECT account, role FROM user_role WHERE user_id = :id", id=self.user(email)["id"])
        return {row["account"]: row["role"] for row in found}

    def sessions(self) -> list[RowMapping]:
        return self.rows("SELECT * FROM staff_session ORDER BY id")

    def news(self) -> list[str]:
        """The audit entries since the last look, as "event outcome cause"."""
        return [self._words(entry) for entry in self.new_entries()]

    def new_entries(self) -> list[RowMapping]:
        entries = self.rows("SELECT * FROM audit_entry WHERE seq > :seen ORDER BY seq", seen=self._seen)
        self._seen = entries[-1]["seq"] if entries else self._seen
        return entries

    @staticmethod
    def facts(entry: RowMapping) -> dict[str, Any]:
        return json.loads(entry["after"] or "{}")

    def _words(self, entry: RowMapping) -> str:
        return " ".join(filter(None, (entry["event"], entry["outcome"], self.facts(entry).get("cause"))))
