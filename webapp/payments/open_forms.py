"""Who has the refund form of an order open at the moment: told to each of them, and never in anybody's way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp.core.accounts import Account
from webapp.core.database import put, release, trouble, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.open_form import OpenForm

PRESENT = timedelta(minutes=2)
"""After the last sign of life a form counts as left; an open page gives one every quarter of a minute."""
SIGN_EVERY = timedelta(seconds=40)
"""More often it is not written down."""
KEPT = timedelta(days=1)
MOST = 20
"""So many forms that one person has open are told of, the last ones."""


def others_at_form(account: Account, order_id: str, user_id: int) -> Sequence[OpenForm]:
    """Who else has the refund form of this order open, the first to open it first: one SELECT."""
    return [one for one in _present(account, order_id) if one.user_id != user_id]


def note_at_form(account: Account, order_id: str, user_id: int) -> Sequence[OpenForm]:
    """Notes that the person's page is still there, and returns who else's is.

    Writes at most once in `SIGN_EVERY`. A database that cannot be written to now costs the note and nothing else.
    """
    present = _present(account, order_id)
    own = next((one for one in present if one.user_id == user_id), None)
    if own is None or now() - own.seen > SIGN_EVERY:
        _note(account, order_id, user_id, own.opened if own else now())
    return [one for one in present if one.user_id != user_id]


def _present(account: Account, order_id: str) -> Sequence[OpenForm]:
    here = (OpenForm.account == account.slug, OpenForm.order_id == order_id, OpenForm.seen > now() - PRESENT)
    present = db.session.scalars(select(OpenForm).where(*here).order_by(OpenForm.opened, OpenForm.user_id)).all()
    release()
    return present


def leave_form(account: Account, order_id: str, user_id: int) -> None:
    """The person is done with the form: it is not told of any longer, unless another page of theirs has it open."""
    own = (OpenForm.account == account.slug, OpenForm.order_id == order_id, OpenForm.user_id == user_id)
    _write_if_possible(lambda session: session.execute(delete(OpenForm).where(*own)))


def _note(account: Account, order_id: str, user_id: int, opened: datetime) -> None:
    row = {"account": account.slug, "order_id": order_id, "user_id": user_id, "opened": opened, "seen": now()}

    def write(session: Session) -> None:
        put(session, OpenForm, **row)
        _forget_oldest(session, user_id)

    _write_if_possible(write)


def _forget_oldest(session: Session, user_id: int) -> None:
    """Of very many forms of one person only the last ones are known."""
    own = select(OpenForm.seen).where(OpenForm.user_id == user_id).order_by(OpenForm.seen.desc())
    last_but = session.scalar(own.offset(MOST).limit(1))
    if last_but is not None:
        session.execute(delete(OpenForm).where(OpenForm.user_id == user_id, OpenForm.seen <= last_but))


def _write_if_possible(write: Callable[[Session], object]) -> None:
    """Writes, unless the database cannot be written to now."""
    try:
        with writing() as session:
            write(session)
    except SQLAlchemyError as error:
        if trouble(error) is None:
            raise


def forget_left_forms() -> None:
    """Drops what nobody has looked at for long."""
    with writing() as session:
        session.execute(delete(OpenForm).where(OpenForm.seen < now() - KEPT))
