"""Messages on their way out: each is claimed before it is sent, sent again when it fails, and given up after a day."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta

from flask import g
from sqlalchemy import delete, select, update

from webapp import audit
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.alert import AlertChannel, AlertMessage, AlertMessageState, AlertNews
from webapp.models.base import now
from webapp.presentation.alert_words import message_subject, message_text
from webapp.webhooks.address import Resolve, resolve_name

from .mail import send_mail
from .watch import channels
from .webhook import post_alert

BACKOFF = (10, 60, 300, 900, 1800, 3600)
"""Seconds before the next try, the last one from then on."""
CLAIM = timedelta(seconds=60)
GIVE_UP = timedelta(days=1)
KEEP = timedelta(days=90)
AT_ONCE = 20
LATEST = 20


def queue_test(account: Account, person_id: int, settings: Settings) -> int:
    """A message by each way that is set up, to see whether they arrive. Returns how many."""
    ways = channels(settings)
    with writing() as session:
        for channel in ways:
            row = AlertMessage(account=account.slug, news=AlertNews.TEST, channel=channel, count=0, asked_by=person_id)
            session.add(row)
        audit.record(audit.Action.ALERT_TESTED, account=account.slug)
    return len(ways)


def latest(account: Account) -> Sequence[AlertMessage]:
    """The newest messages of an account."""
    mine = select(AlertMessage).where(AlertMessage.account == account.slug)
    return db.session.scalars(mine.order_by(AlertMessage.id.desc()).limit(LATEST)).all()


def send_due(
    account: Account, settings: Settings, *, stopping: Callable[[], bool], resolve: Resolve = resolve_name
) -> int:
    """Sends what is due. Returns how many were tried."""
    for tried in range(AT_ONCE):
        message = None if stopping() else _claim(account)
        if message is None:
            return tried
        error = _send(account, message, settings, resolve)
        _write_down(message, error)
        if error is not None:  # the next one would wait for the same; others have their turn
            return tried + 1
    return AT_ONCE


def _claim(account: Account) -> AlertMessage | None:
    """The next one, ours for a while."""
    moment = now()
    waiting = (AlertMessage.account == account.slug, AlertMessage.state == AlertMessageState.WAITING)
    found = db.session.scalar(
        select(AlertMessage)
        .where(*waiting, AlertMessage.next_try <= moment)
        .order_by(AlertMessage.next_try, AlertMessage.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    release()
    if found is None:
        return None
    with writing() as session:
        claimed = session.execute(
            update(AlertMessage)
            .where(AlertMessage.id == found.id, AlertMessage.next_try == found.next_try, *waiting)
            .values(next_try=moment + CLAIM, tries=AlertMessage.tries + 1)
            .execution_options(synchronize_session=False)
        )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        return None
    return db.session.get(AlertMessage, found.id, populate_existing=True)


def _send(account: Account, message: AlertMessage, settings: Settings, resolve: Resolve) -> str | None:
    """Nothing is held at the database while others are waited for."""
    g.account = account  # in whose zone its moments are told
    subject, text = message_subject(account, message), message_text(account, message, settings)
    release()
    if message.channel == AlertChannel.MAIL:
        return send_mail(settings, subject, text) if settings.mails_alerts else "not_set_up"
    if not settings.alert_webhook.get_secret_value():
        return "not_set_up"
    return post_alert(settings, f"{subject}\n{text}", resolve)


def _write_down(message: AlertMessage, error: str | None) -> None:
    moment = now()
    with writing() as session:
        row = session.get(AlertMessage, message.id, with_for_update=True, populate_existing=True)
        if row is None or row.state != AlertMessageState.WAITING:
            return
        pause = BACKOFF[min(row.tries - 1, len(BACKOFF) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311
        row.error = error
        if error in (None, "some_refused"):
            row.state, row.settled = AlertMessageState.SENT, moment
        elif moment + timedelta(seconds=pause) > row.created + GIVE_UP:
            row.state, row.settled = AlertMessageState.FAILED, moment
        else:
            row.next_try = moment + timedelta(seconds=pause)


def forget_old_messages() -> None:
    """Drops what was sent or given up long ago."""
    with writing() as session:
        session.execute(delete(AlertMessage).where(AlertMessage.created < now() - KEEP))
