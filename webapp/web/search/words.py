"""How far a search reaches, and what a row says of refunds and items, in words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask_babel import format_date, gettext, lazy_gettext, ngettext

from webapp.payments.search_index.entry import Item, RefundState
from webapp.payments.search_index.reach import Reach
from webapp.presentation.formatting import when

REFUNDED = {
    RefundState.UNKNOWN: lazy_gettext("Not read"),
    RefundState.NONE: lazy_gettext("Not refunded"),
    RefundState.PARTLY: lazy_gettext("Partly"),
    RefundState.FULLY: lazy_gettext("Fully"),
}

OF_A_ROW = {
    RefundState.UNKNOWN: lazy_gettext("Refunds not read"),
    RefundState.NONE: "",
    RefundState.PARTLY: lazy_gettext("Partly refunded"),
    RefundState.FULLY: lazy_gettext("Fully refunded"),
}


def reach_words(reach: Reach, zone: ZoneInfo) -> str:
    """ "Search covers 12 May 2026 to now; 3 orders still to read." """
    if not reach.is_kept:
        return gettext("The search index is switched off: only whole order IDs are found.")
    if reach.since is None:
        return gettext("The search index is being filled: until then only whole order IDs are sure to be found.")
    day = format_date(reach.since.astimezone(zone).date(), "d MMMM y")
    if reach.until is not None:
        return gettext(
            "Search covers %(day)s to %(until)s: the worker has not looked for newer orders since.",
            day=day,
            until=when(reach.until),
        )
    covered = gettext("Search covers all orders") if reach.is_all else gettext("Search covers %(day)s to now", day=day)
    if not reach.to_read:
        return f"{covered}."
    left = ngettext("%(num)s order still to read", "%(num)s orders still to read", reach.to_read)
    return f"{covered}; {left}."


def items_words(items: tuple[Item, ...]) -> str:
    """The first item, how often, and how many others there are."""
    if not items:
        return ""
    first = items[0].name or items[0].reference
    told = f"{items[0].qty} × {first}" if items[0].qty > 1 else first
    others = len(items) - 1
    if not others:
        return told
    return ngettext("%(first)s and %(num)s other", "%(first)s and %(num)s others", others, first=told)
