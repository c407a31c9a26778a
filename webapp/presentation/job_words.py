"""What a page says of a job: its state, and why it failed and what to do."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext

from webapp.models.job import JobState

STATES = {
    JobState.WAITING: (lazy_gettext("Waiting"), "idle"),
    JobState.RUNNING: (lazy_gettext("Running"), "wait"),
    JobState.DONE: (lazy_gettext("Done"), "ok"),
    JobState.FAILED: (lazy_gettext("Failed"), "bad"),
    JobState.CANCELLED: (lazy_gettext("Cancelled"), "idle"),
}
"""Word and tone of each state, as `badge` takes them."""

CAUSES = {
    "throttled": lazy_gettext("Postpay kept asking the desk to slow down. Try again in a few minutes."),
    "unauthorized": lazy_gettext("Postpay did not accept the desk's own credentials. Tell an admin."),
    "forbidden": lazy_gettext(
        "The desk's credentials do not allow this at Postpay. Tell an admin; your rights are not the reason."
    ),
    "refused": lazy_gettext("Postpay refused what the desk asked. Tell an admin."),
    "not_found": lazy_gettext("Postpay does not know what was asked for, in this account."),
    "no_answer": lazy_gettext("Postpay gave no usable answer for too long. Try again in a few minutes."),
    "unreadable": lazy_gettext("Postpay's answers do not fit the question, so nothing is built on them."),
    "unreadable_row": lazy_gettext(
        "One of Postpay's transactions cannot be read, so no sum with it is shown. The payouts page names it."
    ),
    "bad_row": lazy_gettext("An export holds every row or there is none, so nothing was written."),
    "sign_undecided": lazy_gettext(
        "Refunds are reported as positive amounts, and nobody has decided yet whether they are deducted. The payouts "
        "page asks; until then they are in no export."
    ),
    "sign_decided": lazy_gettext("It is read again, because it was decided how refunds with a positive amount count."),
    "held_back": lazy_gettext(
        "Transactions have moved between this period and another one that could not be read; both wait for it."
    ),
    "incomplete": lazy_gettext(
        "The rows did not equal Postpay's own count, before and after, in any of three readings. What was read is"
        " not offered, because it may be incomplete. Try again later."
    ),
    "too_many": lazy_gettext("There are more rows than a sheet can hold (1,048,575). Narrow the filters."),
    "not_read": lazy_gettext("Not all months of this period were read yet. Have them read on the payouts page first."),
    "quota": lazy_gettext(
        "This file would exceed what one person may export within 24 hours. Narrow the filters, or start"
        " again when your older files no longer count."
    ),
    "no_space": lazy_gettext("The desk's disk is nearly full, so it stopped. Tell an admin."),
    "worker_died": lazy_gettext("The worker crashed on it three times in a row. Tell an admin."),
    "target_off": lazy_gettext("The target was paused or deleted before all of it was queued."),
    "no_access": lazy_gettext("You don't have access to this any more, so nothing was written."),
    "no_account": lazy_gettext("The account is not configured any more."),
    "mistake": lazy_gettext("The desk made a mistake. It has been logged; tell an admin."),
}


def cause_words(cause: str | None) -> str:
    """Why a job failed, and what to do, for a person."""
    return str(CAUSES[cause]) if cause in CAUSES else gettext("The reason is not known.")


def state_words(state: str) -> tuple[str, str]:
    """Word and tone of a job's state."""
    words, tone = STATES[JobState(state)]
    return str(words), tone


def no_worker_words() -> str:
    """Of a job that should have been picked up by now."""
    return gettext("No worker has picked this up yet. Is the worker running?")
