"""How much there is to look at, counted by the worker and whoever looks; pages only read what was written down."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app

from webapp.core.accounts import Account
from webapp.core.database import put, release, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.check import ToLookAt

from .ages import ages
from .work_lists import counts

WORTH_KEEPING = timedelta(minutes=4)
"""A count that is younger need not be written down again."""


def refresh_to_look_at(account: Account) -> int:
    """Counts all lists of an account, writes the sum down and returns it."""
    moment = now()
    span = ages(account, current_app.extensions["settings"], moment)
    return correct_to_look_at(account, sum(counts(account.slug, span).values()))


def correct_to_look_at(account: Account, count: int) -> int:
    """Takes over what a page has just counted, so that the counter beside it says the same; a look need not write."""
    known = db.session.get(ToLookAt, account.slug)
    release()
    if known is None or known.count != count or known.counted < now() - WORTH_KEEPING:
        with writing() as session:
            put(session, ToLookAt, account=account.slug, count=count, counted=now())
    return count
