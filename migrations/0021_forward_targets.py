"""Several targets that deliveries are forwarded to, each with a state of its own for each delivery; and replays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_MOMENT = sa.DateTime(timezone=True)
_WAITING = sa.text("state = 'waiting'")
_THERE = sa.text("deleted IS NULL")


def upgrade() -> None:
    _targets()
    _replays()
    _forwards()
    _attempts()
    op.drop_table("forwarding")
    op.drop_index("ix_delivery_to_forward", table_name="delivery")
    for column in ("forward_tries", "forward_next", "forward_until"):
        op.drop_column("delivery", column)


def _targets() -> None:
    """What was the one place of an account is its first target, told of everything as before."""
    op.create_table(
        "forward_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=True),
        sa.Column("secret_fingerprint", sa.String(length=16), nullable=False),
        sa.Column("events", sa.String(length=80), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("off_since", _MOMENT, nullable=True),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("changed", _MOMENT, nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("deleted", _MOMENT, nullable=True),
        sa.Column("served", _MOMENT, nullable=False),
        sa.Column("lease_until", _MOMENT, nullable=True),
        sa.Column("holder", sa.String(length=40), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("silent_until", _MOMENT, nullable=True),
        sa.Column("last_at", _MOMENT, nullable=True),
        sa.Column("last_code", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(length=40), nullable=True),
        sa.Column("last_ms", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["user.id"], name=op.f("fk_forward_target_changed_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forward_target")),
    )
    op.create_index(
        "uq_forward_target_name", "forward_target", ["account", "name"], unique=True,
        sqlite_where=_THERE, postgresql_where=_THERE,
    )  # fmt: skip
    op.execute(
        "INSERT INTO forward_target (account, name, url, secret_sealed, secret_fingerprint, events, active, off_since,"
        " created, changed, changed_by, served, failures)"
        " SELECT account, 'Shop', url, secret_sealed, secret_fingerprint, 'order,transaction,other', active,"
        " CASE WHEN active THEN NULL ELSE changed END, changed, changed, changed_by, changed, 0"
        " FROM forwarding ORDER BY account"
    )


def _replays() -> None:
    op.create_table(
        "replay",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("submit_token_hash", sa.String(length=64), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("since", _MOMENT, nullable=True),
        sa.Column("until", _MOMENT, nullable=True),
        sa.Column("event", sa.String(length=40), nullable=True),
        sa.Column("about", sa.String(length=255), nullable=True),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("newest_only", sa.Boolean(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.Column("replaced", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("queued", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("cancelled", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["target_id"], ["forward_target.id"], name=op.f("fk_replay_target_id_forward_target")),
        sa.ForeignKeyConstraint(["requested_by"], ["user.id"], name=op.f("fk_replay_requested_by_user")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_replay_job_id_job")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay")),
        sa.UniqueConstraint("submit_token_hash", name=op.f("uq_replay_submit_token_hash")),
    )
    op.create_index(op.f("ix_replay_account_id"), "replay", ["account", "id"], unique=False)
    op.create_index(op.f("ix_replay_target_id"), "replay", ["target_id"], unique=False)
    op.create_index(op.f("ix_replay_job_id"), "replay", ["job_id"], unique=False)


def _forwards() -> None:
    op.create_table(
        "forward",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try", _MOMENT, nullable=True),
        sa.Column("until", _MOMENT, nullable=True),
        sa.Column("replay_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.String(length=10), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed', 'superseded')", name=op.f("ck_forward_state")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_forward_delivery_id_delivery"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["target_id"], ["forward_target.id"], name=op.f("fk_forward_target_id_forward_target")),
        sa.ForeignKeyConstraint(["replay_id"], ["replay.id"], name=op.f("fk_forward_replay_id_replay")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forward")),
    )
    op.execute(
        "INSERT INTO forward (delivery_id, target_id, state, turn, tries, next_try, until)"
        " SELECT delivery.id, forward_target.id, forward_state, 0, forward_tries, forward_next, forward_until"
        " FROM delivery JOIN forward_target ON forward_target.account = delivery.account"
        " WHERE forward_state IS NOT NULL ORDER BY delivery.id"
    )
    op.create_index(op.f("ix_forward_delivery_id_target_id"), "forward", ["delivery_id", "target_id"], unique=True)
    op.create_index(op.f("ix_forward_target_id_state"), "forward", ["target_id", "state"], unique=False)
    op.create_index(op.f("ix_forward_replay_id_state"), "forward", ["replay_id", "state"], unique=False)
    op.create_index(
        "ix_forward_due", "forward", ["target_id", "turn", "next_try"], unique=False,
        sqlite_where=_WAITING, postgresql_where=_WAITING,
    )  # fmt: skip


def _attempts() -> None:
    """Of a delivery and a target from now on; nothing hangs on these rows, so they move into a new table."""
    op.drop_index(op.f("ix_forward_attempt_delivery_id_id"), table_name="forward_attempt")
    op.rename_table("forward_attempt", "forward_attempt_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE forward_attempt_before RENAME CONSTRAINT pk_forward_attempt TO pk_attempt_before")
        op.execute("ALTER SEQUENCE forward_attempt_id_seq RENAME TO forward_attempt_before_id_seq")
    op.create_table(
        "forward_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("forward_id", sa.Integer(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=40), nullable=True),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("answer_sealed", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["forward_id"], ["forward.id"], name=op.f("fk_forward_attempt_forward_id_forward"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forward_attempt")),
    )
    op.execute(
        "INSERT INTO forward_attempt (forward_id, at, code, error, ms)"
        " SELECT forward.id, one.at, one.code, one.error, one.ms FROM forward_attempt_before AS one"
        " JOIN forward ON forward.delivery_id = one.delivery_id ORDER BY one.id"
    )
    op.create_index(op.f("ix_forward_attempt_forward_id_id"), "forward_attempt", ["forward_id", "id"], unique=False)
    op.drop_table("forward_attempt_before")
