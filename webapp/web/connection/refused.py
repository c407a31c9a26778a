"""Deliveries that the desk refused lately, as the page about the connection shows them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from webapp.core.accounts import Account
from webapp.presentation.charts import ChartColumn, Drawing, columns
from webapp.presentation.delivery_words import REFUSALS
from webapp.presentation.formatting import clock
from webapp.webhooks.deliveries.refused import refused_lately
from webapp.webhooks.receiver.settings import receiver_of


class RefusedSection(NamedTuple):
    """Figures of the last hour and the last day; `rows` are (why, last hour, last day), the most first."""

    is_shown: bool
    hour: int
    day: int
    newest: datetime | None
    rows: list[tuple[str, int, int]]
    picture: tuple[Drawing, Drawing]


def refused_section(account: Account) -> RefusedSection:
    """Shown where the desk receives deliveries, or has refused some."""
    told = refused_lately(account)
    by_count = sorted(told.day.items(), key=lambda one: -one[1])
    rows = [(str(REFUSALS[cause]), told.hour[cause], count) for cause, count in by_count]
    slices = [ChartColumn(clock(start), count, f"{count:,}") for start, count in told.slices]
    return RefusedSection(
        bool(rows) or receiver_of(account) is not None,
        told.hour.total(),
        told.day.total(),
        told.newest,
        rows,
        columns(slices),
    )
