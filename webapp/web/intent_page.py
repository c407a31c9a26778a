"""The page of what became of an intent, alike for refunds and captures."""

from __future__ import annotations

from flask import Response, make_response, render_template, request

from webapp.core.accounts import Account
from webapp.models.intent import Intent

from .htmx import wants_fragment


def intent_page(account: Account, intent: Intent, template: str) -> Response:
    """The page; for htmx its changing part, or 204 while it would be the same: nobody hears the same news twice."""
    if not wants_fragment():
        return make_response(render_template(template, account=account, intent=intent))
    if request.args.get("seen") == f"{intent.state}-{intent.checks}":
        return make_response("", 204)
    return make_response(render_template("in_progress/_result.html", account=account, intent=intent))
