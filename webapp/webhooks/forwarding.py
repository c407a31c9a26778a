"""Tells genuine deliveries on to the shop: the same bytes, signed with the shop's secret, again and again for two days.

Each sending is claimed before it is made, so that several workers never send the same one at a time; one whose worker
died is sent again. A shop may therefore get a delivery twice, as from any provider: `X-Desk-Delivery` tells.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, update

from webapp import audit
from webapp.core.accounts import Account, Environment
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.sealing import CannotUnseal, unseal
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.delivery import GENUINE, Delivery, ForwardAttempt, Forwarding, ForwardState
from webapp.providers.http import shop_post
from webapp.providers.http.shop_post import ShopAnswer
from webapp.providers.postpay import signature

from .address import BadAddress, HookAddress, Problem, Resolve, public_addresses, read_address, resolve_name
from .deliveries.content import open_content
from .deliveries.ingest import FORWARD_FOR
from .own_address import is_own_address

BACKOFF = (10, 30, 120, 600, 1800, 3600, 7200, 14400)
"""Seconds before the next try, the last one from then on."""
CLAIM = timedelta(seconds=60)
PAUSE = timedelta(seconds=30)
"""How long nothing is sent to a shop that did not answer at all."""
AT_ONCE = 50
CONTENT_TYPE = "application/json"


class Due(NamedTuple):
    """A delivery that is ours to send now."""

    id: int
    content: str
    tries: int
    until: datetime


def forward_due(
    account: Account, settings: Settings, *, stopping: Callable[[], bool], resolve: Resolve = resolve_name
) -> int:
    """One round over what is due; ends early when the shop does not answer. Returns how many were sent."""
    row = db.session.get(Forwarding, account.slug, populate_existing=True)
    release()
    if row is None or not row.active:
        return 0
    sent = 0
    for _ in range(AT_ONCE):
        due = None if stopping() else _claim(account)
        if due is None:
            break
        told = _send(account, row, due, settings, resolve)
        _write_down(due, told)
        sent += 1
        if told.code is None:
            _pause(account)
            break
    return sent


def allows_loopback(account: Account) -> bool:
    """Whether its deliveries may go to this machine: only where the provider is an emulator on it."""
    return account.environment is Environment.EMBEDDED


def _claim(account: Account) -> Due | None:
    """The next one, ours for a while."""
    waiting = (Delivery.account == account.slug, Delivery.forward_state == ForwardState.WAITING)
    moment = now()
    found = db.session.execute(
        select(
            Delivery.id, Delivery.forward_next, Delivery.content_sealed, Delivery.forward_tries, Delivery.forward_until
        )
        .where(*waiting, Delivery.forward_next <= moment)
        .order_by(Delivery.forward_next, Delivery.id)
        .limit(1)
    ).one_or_none()
    release()
    if found is None:
        return None
    with writing() as session:
        claimed = session.execute(
            update(Delivery)
            .where(Delivery.id == found.id, Delivery.forward_next == found.forward_next, *waiting)
            .values(forward_next=moment + CLAIM)
            .execution_options(synchronize_session=False)
        )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        return None
    return Due(found.id, found.content_sealed or "", found.forward_tries, found.forward_until or moment)


def _send(account: Account, row: Forwarding, due: Due, settings: Settings, resolve: Resolve) -> ShopAnswer:
    """Looks the name up anew each time, and goes to what was found public."""
    try:
        address = read_address(row.url, loopback=allows_loopback(account))
        addresses = ("127.0.0.1",) if address.is_loopback else _public(address, resolve)
        if is_own_address(address, addresses, settings, resolve=resolve):
            raise BadAddress(Problem.OWN)
        content = open_content(settings, due.content)
        secret = unseal(settings, row.secret_sealed).get_secret_value()
    except BadAddress as error:
        return ShopAnswer(None, error.problem.value, 0)
    except (CannotUnseal, ValueError):
        return ShopAnswer(None, "cannot_unseal", 0)
    headers = {name.lower(): value for name, value in content.headers}
    sent = {
        "Content-Type": headers.get("content-type", CONTENT_TYPE),
        "User-Agent": "postpay-desk",
        "X-Desk-Delivery": str(due.id),
        signature.HEADER: signature.sign(content.body, secret, at=int(time.time())),
    }
    return shop_post.post(address.url, addresses, content.body, sent)


def _public(address: HookAddress, resolve: Resolve) -> tuple[str, ...]:
    """IPv4 first, and no more than a few: all within one deadline."""
    return tuple(sorted(public_addresses(address.host, resolve), key=lambda text: ":" in text)[:3])


def _write_down(due: Due, told: ShopAnswer) -> None:
    with writing() as session:
        delivery = session.get(Delivery, due.id, with_for_update=True, populate_existing=True)
        if delivery is None or delivery.forward_state != ForwardState.WAITING:
            return
        session.add(ForwardAttempt(delivery_id=due.id, code=told.code, error=told.error, ms=told.ms))
        delivery.forward_tries = due.tries + 1
        pause = BACKOFF[min(due.tries, len(BACKOFF) - 1)] * random.uniform(0.7, 1.3)  # noqa: S311 - spreads load
        following = now() + timedelta(seconds=pause)
        if told.is_done:
            delivery.forward_state, delivery.forward_next = ForwardState.SENT, None
        elif following > due.until:
            delivery.forward_state, delivery.forward_next = ForwardState.FAILED, None
        else:
            delivery.forward_next = following


def _pause(account: Account) -> None:
    """Puts off what is due: each of them would wait for the same silence."""
    moment = now()
    with writing() as session:
        session.execute(
            update(Delivery)
            .where(
                Delivery.account == account.slug,
                Delivery.forward_state == ForwardState.WAITING,
                Delivery.forward_next <= moment,
            )
            .values(forward_next=moment + PAUSE)
            .execution_options(synchronize_session=False)
        )


def send_again(account: Account, delivery_id: int) -> bool:
    """Sends one delivery on again, from the first try. Returns whether it can be."""
    with writing() as session:
        delivery = session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
        if delivery is None or delivery.account != account.slug or not _can_be_sent(delivery):
            return False
        _start_over(delivery)
        _record(account, delivery.id, "one", 1)
    return True


def send_failed_again(account: Account) -> int:
    """Sends on what was given up: of each object the newest only, for it makes the older ones untrue.

    Returns how many are sent.
    """
    with writing() as session:
        newest = (
            select(func.max(Delivery.id))
            .where(Delivery.account == account.slug, Delivery.verdict.in_(GENUINE))
            .group_by(Delivery.object_kind, func.coalesce(Delivery.object_id, Delivery.digest))
        )
        failed = (Delivery.account == account.slug, Delivery.forward_state == ForwardState.FAILED)
        session.execute(
            update(Delivery)
            .where(*failed, Delivery.id.not_in(newest))
            .values(forward_state=ForwardState.SUPERSEDED, forward_next=None)
            .execution_options(synchronize_session=False)
        )
        again = session.scalars(select(Delivery).where(*failed).order_by(Delivery.id.desc())).all()
        for delivery in again:
            _start_over(delivery)
        _record(account, None, "failed", len(again))
    return len(again)


def _can_be_sent(delivery: Delivery) -> bool:
    return (
        delivery.is_genuine and delivery.content_sealed is not None and delivery.forward_state != ForwardState.WAITING
    )


def _start_over(delivery: Delivery) -> None:
    moment = now()
    delivery.forward_state, delivery.forward_next = ForwardState.WAITING, moment
    delivery.forward_tries, delivery.forward_until = 0, moment + FORWARD_FOR


def _record(account: Account, delivery_id: int | None, what: str, count: int) -> None:
    audit.record(
        audit.Action.DELIVERY_RESENT,
        account=account.slug,
        object_type="delivery",
        object_id=delivery_id,
        after={"what": what, "count": count},
    )
