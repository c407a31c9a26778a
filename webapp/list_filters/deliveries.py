"""The filters of the log of deliveries. The desk keeps it itself, so the place in it is a delivery's number."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from ..deliveries.payload import ORDER, TRANSACTION
from ..models.delivery import ForwardState, Outcome, Verdict
from . import AddressFilters

EVENTS = (ORDER, TRANSACTION)
OTHER = "other"
"""Of events: what is neither."""
GENUINE_ONLY, REFUSED_ONLY = "genuine", "refused"
VERDICTS = (GENUINE_ONLY, REFUSED_ONLY, *(verdict.value for verdict in Verdict))
OUTCOMES = tuple(outcome.value for outcome in Outcome)
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

    def pairs(self) -> list[tuple[str, str]]:
        pairs = [
            *self._typed_pairs("event", "about", "verdict", "outcome", "forward"),
            *self._day_pairs("days", self.days),
            ("page_size", str(self.page_size) if self.page_size != 20 else ""),
        ]
        return [(name, value) for name, value in pairs if value]


def _row(text: str) -> int | None:
    """The number of a delivery: plain ASCII digits, no larger than the database holds."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
