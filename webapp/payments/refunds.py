"""Refunds a part or all of a captured order: exactly once, or says honestly that it does not know yet.

Read again, write the intent, send once, classify, read back when in doubt, settle: each on disk before the next.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from webapp import audit
from webapp.access.form_tokens import SubmitToken
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.intent import Intent, IntentKind, LineRefund, lines_as_text
from webapp.money import Money
from webapp.operations.engine import begin, perform
from webapp.providers.postpay.bodies import encode_refund
from webapp.providers.postpay.client import PostpayClient
from webapp.providers.postpay.mover import PostpayMover

from .approval_requests import request_for
from .errors import AboveLimit, AboveRemaining, NeedsApproval, NotPossible, StaleForm, Which
from .intents import INTENTS, order_version, write_intent
from .refund_limits import ORDER_SPAN, Requester, room_for
from .refund_lines import NoSuchLines, Refundable, refundable
from .snapshot import CAPTURED, OrderSnapshot, done_intents, read_order
from .stale_forms import recorded_when_stale

REFUND_PREFIX = "bo-"
"""Every refund of the desk starts so: a restored copy of the database can tell its orphans."""


def new_refund_id() -> str:
    """A number for a refund that nobody can guess or make twice."""
    return REFUND_PREFIX + secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person has decided: how much, why, and of which lines of the order, where it was by lines.

    `units` by the key of the line; `describe` puts it into words for the provider, given what each line comes to.
    """

    amount: Money
    reason: str
    note: str
    describe: Callable[[Sequence[LineRefund]], str]
    units: Mapping[str, int] = field(default_factory=dict)

    def is_of(self, intent: Intent) -> bool:
        """Whether this is what was decided when the intent was written down."""
        said = (intent.amount, intent.reason, intent.note, intent.units_by_line)
        return said == (self.amount, self.reason, self.note, dict(self.units))


def issue_refund(
    *,
    client: PostpayClient,
    account: Account,
    token: SubmitToken,
    requester: Requester,
    decision: Decision,
    deadline: float,
    ask: bool = False,
) -> Intent:
    """Refunds a part or all of the token's order and returns the intent in the state that is known now.

    With `ask` nothing is sent: it awaits a second person. The same form sent again returns what came of it. Raises
    NotMoved (its kinds) when nothing was started, NeedsApproval among them, and GatewayError when the order could not
    be read; in both cases nothing was sent.
    """
    with recorded_when_stale(account, token, IntentKind.REFUND):
        found = begin(
            INTENTS,
            token.hash,
            client=client,
            is_same=decision.is_of,
            read=lambda: _fresh(client, account, token, decision),
        )
        if isinstance(found, Intent):
            return found
        intent, is_new = _write(account, token, requester, decision, found, deadline, ask=ask)
    return perform(INTENTS, PostpayMover(client), intent, is_new=is_new, deadline=deadline)


def refundable_lines(account: Account, reading: OrderSnapshot) -> Refundable:
    """What is left of each line of an order that was just read."""
    statement = select(Intent).where(
        Intent.account == account.slug, Intent.order_id == reading.order.order_id, Intent.lines.is_not(None)
    )
    by_lines = db.session.scalars(statement).all()
    release()
    return refundable(reading, by_lines)


def outside_refunds(account: Account, reading: OrderSnapshot) -> int:
    """What was refunded of the order within 24 hours outside this desk, minor units.

    Also under numbers that look like the desk's: those that a restored database does not know any more count.
    """
    since = now() - ORDER_SPAN
    recent = [one for one in reading.refunds or () if one.created >= since]
    if not recent:
        return 0
    of_order = (Intent.account == account.slug, Intent.order_id == reading.order.order_id)
    own = set(db.session.scalars(select(Intent.refund_id).where(*of_order)))
    return sum(one.amount for one in recent if one.refund_id not in own)


def _write(
    account: Account,
    token: SubmitToken,
    requester: Requester,
    decision: Decision,
    found: tuple[OrderSnapshot, tuple[LineRefund, ...]],
    deadline: float,
    *,
    ask: bool,
) -> tuple[Intent, bool]:
    """Writes the refund down if it may still be, and what kept it from being so."""
    (reading, lines), amount, refund_id = found, decision.amount, new_refund_id()
    needs: list[Which] = []

    def still_right() -> None:
        needs[:] = _needs(account, token, requester, decision, reading)
        if needs and not ask:
            raise NeedsApproval(tuple(needs))

    try:
        return write_intent(
            IntentKind.REFUND,
            account=account,
            token=token,
            requested_by=requester.id,
            amount=amount,
            still_right=still_right,
            deadline=deadline,
            asks=(lambda intent: request_for(intent, needs, reading.order.total.minor)) if ask else None,
            refund_id=refund_id,
            reason=decision.reason,
            note=decision.note,
            lines=lines_as_text(lines),
            body=encode_refund(refund_id=refund_id, amount=amount, description=decision.describe(lines)).decode(),
        )
    except (AboveLimit, NeedsApproval) as error:
        _record_limit(account, token, amount, error)
        raise


def _needs(
    account: Account, token: SubmitToken, requester: Requester, decision: Decision, reading: OrderSnapshot
) -> tuple[Which, ...]:
    """Why a second person must agree. Raises StaleForm, and AboveLimit for what no second person can lift."""
    if order_version(account, token.order_id) != token.order_version:
        raise StaleForm(reading)
    amount = decision.amount
    room = room_for(account, requester, token.order_id, amount.currency, outside=outside_refunds(account, reading))
    if refusal := room.refusal(amount):
        raise refusal
    return room.needs(amount, decision.reason)


def _fresh(
    client: PostpayClient, account: Account, token: SubmitToken, decision: Decision
) -> tuple[OrderSnapshot, tuple[LineRefund, ...]]:
    """The order as it is now, and what each chosen line comes to.

    Raises when the order is not what the form showed, or the amount is not there.
    """
    reading = read_order(client, token.order_id).knowing(done_intents(account, token.order_id))
    if reading.refunds_error is not None:
        raise reading.refunds_error
    if reading.order.status != CAPTURED:
        raise NotPossible(reading)
    remaining = reading.remaining
    if remaining != Money(token.seen_remaining, token.currency):
        raise StaleForm(reading)
    if decision.amount > remaining:
        raise AboveRemaining(remaining)
    return reading, _chosen_lines(account, reading, decision)


def _chosen_lines(account: Account, reading: OrderSnapshot, decision: Decision) -> tuple[LineRefund, ...]:
    """What was chosen, with the amounts of now. Raises StaleForm when they are not those that were reviewed."""
    if not decision.units:
        return ()
    lines = refundable_lines(account, reading)
    try:
        chosen = lines.breakdown(decision.units)
    except NoSuchLines as error:
        raise StaleForm(reading) from error
    if sum(line.minor for line in chosen) != decision.amount.minor:
        raise StaleForm(reading)
    return chosen


def _record_limit(account: Account, token: SubmitToken, amount: Money, error: AboveLimit | NeedsApproval) -> None:
    which = error.which if isinstance(error, AboveLimit) else error.needs[0]
    limit = error.limit if isinstance(error, AboveLimit) else None
    with writing():
        audit.record(
            audit.Action.REFUND_LIMIT,
            outcome="denied",
            account=account.slug,
            object_type="order",
            object_id=token.order_id,
            after={
                "amount_minor": amount.minor,
                "currency": amount.currency,
                "limit": which,
                "limit_minor": limit.minor if limit else None,
            },
        )
