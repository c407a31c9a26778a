"""The page of what became of an intent, alike for refunds and captures."""

from __future__ import annotations

from flask import Response, make_response, render_template, request

from webapp.core.accounts import Account
from webapp.models.base import now
from webapp.models.intent import Intent, IntentKind
from webapp.operations.standing import standing
from webapp.payments.approval_requests import latest_request
from webapp.presentation.approval_words import decision_words
from webapp.presentation.intent_words import Sentence

from .htmx import wants_fragment


def intent_page(account: Account, intent: Intent, template: str, *, captured: Sentence | None = None) -> Response:
    """The page; for htmx its changing part, or 204 while it would be the same: nobody hears the same news twice.

    It is not the same any more when who must act has changed. `captured`: who else captured the order.
    """
    seen = seen_state(intent)
    if wants_fragment() and request.args.get("seen") == seen:
        return make_response("", 204)
    shown = "in_progress/_result.html" if wants_fragment() else template
    asked = latest_request(intent) if intent.kind == IntentKind.REFUND else None
    values = {"intent": intent, "seen": seen, "captured": captured, "asked": asked}
    values["decision"] = decision_words(asked) if asked else ""
    return make_response(render_template(shown, account=account, **values))


def seen_state(intent: Intent) -> str:
    """What a page has shown of an intent, for its next question."""
    return f"{standing(intent, now())}-{intent.checks}"
