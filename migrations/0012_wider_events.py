"""Room for longer names of events and of what they speak of: providers choose them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_WIDENED = {"event": 20, "object_kind": 12}
_LENGTH = 40


def upgrade() -> None:
    widen = _in_sqlite if op.get_bind().dialect.name == "sqlite" else _in_postgresql
    for column, before in _WIDENED.items():
        widen(column, before)


def _in_postgresql(column: str, before: int) -> None:
    op.alter_column(
        "delivery", column, existing_type=sa.String(before), type_=sa.String(_LENGTH), existing_nullable=True
    )


def _in_sqlite(column: str, _before: int) -> None:
    """Column by column: a new table in the place of the old one would take along what hangs on its rows."""
    op.add_column("delivery", sa.Column(f"{column}_wider", sa.String(_LENGTH), nullable=True))
    op.execute(f"UPDATE delivery SET {column}_wider = {column}")  # noqa: S608 - names from above
    op.drop_column("delivery", column)
    op.execute(f"ALTER TABLE delivery RENAME COLUMN {column}_wider TO {column}")
