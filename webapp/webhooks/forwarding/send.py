"""Sends what is due: the same bytes, signed with the target's secret, again and again for two days.

One worker at a time holds a target, by a lease, so a target that is slow or hangs costs one thread of all workers and
nobody else anything. A process that dies in between sends again what it was sending: a target may get a delivery
twice, as from any provider: `X-Desk-Delivery` tells.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session, defer

from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.sealing import CannotUnseal, unseal
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.delivery import Delivery, ForwardState
from webapp.models.forward import FRESH, REPLAYED, Forward, ForwardAttempt, ForwardTarget
from webapp.providers.http import shop_post
from webapp.providers.http.shop_post import ShopAnswer
from webapp.providers.postpay import signature
from webapp.webhooks.address import (
    BadAddress,
    HookAddress,
    Problem,
    Resolve,
    public_addresses,
    read_address,
    resolve_name,
)
from webapp.webhooks.deliveries.content import open_content, seal_content
from webapp.webhooks.deliveries.forwards import lock_deliveries, new_forward, sum_up
from webapp.webhooks.own_address import is_own_address

from . import allows_loopback

BACKOFF = (10, 30, 120, 600, 1800, 3600, 7200, 14400)
"""Seconds before the next try of a delivery, the last one from then on."""
SILENCE = (30, 60, 120, 300)
"""Seconds in which nothing is sent to a target that did not answer at all, by failures in a row."""
LEASE = timedelta(seconds=30)
"""Longer than one try with its deadline, the look-up of the name and the wait to write it down."""
LONGEST_ROUND = 5.0
"""Seconds at one target before it is another one's turn."""
QUICK_MS = 1000
MOST_ATTEMPTS = 50
"""Attempts of one delivery at one target that are kept."""
GIVEN_UP_AT_ONCE = 1000
CONTENT_TYPE = "application/json"


class Held(NamedTuple):
    """A target that is ours to send to."""

    id: int
    account: Account
    holder: str


class Due(NamedTuple):
    """A delivery to send now, and where to."""

    id: int
    delivery_id: int
    content: str
    tries: int
    until: datetime
    url: str
    secret: str


def serve_target(
    accounts: Mapping[str, Account],
    settings: Settings,
    *,
    stopping: Callable[[], bool],
    resolve: Resolve = resolve_name,
    quick_only: bool = False,
) -> int:
    """One round for the target that has waited longest for its turn. Returns how many deliveries were sent.

    `quick_only`: only for one that answered last, and at once: so those never wait for one that hangs.
    """
    held = _claim(accounts, quick_only=quick_only)
    if held is None:
        return 0
    sent, ends = 0, time.monotonic() + LONGEST_ROUND
    try:
        while not stopping() and time.monotonic() < ends:
            due = _next_due(held)
            if due is None:
                break
            told = _send(held.account, due, settings, resolve)
            sent += 1
            if not _write_down(held, due, told, settings):
                break
            if told.code is None:
                _give_up(held)
                break
    finally:
        _let_go(held)
    return sent


def _claim(accounts: Mapping[str, Account], *, quick_only: bool) -> Held | None:
    moment = now()
    waits = select(Forward.id).where(
        Forward.target_id == ForwardTarget.id, Forward.state == ForwardState.WAITING, Forward.next_try <= moment
    )
    free = or_(ForwardTarget.lease_until.is_(None), ForwardTarget.lease_until <= moment)
    ready = [
        ForwardTarget.account.in_(accounts),
        ForwardTarget.active,
        ForwardTarget.deleted.is_(None),
        or_(ForwardTarget.silent_until.is_(None), ForwardTarget.silent_until <= moment),
        free,
        waits.exists(),
    ]
    if quick_only:
        ready += [ForwardTarget.failures == 0, or_(ForwardTarget.last_ms.is_(None), ForwardTarget.last_ms < QUICK_MS)]
    chosen = select(ForwardTarget.id, ForwardTarget.account).where(*ready)
    found = db.session.execute(chosen.order_by(ForwardTarget.served, ForwardTarget.id).limit(1)).one_or_none()
    release()
    if found is None:
        return None
    held = Held(found.id, accounts[found.account], uuid.uuid4().hex)
    values: dict[str, Any] = {"holder": held.holder, "lease_until": moment + LEASE, "served": moment}
    with writing() as session:
        mine = session.execute(_of(ForwardTarget.id == held.id, free).values(**values))
    return held if mine.rowcount == 1 else None  # type: ignore[attr-defined]


def _let_go(held: Held) -> None:
    values: dict[str, Any] = {"holder": None, "lease_until": None}
    with writing() as session:
        session.execute(_of(ForwardTarget.id == held.id, ForwardTarget.holder == held.holder).values(**values))


def _of(*where: Any) -> Any:
    return update(ForwardTarget).where(*where).execution_options(synchronize_session=False)


def _next_due(held: Held) -> Due | None:
    """What has waited longest; what is replayed only when nothing else waits."""
    moment = now()
    for turn in (FRESH, REPLAYED):
        found = db.session.execute(
            select(Forward.id, Forward.tries, Forward.until, Delivery.id.label("delivery_id"), Delivery.content_sealed)
            .add_columns(ForwardTarget.url, ForwardTarget.secret_sealed)
            .join(Delivery, Delivery.id == Forward.delivery_id)
            .join(ForwardTarget, ForwardTarget.id == Forward.target_id)
            .where(Forward.target_id == held.id, Forward.turn == turn)
            .where(Forward.state == ForwardState.WAITING, Forward.next_try <= moment)
            .where(ForwardTarget.active, ForwardTarget.holder == held.holder)
            .order_by(Forward.next_try, Forward.delivery_id)
            .limit(1)
        ).one_or_none()
        release()
        if found is not None:
            content, secret = found.content_sealed or "", found.secret_sealed or ""
            return Due(found.id, found.delivery_id, content, found.tries, found.until or moment, found.url, secret)
    return None


def _send(account: Account, due: Due, settings: Settings, resolve: Resolve) -> ShopAnswer:
    """Looks the name up anew each time, and goes to what was found public."""
    try:
        address = read_address(due.url, loopback=allows_loopback(account, settings))
        addresses = ("127.0.0.1",) if address.is_loopback else _public(address, resolve)
        if is_own_address(address, addresses, settings, resolve=resolve):
            raise BadAddress(Problem.OWN)
        content = open_content(settings, due.content)
        secret = unseal(settings, due.secret).get_secret_value()
    except BadAddress as error:
        return ShopAnswer(None, error.problem.value, 0)
    except (CannotUnseal, ValueError):
        return ShopAnswer(None, "cannot_unseal", 0)
    headers = {name.lower(): value for name, value in content.headers}
    sent = {
        "Content-Type": headers.get("content-type", CONTENT_TYPE),
        "User-Agent": "postpay-desk",
        "X-Desk-Delivery": str(due.delivery_id),
        signature.HEADER: signature.sign(content.body, secret, at=int(time.time())),
    }
    return shop_post.post(address.url, addresses, content.body, sent)


def _public(address: HookAddress, resolve: Resolve) -> tuple[str, ...]:
    """IPv4 first, and no more than a few: all within one deadline."""
    return tuple(sorted(public_addresses(address.host, resolve), key=lambda text: ":" in text)[:3])


def _write_down(held: Held, due: Due, told: ShopAnswer, settings: Settings) -> bool:
    """The attempt, what it means for the delivery and for the target. Returns whether the target is still ours."""
    answer = seal_content(settings, told.headers, told.start) if told.start else None
    with writing() as session:
        target = session.get(ForwardTarget, held.id, with_for_update={"of": ForwardTarget}, populate_existing=True)
        if target is None:
            return False
        _note(target, told, held.holder)
        delivery = session.get(
            Delivery, due.delivery_id, with_for_update=True, populate_existing=True,
            options=[defer(Delivery.content_sealed)],
        )  # fmt: skip
        if delivery is None:
            return target.holder == held.holder
        forward = _forward(session, due, held.id)
        attempt = ForwardAttempt(forward_id=forward.id, code=told.code, error=told.error, ms=told.ms)
        attempt.answer_sealed = answer
        session.add(attempt)
        _settle(forward, due, told)
        session.flush()
        _forget_old_attempts(session, forward.id)
        sum_up(session, [delivery.id])
        return target.holder == held.holder


def _note(target: ForwardTarget, told: ShopAnswer, holder: str) -> None:
    moment = now()
    target.last_at, target.last_code, target.last_error, target.last_ms = moment, told.code, told.error, told.ms
    target.failures = target.failures + 1 if told.code is None else 0
    pause = SILENCE[min(target.failures, len(SILENCE)) - 1] if target.failures else 0
    target.silent_until = moment + timedelta(seconds=pause) if pause else None
    if target.holder == holder:
        target.lease_until = moment + LEASE


def _forward(session: Session, due: Due, target_id: int) -> Forward:
    """The row of it; again, where a replay was cancelled while it was on its way."""
    mine = select(Forward).where(Forward.delivery_id == due.delivery_id, Forward.target_id == target_id)
    found = session.scalar(mine.with_for_update(of=Forward).execution_options(populate_existing=True))
    if found is None:
        found = new_forward(due.delivery_id, target_id, now())
        found.state, found.next_try = ForwardState.FAILED, None
        session.add(found)
        session.flush()
    return found


def _settle(forward: Forward, due: Due, told: ShopAnswer) -> None:
    """What was taken was taken, whatever somebody decided meanwhile; the rest only while it waits."""
    if told.is_done:
        forward.state, forward.next_try, forward.tries = ForwardState.SENT, None, due.tries + 1
        return
    if forward.state != ForwardState.WAITING:
        return
    pause = BACKOFF[min(due.tries, len(BACKOFF) - 1)] * random.uniform(0.7, 1.3)  # noqa: S311 - spreads load
    forward.tries, forward.next_try = due.tries + 1, now() + timedelta(seconds=pause)
    if forward.next_try > (forward.until or due.until):
        forward.state, forward.next_try = ForwardState.FAILED, None


def _forget_old_attempts(session: Session, forward_id: int) -> None:
    mine = select(ForwardAttempt.id).where(ForwardAttempt.forward_id == forward_id)
    beyond = session.scalars(mine.order_by(ForwardAttempt.id.desc()).offset(MOST_ATTEMPTS)).all()
    if beyond:
        session.execute(delete(ForwardAttempt).where(ForwardAttempt.id.in_(beyond)))


def _give_up(held: Held) -> None:
    """Of a target that is silent: what is past its time need not wait for a try of its own."""
    with writing() as session:
        session.get(ForwardTarget, held.id, with_for_update={"of": ForwardTarget}, populate_existing=True)
        late = select(Forward.delivery_id).where(
            Forward.target_id == held.id, Forward.state == ForwardState.WAITING, Forward.until < now()
        )
        found = session.scalars(late.limit(GIVEN_UP_AT_ONCE)).all()
        lock_deliveries(session, found)
        session.execute(
            update(Forward)
            .where(Forward.target_id == held.id, Forward.delivery_id.in_(found))
            .values(state=ForwardState.FAILED, next_try=None)
            .execution_options(synchronize_session=False)
        )
        sum_up(session, found)
