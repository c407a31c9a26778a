"""Tells what goes wrong when it has reached its threshold, tells it again while it goes on, and tells when it is over.

What is told stands in the database, and each decision is made under a lock: of many workers one tells it, once. In
the quiet period after something was told, nothing more is told of it but its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from webapp.core.accounts import Account
from webapp.core.alert_rule_setting import AlertRule
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.alert import Alert, AlertChannel, AlertKind, AlertMessage, AlertNews
from webapp.models.base import now

from .readings import Reading, read


def rule_of(settings: Settings, kind: AlertKind) -> AlertRule | None:
    """From when on it is told; None where an operator has switched it off."""
    rule: AlertRule | None = getattr(settings, f"alert_{kind}")
    return rule


def channels(settings: Settings) -> list[AlertChannel]:
    """The ways that are set up."""
    webhook = bool(settings.alert_webhook.get_secret_value())
    return [*([AlertChannel.MAIL] if settings.mails_alerts else []), *([AlertChannel.WEBHOOK] if webhook else [])]


def alerts_of(account: Account) -> dict[AlertKind, Alert]:
    """What was told, by what is watched."""
    rows: Sequence[Alert] = db.session.scalars(
        select(Alert).where(Alert.account == account.slug), execution_options={"populate_existing": True}
    ).all()
    return {AlertKind(row.kind): row for row in rows if row.kind in tuple(AlertKind)}


def watch(account: Account, settings: Settings) -> int:
    """One look at all that is watched. Returns how many messages are to be sent."""
    before = alerts_of(account)
    found = {kind: read(account, kind, before[kind].since if kind in before else None) for kind in AlertKind}
    release()
    queued = 0
    for kind, reading in found.items():
        alert = before.get(kind) or Alert(account=account.slug, kind=kind.value, is_told=False)
        if step(alert, reading, rule_of(settings, kind), now()).is_nothing:
            continue
        queued += _tell(account, kind, reading, settings)
    return queued


class Step:
    """What becomes of an alert: `since` and `is_told` from now on, and what is said."""

    def __init__(self, alert: Alert, since: datetime | None, is_told: bool, news: AlertNews | None = None) -> None:
        self.since, self.is_told, self.news = since, is_told, news
        self.is_nothing = news is None and (since, is_told) == (alert.since, alert.is_told)


def step(alert: Alert, reading: Reading, rule: AlertRule | None, moment: datetime) -> Step:
    """What is to be done about it at a moment."""
    if rule is None or reading.is_moot:
        return Step(alert, None, False)
    is_quiet = alert.told is not None and moment - alert.told < rule.quiet
    if reading.figure >= rule.threshold:
        since = alert.since or moment
        if is_quiet:
            return Step(alert, since, alert.is_told)
        return Step(alert, since, True, AlertNews.GOES_ON if alert.is_told else AlertNews.BEGAN)
    if alert.since is None or not reading.is_well:
        return Step(alert, alert.since, alert.is_told)
    return Step(alert, None, False, AlertNews.OVER if alert.is_told else None)


def _tell(account: Account, kind: AlertKind, reading: Reading, settings: Settings) -> int:
    """Decides again by what stands there now, for another worker may have told it meanwhile."""
    moment = now()
    with writing(lock=f"alerts {account.slug}") as session:
        alert = session.get(Alert, (account.slug, kind.value), populate_existing=True)
        if alert is None:
            alert = Alert(account=account.slug, kind=kind.value, is_told=False)
            session.add(alert)
        began, taken = alert.since, step(alert, reading, rule_of(settings, kind), moment)
        alert.since, alert.is_told = taken.since, taken.is_told
        if taken.news is None:
            return 0
        if taken.news is not AlertNews.OVER:
            alert.told = moment
        ways = channels(settings)
        for channel in ways:
            session.add(
                AlertMessage(
                    account=account.slug,
                    kind=kind.value,
                    news=taken.news.value,
                    channel=channel.value,
                    count=reading.figure,
                    since=taken.since or began,
                )
            )
    return len(ways)
