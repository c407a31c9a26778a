"""What the desk's people did with an order, in the words of its timeline: what happened, why, and who asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup, escape

from webapp.audit import Action
from webapp.audit.recording import facts_of
from webapp.models.intent import Intent
from webapp.presentation.audit.entries import DescribedEntry

_REASONS = {
    "not_sent": lazy_gettext("Postpay could not be reached, nothing was sent"),
    "limit_exceeded": lazy_gettext("it was more than what remained"),
    "invalid_status": lazy_gettext("the status of the order did not allow it"),
    "unauthorized": lazy_gettext("the desk was not authorised at Postpay"),
    "forbidden": lazy_gettext("Postpay does not let the desk do this"),
    "declined": lazy_gettext("the payment was declined"),
    "expired": lazy_gettext("the approval has expired"),
    "already_captured": lazy_gettext("it was already captured"),
}
_NOT_DONE = {
    Action.CAPTURE_REFUSED: lazy_gettext("Capture not done: %(reason)s."),
    Action.REFUND_REFUSED: lazy_gettext("Refund not done: %(reason)s."),
}
_ASKED = {
    Action.CAPTURE_SUCCEEDED: lazy_gettext("Capture confirmed"),
    Action.CAPTURE_UNKNOWN: lazy_gettext("Capture not known yet"),
    Action.CAPTURE_ATTENTION: lazy_gettext("Capture needs finance"),
    Action.REFUND_SUCCEEDED: lazy_gettext("Refund confirmed"),
    Action.REFUND_UNKNOWN: lazy_gettext("Refund not known yet"),
    Action.REFUND_ATTENTION: lazy_gettext("Refund needs finance"),
}
"""What became of something; who finds out is not who asked for it."""

_TRIED = {
    Action.CAPTURE_STALE: lazy_gettext("Capture not started: the form was out of date"),
    Action.REFUND_STALE: lazy_gettext("Refund not started: the form was out of date"),
    Action.REFUND_LIMIT: lazy_gettext("Refund not started: above the limit"),
}
_BY_ITSELF = ("system", "worker")


class StaffWords(NamedTuple):
    """A title, who stands behind it, and the refund or capture that it is about."""

    title: str
    who: Markup | str
    intent: Intent | None


def staff_words(told: DescribedEntry, intents: Mapping[int, Intent]) -> StaffWords:
    """An entry of the log about an order; `intents` are those of the order by their ids."""
    event, facts = told.entry.event, facts_of(told.entry.after)
    intent = intents.get(facts.get("intent_id"))  # type: ignore[arg-type]
    asker = intent.requester.name if intent else ""
    if event in _NOT_DONE:
        reason = _REASONS.get(str(facts.get("outcome_code")), lazy_gettext("Postpay refused it"))
        title = str(_NOT_DONE[event] % {"reason": reason})  # type: ignore[index]
        return StaffWords(title, _named(gettext("Asked by %(name)s"), asker), intent)
    if event in _ASKED:
        comma = "," if asker else ""
        return StaffWords(f"{_ASKED[event]}{comma}", _named(gettext("asked by %(name)s"), asker), intent)  # type: ignore[index]
    if event in _TRIED:
        return StaffWords(f"{_TRIED[event]},", _named(gettext("tried by %(name)s"), told.actor), intent)  # type: ignore[index]
    if told.entry.actor_id is None and told.entry.actor_label in _BY_ITSELF:
        return StaffWords(told.label, gettext("by the desk itself"), intent)
    return StaffWords(told.label, by(told.actor), intent)


def by(name: str) -> Markup:
    """ "by Alice", her name set apart from the direction of the sentence."""
    return _named(gettext("by %(name)s"), name)


def _named(words: str, name: str) -> Markup:
    return escape(words) % {"name": Markup("<bdi>{}</bdi>").format(name)} if name else Markup()


def told_by_provider(told: DescribedEntry) -> bool:
    """Whether the provider's own answer shows it too."""
    return told.entry.event in (Action.CAPTURE_SUCCEEDED, Action.REFUND_SUCCEEDED)
