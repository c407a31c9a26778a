"""What pages say of deliveries: events, verdicts, what became of the reading, and of telling them on."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from webapp.models.delivery import Delivery, DeliveryOutcome, ForwardState, Verdict
from webapp.models.refused_minute import RefusalCause
from webapp.webhooks.address import Problem

from .formatting import age, status_label

Words = tuple[LazyString, str]
"""A label and its tone."""

EVENTS = {"order": lazy_gettext("Order"), "transaction": lazy_gettext("Transaction")}
VERDICTS: dict[str, Words] = {
    Verdict.TIMED: (lazy_gettext("Genuine"), "ok"),
    Verdict.BARE: (lazy_gettext("Genuine, without a time"), "ok"),
    Verdict.OUT_OF_TIME: (lazy_gettext("Out of time"), "bad"),
    Verdict.WRONG: (lazy_gettext("Wrong signature"), "bad"),
    Verdict.UNSIGNED: (lazy_gettext("Not signed"), "bad"),
}
REFUSALS: dict[RefusalCause, LazyString] = {
    RefusalCause.UNSIGNED: VERDICTS[Verdict.UNSIGNED][0],
    RefusalCause.WRONG: VERDICTS[Verdict.WRONG][0],
    RefusalCause.OUT_OF_TIME: VERDICTS[Verdict.OUT_OF_TIME][0],
    RefusalCause.TOO_LARGE: lazy_gettext("Larger than 1 MiB"),
    RefusalCause.MALFORMED: lazy_gettext("Not a proper request"),
    RefusalCause.CANNOT_JUDGE: lazy_gettext("The desk cannot read its own secret"),
    RefusalCause.NOT_SERVED: lazy_gettext("The desk was too busy, or failed"),
    RefusalCause.UNKNOWN_ADDRESS: lazy_gettext("Sent to an address that the desk does not have, or has given up"),
}
"""Why deliveries were not taken."""
OUTCOMES: dict[str, Words] = {
    DeliveryOutcome.WAITING: (lazy_gettext("Waits to be read again"), "wait"),
    DeliveryOutcome.READ: (lazy_gettext("Read again"), "ok"),
    DeliveryOutcome.GONE: (lazy_gettext("Postpay knows no such thing"), "bad"),
    DeliveryOutcome.FAILED: (lazy_gettext("Could not be read again"), "bad"),
    DeliveryOutcome.NOTHING: (lazy_gettext("Nothing to read"), "idle"),
    DeliveryOutcome.REFUSED: (lazy_gettext("Not taken"), "idle"),
}
FORWARD_STATES: dict[str, Words] = {
    ForwardState.WAITING: (lazy_gettext("On its way"), "wait"),
    ForwardState.SENT: (lazy_gettext("Taken"), "ok"),
    ForwardState.FAILED: (lazy_gettext("Not taken"), "bad"),
    ForwardState.SUPERSEDED: (lazy_gettext("Replaced by a newer one"), "idle"),
}
"""At one target, or summed up: it waits while one target waits, and was not taken where one did not take it."""
TARGET_EVENTS = {
    "order": lazy_gettext("Orders"),
    "transaction": lazy_gettext("Transactions"),
    "other": lazy_gettext("Anything else"),
}
ATTEMPT_PROBLEMS = {
    Problem.LEADS_INSIDE.value: lazy_gettext("The name leads to an address that is not public"),
    Problem.OWN.value: lazy_gettext("This is the desk's own address, so nothing was sent"),
    Problem.NOT_FOUND.value: lazy_gettext("There is no such name"),
    "ConnectionRefusedError": lazy_gettext("The connection was refused"),
    "TimeoutError": lazy_gettext("No answer in time"),
    "SSLCertVerificationError": lazy_gettext("The certificate is not valid"),
    "cannot_unseal": lazy_gettext("The desk cannot read its own secret for it"),
}
_PAYOUTS = {"paid": lazy_gettext("paid out"), "unpaid": lazy_gettext("not paid out yet")}


def event_words(event: str | None) -> str:
    """The event; one that nobody documents as it came."""
    return str(EVENTS.get(event or "", event or gettext("None told")))


def outcome_words(delivery: Delivery) -> str:
    """What became of reading the object again, with the state it was found in."""
    words = str(OUTCOMES[delivery.outcome][0])
    if delivery.outcome != DeliveryOutcome.READ or not delivery.object_state:
        return words
    found = _PAYOUTS.get(delivery.object_state) or status_label(delivery.object_state)
    return gettext("%(outcome)s: %(state)s", outcome=words, state=found)


def newer_words(delivery: Delivery) -> str:
    """Of a delivery after which another one told of the same object."""
    if delivery.object_kind == "order":
        return gettext("A newer state of this order has been received since.")
    return gettext("A newer state of this transaction has been received since.")


def attempt_words(code: int | None, error: str | None) -> str:
    """A target's status, or why there was none."""
    if code is not None:
        return gettext("Answered %(code)s", code=code)
    known = ATTEMPT_PROBLEMS.get(error or "")
    return str(known) if known else gettext("No answer (%(error)s)", error=error or "?")


def age_words(seconds: int | None) -> str | None:
    """How long it was on its way: the signature's time against the arrival."""
    if seconds is None:
        return None
    span = gettext("%(count)s s", count=abs(seconds)) if abs(seconds) < 120 else age(timedelta(seconds=abs(seconds)))
    return span if seconds >= 0 else gettext("%(span)s ahead of our clock", span=span)


def size_words(size: int) -> str:
    if size < 1024:
        return gettext("%(count)s bytes", count=size)
    return gettext("%(count)s KiB", count=f"{size / 1024:,.1f}")
