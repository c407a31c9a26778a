"""What each work list is called, what stands in it, and what its emptiness means."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask_babel import gettext, lazy_gettext, ngettext

from webapp.core.settings import Settings
from webapp.settlement.reconciliation.work_lists import WorkList


class ListWords(NamedTuple):
    """`meaning` may hold %(days)s and %(window)s; `good` is said when nothing stands in the list, and `unknown` with
    its hint while nothing can be said of it.
    """

    title: Any
    icon: str
    meaning: Any
    good: Any
    unknown: Any = lazy_gettext("Not checked yet")
    unknown_hint: Any = lazy_gettext(
        "Nothing has been read from Postpay for this list so far. Press “Check now”; a check also runs once a day by "
        "itself."
    )


WORDS: dict[WorkList, ListWords] = {
    WorkList.CHANGED: ListWords(
        lazy_gettext("Changed"),
        "refresh",
        lazy_gettext(
            "Transactions that Postpay reports differently from when the desk last read them: paid out at another"
            " time, with other figures, or no longer at all. The figures of the desk follow what Postpay says now."
        ),
        lazy_gettext("Nothing has changed at Postpay."),
    ),
    WorkList.FEES: ListWords(
        lazy_gettext("Fee check"),
        "cash",
        lazy_gettext(
            "Transactions of the last %(window)s days whose payout differs from what their own fees give, and the first"
            " one of each new rate."
        ),
        lazy_gettext("Every payout matches its own fees, and no rate has changed."),
    ),
    WorkList.CAPTURED: ListWords(
        lazy_gettext("Captured, no transaction"),
        "clock",
        lazy_gettext(
            "Orders created in the last %(window)s days and captured more than %(days)s ago, for which Postpay shows"
            " neither a sale nor an instalment among its transactions: nothing will be paid out for them."
        ),
        lazy_gettext("Every captured order that is old enough has its transaction."),
    ),
    WorkList.REFUNDED: ListWords(
        lazy_gettext("Refunded, no transaction"),
        "receipt-refund",
        lazy_gettext(
            "Refunds made on this desk in the last %(window)s days and more than %(days)s ago, for which Postpay shows"
            " no refund among its transactions. Refunds made elsewhere are seen on their order's page only, because"
            " Postpay has no list of all refunds."
        ),
        lazy_gettext("Every refund made here that is old enough has its transaction."),
    ),
    WorkList.UNPAID: ListWords(
        lazy_gettext("Not paid out"),
        "hourglass-high",
        lazy_gettext("Transactions created more than %(days)s ago that are in no payout yet."),
        lazy_gettext("Nothing has waited that long for its payout."),
    ),
    WorkList.BANK: ListWords(
        lazy_gettext("Bank exceptions"),
        "building-bank",
        lazy_gettext("Payouts for which the bank received a different amount, and nobody has explained or closed it."),
        lazy_gettext("There is no open difference at the bank."),
        lazy_gettext("No amount entered yet"),
        lazy_gettext("Nobody has entered yet what the bank received. The page of each payout has a field for it."),
    ),
}


def meaning(work_list: WorkList, settings: Settings) -> str:
    """What stands in the list, with the days that are set."""
    days = {
        WorkList.CAPTURED: settings.check_captured_days,
        WorkList.REFUNDED: settings.check_refunded_days,
        WorkList.UNPAID: settings.check_paid_days,
    }.get(work_list)
    values = {"window": settings.check_window_days, "days": _days(days) if days else ""}
    return str(WORDS[work_list].meaning) % values


def _days(count: int) -> str:
    return str(ngettext("%(num)s day", "%(num)s days", count))


def count_words(count: int) -> str:
    """ "1 row", "1,204 rows"."""
    return gettext("1 row") if count == 1 else gettext("%(count)s rows", count=f"{count:,}")
