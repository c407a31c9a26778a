"""Fills the index from the provider: lists orders, newest first, and reads each that the index does not know.

All that is listed is on disk before it counts as reached, and each order until it was read: so a worker can die at any
moment, and the next one goes on. The pace is a setting; a worker makes one call at a time, and none for a page.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from webapp.core.accounts import Account
from webapp.core.database import put, release, writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.intent import Intent, IntentKind, IntentState
from webapp.models.ledger import LedgerRow
from webapp.models.search import SearchOrder, SearchReach, SearchToRead
from webapp.providers.http.errors import GatewayError, NotFound, UnreadableAnswer
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.filters import LARGEST_PAGE, OrderQuery
from webapp.providers.postpay.models import OrderSummary, Page, TransactionType

from . import store
from .entry import Entry
from .queries import forget_queries
from .readings import is_kept, oldest_kept, told

LOOK_EVERY = timedelta(minutes=1)
"""How often new orders are looked for that nobody told of."""
OVERLAP = timedelta(minutes=10)
"""How far back such a look begins: an order may join the list late."""
LATE = timedelta(seconds=30)
"""How much later than its moment a refund may be committed."""
TICK = timedelta(microseconds=1)
MOST_WAITING = 50
"""Orders still to read, above which no older ones are listed."""
PAUSES = (30, 300, 3600, 6 * 3600)
"""Seconds before an order is tried again that cannot be read while others can."""


def ask_to_read(session: Session, account: str, order_ids: Iterable[str], *, with_refunds: bool = False) -> None:
    """Puts down orders that are to be read. Inside of `writing()`."""
    for order_id in order_ids:
        known = session.get(SearchToRead, (account, order_id))
        wanted = with_refunds or bool(known and known.with_refunds)
        put(session, SearchToRead, account=account, order_id=order_id, with_refunds=wanted, tries=0, due=now())


def sweep(
    account: Account, client: PostpayClient, settings: Settings, *, calls: int, stopping: Callable[[], bool]
) -> int:
    """One round of `calls` at most; returns how many were made. Raises GatewayError when the provider is out of reach.

    New orders first, then those that are to be read, then older ones.
    """
    if not settings.search_days:
        return 0
    reach, made = _reach(account), 0
    if now() - reach.looked >= LOOK_EVERY:
        made += _list_new(account, client, settings, reach)
    while made < calls and not stopping():
        read = _read_some(account, client, settings, calls - made, stopping)
        made += read
        if made >= calls or _waiting(account) >= MOST_WAITING:
            return made
        reach = _reach(account)
        if not (is_kept(settings, reach.oldest) and not reach.is_complete):
            return made
        made += _list_older(account, client, settings, reach)
    return made


def _reach(account: Account) -> SearchReach:
    """How far the account's index reaches, as it stands on disk."""
    reach = db.session.get(SearchReach, account.slug, populate_existing=True)
    if reach is None:
        with writing() as session:
            moment = now()
            put(session, SearchReach, account=account.slug, oldest=moment, newest=moment, looked=moment - LOOK_EVERY,
                is_complete=False)  # fmt: skip
        reach = db.session.get_one(SearchReach, account.slug)
    db.session.expunge(reach)
    release()
    return reach


def _waiting(account: Account) -> int:
    due = select(func.count()).select_from(SearchToRead).where(SearchToRead.account == account.slug)
    count = db.session.scalar(due.where(SearchToRead.due <= now())) or 0
    release()
    return count


def _list_new(account: Account, client: PostpayClient, settings: Settings, reach: SearchReach) -> int:
    """Everything created since the last look, and a while before it; returns how many calls that took."""
    began, made, has_next = now(), 0, True
    query = OrderQuery(created_from=reach.newest - OVERLAP, ordering="created", page_size=LARGEST_PAGE)
    while has_next:
        made += 1
        page = _page(client, replace(query, page=made))
        has_next = page.has_next
        with writing() as session:
            _put_down(session, account, settings, page)
            if not has_next:
                _put_down_refunded(session, account, since=reach.looked - LATE)
                _reached(session, account, newest=max(began, reach.newest), looked=began)
    return made


def _list_older(account: Account, client: PostpayClient, settings: Settings, reach: SearchReach) -> int:
    """The orders before the oldest that was listed: one page, or more where one moment has more orders than fit."""
    query = OrderQuery(created_before=reach.oldest, page_size=LARGEST_PAGE)
    oldest, made, has_next = reach.oldest, 0, True
    while has_next and oldest + TICK >= reach.oldest:
        made += 1
        page = _page(client, replace(query, page=made))
        has_next = page.has_next
        oldest = min((row.created for row in page.results), default=oldest)
        with writing() as session:
            _put_down(session, account, settings, page)
    with writing() as session:  # the next page may begin with the moment that this one ended with
        _reached(session, account, oldest=oldest + TICK if has_next else oldest, is_complete=not has_next)
    return made


def _reached(session: Session, account: Account, **values: object) -> None:
    session.execute(update(SearchReach).where(SearchReach.account == account.slug).values(**values))


def _page(client: PostpayClient, query: OrderQuery) -> Page[OrderSummary]:
    page = client.list_orders(query=query, tolerant=True)
    if page.unexpected or (page.bad and not page.results):
        raise UnreadableAnswer("list_orders", "GET", "rows that were not asked for", status=200)
    return page


def _put_down(session: Session, account: Account, settings: Settings, page: Page[OrderSummary]) -> None:
    """What the index does not know yet is to be read."""
    rows = [row for row in page.results if is_kept(settings, row.created)]
    known = store.entries_of(session, settings, account.slug, [(row.order_id, row.created) for row in rows])
    new = [row.order_id for row in rows if row.order_id not in known]
    odd = [row.id for row in page.bad if row.id]
    refunded = _known_as_refunded(session, account, new)
    ask_to_read(session, account.slug, [one for one in (*new, *odd) if one not in refunded])
    ask_to_read(session, account.slug, refunded, with_refunds=True)


def _put_down_refunded(session: Session, account: Account, *, since: datetime) -> None:
    """Orders of which the desk itself has refunded something lately."""
    done = (Intent.kind == IntentKind.REFUND, Intent.state == IntentState.SUCCEEDED, Intent.settled >= since)
    ids = session.scalars(select(Intent.order_id).where(Intent.account == account.slug, *done).distinct()).all()
    ask_to_read(session, account.slug, ids, with_refunds=True)


def _known_as_refunded(session: Session, account: Account, order_ids: Sequence[str]) -> set[str]:
    """Those of which the desk knows a refund, by its own hand or in the ledger: only their refunds cost a call."""
    intents = select(Intent.order_id).where(
        Intent.account == account.slug, Intent.order_id.in_(order_ids), Intent.kind == IntentKind.REFUND
    )
    ledger = select(LedgerRow.order_id).where(
        LedgerRow.account == account.slug, LedgerRow.order_id.in_(order_ids), LedgerRow.type == TransactionType.REFUND
    )
    return {one for asked in (intents, ledger) for one in session.scalars(asked) if one}


def _read_some(
    account: Account, client: PostpayClient, settings: Settings, most: int, stopping: Callable[[], bool]
) -> int:
    """Reads what waits; returns how many calls that took."""
    due = select(SearchToRead).where(SearchToRead.account == account.slug, SearchToRead.due <= now())
    waiting = db.session.scalars(due.order_by(SearchToRead.due, SearchToRead.order_id).limit(most)).all()
    db.session.expunge_all()
    release()
    made, read = 0, []
    try:
        for one in waiting:
            if stopping() or made >= most:
                break
            began = now()
            made += 1 + one.with_refunds
            read.append((one, began, _entry(account, client, one, began)))
    finally:
        if read:
            with writing(lock=store.LOCK) as session:
                for one, began, entry in read:
                    _write_down(session, settings, account, one, began, entry)
    return made


def _entry(account: Account, client: PostpayClient, one: SearchToRead, began: datetime) -> Entry | None:
    """The order as read; None where it cannot be read. Raises what is not about this order alone."""
    try:
        order = client.get_order(order_id=one.order_id)
        refunds = client.list_all_refunds(order_id=one.order_id) if one.with_refunds else None
    except GatewayError as error:
        if isinstance(error, NotFound | UnreadableAnswer):
            return None
        raise
    return told(account, order, refunds, read=began)


def _write_down(
    session: Session, settings: Settings, account: Account, one: SearchToRead, began: datetime, entry: Entry | None
) -> None:
    """Settles what had been asked for before the reading began."""
    asked = (SearchToRead.account == account.slug, SearchToRead.order_id == one.order_id, SearchToRead.due <= began)
    if entry is None:
        pause = PAUSES[min(one.tries, len(PAUSES) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311 - keeps no secret
        later = {"tries": one.tries + 1, "due": now() + timedelta(seconds=pause)}
        session.execute(update(SearchToRead).where(*asked).values(**later))
        return
    if is_kept(settings, entry.created):
        store.keep(session, settings, account.slug, [entry])
    session.execute(delete(SearchToRead).where(*asked).execution_options(synchronize_session=False))


def tend(settings: Settings, accounts: Sequence[str], most: int = 500) -> bool:
    """Forgets orders that are too old, and brings those of an older key under the newest; whether more is to do."""
    with writing(lock=store.LOCK) as session:
        forget_queries(session)
        forgotten = store.forget_before(session, oldest_kept(settings), most)
        has_any = session.scalar(select(SearchOrder.id).limit(1)) is not None
        left = store.renew(session, settings, accounts, most) if has_any else 0
    return forgotten == most or left > 0
