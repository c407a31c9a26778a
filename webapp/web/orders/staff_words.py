"""What the desk's people did with an order besides moving money, in the words of its timeline."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from webapp.audit import Action
from webapp.presentation.audit.entries import DescribedEntry

_TRIED = {
    Action.CAPTURE_STALE: lazy_gettext("Capture not started: the form was out of date"),
    Action.REFUND_STALE: lazy_gettext("Refund not started: the form was out of date"),
    Action.REFUND_APPROVAL_DENIED: lazy_gettext("Approval not accepted"),
    Action.REFUND_LIMIT: lazy_gettext("Refund not started: above the limit"),
}
_BY_ITSELF = ("system", "worker")


class StaffWords(NamedTuple):
    """A title, and who stands behind it."""

    title: str
    who: Markup | str


def staff_words(told: DescribedEntry) -> StaffWords:
    """An entry of the log about an order."""
    if words := _TRIED.get(told.entry.event):  # type: ignore[call-overload]
        return StaffWords(str(words), person(told.actor))
    if told.entry.actor_id is None and told.entry.actor_label in _BY_ITSELF:
        return StaffWords(told.label, person(gettext("the desk itself")))
    return StaffWords(told.label, person(told.actor))


def person(name: str) -> Markup:
    """Who stands behind an entry, whatever became of it: "· Alice", set apart from the direction of the sentence."""
    return Markup("· <bdi>{}</bdi>").format(name) if name else Markup()
