"""Takes a delivery: verified over its raw body, written down once, and left to the worker to act upon (R57).

Nothing in it is believed but which object it speaks of; that object is read again. So a delivery that is repeated,
late or out of order can do no harm, and one that was taken is never lost: it is on disk before it is answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from flask import current_app
from pydantic import SecretStr
from sqlalchemy import case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.core import sealing
from webapp.core.database import release, trouble, writing
from webapp.core.extensions import db
from webapp.core.group_commit import GroupCommit
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.delivery import GENUINE, Delivery, DeliveryOutcome, Receiver, Verdict
from webapp.models.refused_minute import RefusalCause
from webapp.providers.postpay import signature

from .content import kept_headers, seal_content
from .forwards import plan_forwards, write_forwards
from .payload import Hint, read_hint
from .refused import Refusals
from .retention import trim_refused

LARGEST = 1024 * 1024
LARGEST_REFUSED = 64 * 1024
"""Bytes of a body: more is not read, and of one that is not genuine more is not kept."""
READ_AGAIN_AFTER = timedelta(minutes=1)
"""A bare signature has no time, so its repetition may be news: then the object is read again."""


class IngestResult(StrEnum):
    """`NEW` and `REPEATED` are answered alike: the provider has done its part."""

    NEW = "new"
    REPEATED = "repeated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery as it came in, judged; `row` are the columns of its table."""

    row: dict[str, Any]
    verdict: Verdict


def find_receiver(account: str, token: str) -> Receiver | None:
    """The receiver that a token opens."""
    digest = token_digest(token)
    receiver = db.session.scalar(
        select(Receiver).where(Receiver.token_hash == digest, Receiver.account == account, Receiver.stopped.is_(None))
    )
    release()
    return receiver


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def take_delivery(
    receiver: Receiver,
    *,
    headers: Sequence[tuple[str, str]],
    given: str | None,
    body: bytes,
    sender: str | None,
    settings: Settings,
) -> IngestResult:
    """Judges a raw body by its signature header (`given`) and writes it down; committed when this returns.

    One that is refused is counted. Of each sender, the first few a minute are written down at once, and the newest a
    little later. Raises CannotUnseal when the secrets cannot be read.
    """
    moment = now()
    accepted = accepted_secrets(receiver, settings)
    secrets = [secret.get_secret_value() for secret in accepted]
    verdict = judge(given, body, secrets, moment.timestamp())
    if verdict not in GENUINE and len(secrets) < len(_sealed(receiver)):
        raise sealing.CannotUnseal("one of the secrets cannot be read, so nobody knows whether it has signed")
    row = {**row_of(receiver, verdict, given, body, moment), "sender": sender}

    def arrival() -> Arrival:
        is_kept = verdict in GENUINE or len(body) <= LARGEST_REFUSED
        return Arrival({**row, "content_sealed": seal_content(settings, headers, body) if is_kept else None}, verdict)

    if verdict not in GENUINE:
        row["digest"] = _digest_of_refused(verdict, headers, body)
        _keep_refused(row, arrival)
        return IngestResult.REFUSED
    row["secret_fingerprint"] = signer(given, body, accepted, moment, settings)
    return _batch().add(arrival())


def _keep_refused(row: dict[str, Any], arrival: Callable[[], Arrival]) -> None:
    """The first few of a sender in a minute at once; the newest of the others with the next count."""
    refused, whose = refusals(), f"{row['receiver_id']} {row['sender']}"
    if refused.sampler.is_worth_an_entry(whose):
        _batch().add(arrival())
    else:
        refused.hold((whose, row["verdict"]), row["digest"], arrival)
    refused.count(row["account"], RefusalCause(row["verdict"]))


def accepted_secrets(receiver: Receiver, settings: Settings) -> list[SecretStr]:
    """One secret, or two while it is being replaced; of those what can be read. Raises CannotUnseal when none can."""
    found: list[SecretStr] = []
    for sealed in _sealed(receiver):
        with suppress(sealing.CannotUnseal):
            found.append(sealing.unseal(settings, sealed))
    if not found:
        raise sealing.CannotUnseal("no secret of the receiver can be read")
    return found


def _sealed(receiver: Receiver) -> list[str]:
    return [one for one in (receiver.secret_sealed, receiver.other_sealed) if one]


def judge(given: str | None, body: bytes, secrets: Sequence[str], moment: float) -> Verdict:
    """Whether one of the secrets signed the raw body; in constant time, whichever it was."""
    if not given:
        return Verdict.UNSIGNED
    signed_at = signature.time_of(given)
    if signature.is_genuine(given, body, secrets, now=moment):
        return Verdict.BARE if signed_at is None else Verdict.TIMED
    if signed_at is not None and signature.is_genuine(given, body, secrets, now=signed_at):
        return Verdict.OUT_OF_TIME
    return Verdict.WRONG


def signer(
    given: str | None, body: bytes, accepted: Iterable[SecretStr], moment: datetime, settings: Settings
) -> str | None:
    """The fingerprint of the secret that has signed a genuine delivery: while one is replaced, which of the two."""
    for secret in accepted:
        if signature.is_genuine(given, body, [secret.get_secret_value()], now=moment.timestamp()):
            return sealing.fingerprint(settings, secret)
    return None


def row_of(receiver: Receiver, verdict: Verdict, given: str | None, body: bytes, moment: datetime) -> dict[str, Any]:
    """All columns but the content. What was not signed is not even read."""
    is_genuine = verdict in GENUINE
    signed_at = _signed_at(given)
    hint = read_hint(body) if is_genuine else Hint()
    outcome = (
        (DeliveryOutcome.WAITING if hint.kind else DeliveryOutcome.NOTHING) if is_genuine else DeliveryOutcome.REFUSED
    )
    return {
        "account": receiver.account,
        "receiver_id": receiver.id,
        "received": moment,
        "verdict": verdict.value,
        "digest": digest_of(given, body),
        "signed_at": signed_at,
        "age": int((moment - signed_at).total_seconds()) if signed_at else None,
        "size": len(body),
        "event": hint.event,
        "object_kind": hint.kind,
        "object_id": hint.object_id,
        "order_id": hint.order_id,
        "repeats": 0,
        "outcome": outcome.value,
        "tries": 0,
        "next_try": moment,
        "settled": None if outcome is DeliveryOutcome.WAITING else moment,
        "forward_state": None,
    }


def _signed_at(given: str | None) -> datetime | None:
    """The signature's time, if it is a moment of this century."""
    text, colon, _ = (given or "").partition(":")
    if not colon or not (text.isascii() and text.isdigit() and len(text) == 10):
        return None
    return datetime.fromtimestamp(int(text), UTC)


def digest_of(given: str | None, body: bytes) -> str:
    """Of the time and body of what is genuine."""
    time = (given or "").rpartition(":")[0].encode("utf-8", "surrogatepass")
    return hashlib.sha256(b"1\n%s\n" % time + body).hexdigest()


def _digest_of_refused(verdict: Verdict, headers: Iterable[tuple[str, str]], body: bytes) -> str:
    """Of all that came, and why it was refused; it never stands in the way of what is genuine."""
    told = repr((verdict.value, kept_headers(headers))).encode("utf-8", "surrogatepass")
    return hashlib.sha256(b"0\n%s\n" % told + body).hexdigest()


def _batch() -> GroupCommit[Arrival, IngestResult]:
    new: GroupCommit[Arrival, IngestResult] = GroupCommit(_write, is_for_all=lambda error: trouble(error) is not None)
    batch: GroupCommit[Arrival, IngestResult] = current_app.extensions.setdefault("taken_deliveries", new)
    return batch


def refusals() -> Refusals[Arrival]:
    """Those of this process."""
    found: Refusals[Arrival] | None = current_app.extensions.get("refused_deliveries")
    if found is None:  # two threads may come at once: only one of theirs stays
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        found = app.extensions.setdefault("refused_deliveries", Refusals(app, _keep))
    return found


def _keep(accounts: Iterable[str], arrivals: Sequence[Arrival]) -> None:
    """Writes down refused ones that were held, and forgets what is more than is kept."""
    if arrivals:
        _write(arrivals)
    for account in sorted(accounts):
        trim_refused(account)


def _write(arrivals: Sequence[Arrival]) -> list[IngestResult]:
    """All of them in one transaction; in one order, so that two processes cannot wait for each other."""
    alike = _alike(arrivals)
    with writing() as session:
        rows = [row for row, *_ in alike.values()]
        plans = plan_forwards(session, rows)
        new = _insert(session, rows)
        write_forwards(session, plans, new)
        for key, same in alike.items():
            repeated = same[1:] if key in new else same
            if repeated:
                _repeat(session, repeated[-1], len(repeated))
    results, first = [], set(new)
    for one in arrivals:
        key = (one.row["account"], one.row["digest"])
        results.append(IngestResult.NEW if key in first else IngestResult.REPEATED)
        first.discard(key)
    return results


def _alike(arrivals: Sequence[Arrival]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The rows by account and digest, in one order; several where the same came more than once at the same time."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in sorted(arrivals, key=lambda one: (one.row["digest"], one.row["received"])):
        found.setdefault((one.row["account"], one.row["digest"]), []).append(one.row)
    return found


def _insert(session: Session, rows: list[dict[str, Any]]) -> dict[tuple[str, str], int]:
    """The numbers of those that were not there yet, by account and digest."""
    engine = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = engine.insert(Delivery).values(rows).on_conflict_do_nothing(index_elements=["account", "digest"])
    inserted = session.execute(statement.returning(Delivery.account, Delivery.digest, Delivery.id))
    return {(account, digest): number for account, digest, number in inserted}


def _repeat(session: Session, row: dict[str, Any], times: int) -> None:
    """Counts repetitions, of which `row` is the last; a bare one that came a while later has its object read again."""
    same = (Delivery.account == row["account"], Delivery.digest == row["digest"])
    is_news = (
        (Delivery.verdict == Verdict.BARE)
        & Delivery.object_kind.is_not(None)
        & (Delivery.settled < row["received"] - READ_AGAIN_AFTER)
    )
    session.execute(
        update(Delivery)
        .where(*same)
        .values(
            repeats=Delivery.repeats + times,
            last_repeat=row["received"],
            outcome=case((is_news, DeliveryOutcome.WAITING.value), else_=Delivery.outcome),
            tries=case((is_news, 0), else_=Delivery.tries),
            next_try=case((is_news, row["received"]), else_=Delivery.next_try),
        )
        .execution_options(synchronize_session=False)
    )
