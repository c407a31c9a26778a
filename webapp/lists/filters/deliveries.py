"""The filters of the log of deliveries. The desk keeps it itself, so the place in it is a delivery's number."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.models.delivery import DeliveryOutcome, ForwardState, Verdict
from webapp.webhooks.deliveries.forwards import OTHER
from webapp.webhooks.deliveries.search import EVENTS, GENUINE_ONLY, REFUSED_ONLY, DeliveryQuery

from . import AddressFilters

VERDICTS = (GENUINE_ONLY, REFUSED_ONLY, *(verdict.value for verdict in Verdict))
OUTCOMES = tuple(outcome.value for outcome in DeliveryOutcome)
FORWARD_STATES = tuple(state.value for state in ForwardState)


class DeliveryFilters(AddressFilters):
    """What a person asks of the log. `about` is the whole ID of an order or a transaction."""

    texts = ("event", "about", "verdict", "outcome", "forward", "days", "days_from", "days_to", "currency")
    more = ("forward",)

    def __init__(self, args: MultiDict[str, str], zone: ZoneInfo, today: date | None = None) -> None:
        super().__init__(args, zone, today)
        self.about = self.typed["about"]
        self.event = self._one_of("event", (*EVENTS, OTHER))
        self.verdict = self._one_of("verdict", VERDICTS)
        self.outcome = self._one_of("outcome", OUTCOMES)
        self.forward = self._one_of("forward", FORWARD_STATES)
        self.days = self._read_days("days", given="days" in args)
        self.before, self.after = _row(args.get("before", "")), _row(args.get("after", ""))

    def _one_of(self, name: str, known: tuple[str, ...]) -> str | None:
        text = self.typed[name]
        if text and text not in known:
            self.errors[name] = gettext("Choose from the list.")
        return text if text in known else None

    def to_query(self) -> DeliveryQuery:
        """What to ask of the log."""
        since, until = self.days.instants(self.zone)
        return DeliveryQuery(
            about=self.about,
            event=self.event,
            verdict=self.verdict,
            outcome=self.outcome,
            forward=self.forward,
            since=since,
            until=until,
            before=self.before,
            after=self.after,
            size=self.page_size,
        )

    def _all_pairs(self) -> list[tuple[str, str]]:
        return [
            *self._typed_pairs("event", "about", "verdict", "outcome", "forward"),
            *self._day_pairs("days", self.days),
            ("page_size", str(self.page_size) if self.page_size != 20 else ""),
        ]


def _row(text: str) -> int | None:
    """The number of a delivery: plain ASCII digits, no larger than the database holds."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
