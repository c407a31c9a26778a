"""PayPro's API: one method for each endpoint that the desk uses, in the document's order; none debits anybody.

Every method takes `deadline`, the seconds the whole call may last, repetitions included (None: the configured one).
Every method raises GatewayError: NotSent, AnswerLost, ProviderFailed, UnreadableAnswer, Unauthorized, Forbidden and
Throttled always; what else an endpoint may refuse stands in its docstring. An identifier that cannot stand in a path
raises BadIdentifier, a text that is no cursor BadCursor, both before anything is sent.

Lists are newest first, a page at a time, and say nothing of how many rows there are.
"""

from __future__ import annotations

import time

from webapp.providers.http.bodies import BadIdentifier
from webapp.providers.http.errors import UnreadableAnswer, UnreadableRow

from .agreement_calls import AgreementCalls
from .lists import BadCursor
from .models import Refund
from .payment_calls import PaymentCalls
from .webhook_calls import WebhookCalls

__all__ = ["BadCursor", "BadIdentifier", "PayProClient"]


class PayProClient(PaymentCalls, AgreementCalls, WebhookCalls):
    """Speaks for one account. Thread-safe; keeps its connections, so keep it."""

    def list_all_refunds(self, *, payment_id: str, deadline: float | None = None) -> list[Refund]:
        """Every refund of a payment, newest first, page after page; `deadline` is for all of it.

        Newer ones cannot shift what is still to be read. Raises NotFound; UnreadableAnswer where the pages go round in
        a circle or tell of another payment; UnreadableRow where one cannot be read: then nobody
        knows how much was refunded.
        """
        ends = time.monotonic() + (self._deadline if deadline is None else deadline)
        found: dict[str, Refund] = {}
        cursor: str | None = None
        while True:
            left = ends - time.monotonic()
            page = self.list_payment_refunds(payment_id=payment_id, cursor=cursor, deadline=left)
            if page.bad:
                raise _unreadable_row(page.bad[0].id, page.bad[0].field)
            new = {refund.id: refund for refund in page.rows if refund.id not in found}
            if len(new) < len(page.rows) or any(refund.payment != payment_id for refund in page.rows):
                raise UnreadableAnswer("list_all_refunds", "GET", "pages that do not fit together", status=200)
            found |= new
            if page.next is None:
                return list(found.values())
            if not page.rows:
                raise UnreadableAnswer("list_all_refunds", "GET", "an empty page that is no end", status=200)
            cursor = page.next


def _unreadable_row(row: str, field: str) -> UnreadableRow:
    return UnreadableRow("list_all_refunds", "GET", "a refund that cannot be read", status=200, row=row, field=field)
