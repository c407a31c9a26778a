"""Takes one customer out of the index: the orders with their e-mail address or phone number, and for good."""

from __future__ import annotations

from sqlalchemy.orm import Session

from webapp import audit
from webapp.core.accounts import Account
from webapp.core.database import put_once, writing
from webapp.core.settings import Settings
from webapp.models.search import SearchErased

from . import spelling, store
from .question import Expression, read_question


class NotWhole(ValueError):
    """What was given is neither a whole e-mail address nor a whole phone number."""


def erase(account: Account, settings: Settings, identity: str) -> int:
    """Erases every order of the account with this e-mail address or phone number; returns how many there were.

    They do not come back when they are read again; a later order of the same customer is found as any other.
    Raises NotWhole.
    """
    is_whole = spelling.email(identity) or len(spelling.digits(identity)) > spelling.FEWEST_DIGITS
    region = spelling.region_of(account.time_zone)
    question = read_question(identity, may_open=False, region=region) if is_whole else None
    if question is None:
        raise NotWhole(identity)
    count = 0
    while True:
        with writing(lock=store.LOCK) as session:
            erased = _erase_some(session, settings, account.slug, question)
            count += erased
            if not erased:
                audit.record(audit.Action.SEARCH_ERASED, account=account.slug, after={"rows": count})
                return count


def _erase_some(session: Session, settings: Settings, account: str, question: Expression) -> int:
    found = store.find(session, settings, account, question)
    entries = store.open_rows(session, settings, account, found.ids, question)
    for entry in entries:
        put_once(session, SearchErased, ("account", "order_id"), account=account, order_id=entry.order_id)
    return store.forget(session, settings, account, entries)
