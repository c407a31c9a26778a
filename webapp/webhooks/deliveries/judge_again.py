"""Refused deliveries that were kept are judged again, after a secret was corrected: Postpay does not repeat them.

Each by the moment at which it came, so that nothing passes for being looked at late. What verifies now is processed
as if it had just been received, under its old number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.sealing import CannotUnseal
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.delivery import GENUINE, Delivery, DeliveryOutcome, Receiver
from webapp.providers.postpay.signature import HEADER

from .content import Content, open_content
from .forwards import plan_forwards, write_forwards
from .ingest import accepted_secrets, judge, refusals, row_of, signer


class Judged(NamedTuple):
    """How many were judged again, and how many of them are genuine by the present secrets."""

    looked_at: int
    genuine: int


def kept_refused(receiver: Receiver) -> int:
    """How many refused deliveries could be judged again, not more than MOST_REFUSED."""
    return len(_refused(receiver))


def judge_again(account: Account, receiver: Receiver, settings: Settings) -> Judged:
    """Judges what was refused at this address by the secrets that are accepted now, and writes that down.

    Raises CannotUnseal when no secret can be read.
    """
    refusals().write_down()
    accepted = accepted_secrets(receiver, settings)
    secrets = [secret.get_secret_value() for secret in accepted]
    found: dict[int, dict[str, object]] = {}
    kept = _refused(receiver)
    for one in kept:
        content = _content(one, settings)
        if content is None:
            continue
        given = _signature_in(content)
        verdict = judge(given, content.body, secrets, one.received.timestamp())
        if verdict in GENUINE:
            by_whom = signer(given, content.body, accepted, one.received, settings)
            row = row_of(receiver, verdict, given, content.body, one.received)
            found[one.id] = {**row, "secret_fingerprint": by_whom, "next_try": now()}
    with writing(lock=f"judge {account.slug}") as session:
        genuine = sum(_process(session, number, row) for number, row in found.items())
        facts = {"receiver_id": receiver.id, "count": len(kept), "genuine": genuine}
        audit.record(
            audit.Action.DELIVERIES_JUDGED,
            account=account.slug,
            object_type="receiver",
            object_id=receiver.id,
            after=facts,
        )
    return Judged(len(kept), genuine)


def _refused(receiver: Receiver) -> Sequence[Delivery]:
    where = (Delivery.account == receiver.account, Delivery.outcome == DeliveryOutcome.REFUSED)
    ours = (Delivery.receiver_id == receiver.id, Delivery.content_sealed.is_not(None))
    rows = db.session.scalars(select(Delivery).where(*where, *ours).order_by(Delivery.id)).all()
    release()
    return rows


def _content(delivery: Delivery, settings: Settings) -> Content | None:
    try:
        return open_content(settings, delivery.content_sealed or "")
    except CannotUnseal:
        return None


def _signature_in(content: Content) -> str | None:
    return next((value for name, value in content.headers if name.lower() == HEADER.lower()), None)


def _process(session: Session, number: int, row: dict[str, object]) -> int:
    """Makes it genuine, unless somebody else has done so; one that came again meanwhile is only counted there."""
    delivery = session.get(Delivery, number, with_for_update=True, populate_existing=True)
    if delivery is None or delivery.outcome != DeliveryOutcome.REFUSED:
        return 0
    same = (Delivery.account == delivery.account, Delivery.digest == row["digest"])
    twin = session.scalar(select(Delivery).where(*same).with_for_update())
    if twin is not None:
        twin.repeats += delivery.repeats + 1
        twin.last_repeat = max(twin.last_repeat or delivery.received, delivery.received)
        session.delete(delivery)
        return 1
    told_on = {**row, "received": now()}
    plans = plan_forwards(session, [told_on])
    for name, value in {**row, "forward_state": told_on["forward_state"], "repeats": delivery.repeats}.items():
        setattr(delivery, name, value)
    session.flush()
    write_forwards(session, plans, dict.fromkeys(plans, delivery.id))
    return 1
