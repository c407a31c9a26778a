"""The filters of the list of the desk's own refunds."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.payments.refund_search import DeskRefundQuery, Outcome

from . import AddressFilters

MINE = "mine"
OUTCOMES = tuple(outcome.value for outcome in Outcome)


class RefundFilters(AddressFilters):
    """What a person asks of the list. Days are those of the account's zone, and mean when a refund was started.

    `person_id` is whose "mine" is.
    """

    texts = ("who", "outcome", "order", "currency", "days", "days_from", "days_to")

    def __init__(self, args: MultiDict[str, str], zone: ZoneInfo, person_id: int, today: date | None = None) -> None:
        super().__init__(args, zone, today)
        self.person_id = person_id
        self.is_mine = self._one_of("who", (MINE,)) == MINE
        self.outcome = self._one_of("outcome", OUTCOMES)
        self.days = self._read_days("days", given="days" in args)

    def _one_of(self, name: str, known: tuple[str, ...]) -> str | None:
        text = self.typed[name]
        if text and text not in known:
            self.errors[name] = gettext("Choose from the list.")
        return text if text in known else None

    def to_query(self) -> DeskRefundQuery:
        """What to ask of the desk's book."""
        since, until = self.days.instants(self.zone)
        return DeskRefundQuery(
            requested_by=self.person_id if self.is_mine else None,
            outcome=Outcome(self.outcome) if self.outcome else None,
            currency=self.currency,
            order_id=self.typed["order"],
            since=since,
            until=until,
        )

    def _all_pairs(self) -> list[tuple[str, str]]:
        return [
            *self._typed_pairs("who", "outcome", "order", "currency"),
            *self._day_pairs("days", self.days),
            *self.place(),
        ]
