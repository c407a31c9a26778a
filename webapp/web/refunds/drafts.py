"""The form of a refund while it is reviewed: kept with the session, so that Back and a reload lose nothing."""

from __future__ import annotations

import hashlib

from flask import request, url_for
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from webapp.access.form_tokens import BadToken
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.approval import Decision
from webapp.models.intent import Intent
from webapp.payments.intents import latest_intent_of
from webapp.web.form_drafts import Draft, keep, newest, take_up, unsent_to

from .line_fields import LINES, field_name
from .tokens import token_of


def keep_form(account: Account, order_id: str) -> str | None:
    """Keeps the form of this request; returns a short name for it, which says nothing of what was typed.

    None where it is larger than what is kept.
    """
    name = hashlib.sha256(request.form.get("submit_token", "").encode()).hexdigest()[:12]
    return name if keep(_key(account, order_id, name)) else None


def kept_form(account: Account, order_id: str) -> Draft | None:
    """What was typed about this order and not decided yet: the form that the address names, or else the newest, also
    one that was sent in vain, before signing in again.

    `after` in the address leaves out what is older: somebody wanted an empty form.
    """
    draft = newest(_key(account, order_id, request.args.get("form", "")))
    sent_in_vain = None if "form" in request.args else unsent_to(_address(account, order_id))
    if sent_in_vain and (draft is None or sent_in_vain.kept > draft.kept):
        draft = sent_in_vain
    if draft is None or draft.kept.timestamp() <= request.args.get("after", 0.0, type=float):
        return None
    if _is_decided(account, order_id, draft):
        return None
    take_up(draft)
    return draft


def returned_fields(account: Account, order_id: str) -> MultiDict[str, str] | None:
    """What was asked for and returned to be changed, as fields of the form; only for who comes to change it."""
    intent = latest_intent_of(account, order_id) if request.args.get("again") else None
    release()
    if intent is None or intent.outcome_code != Decision.RETURNED:
        return None
    how = {"part": LINES} if intent.lines else {"part": "part", "amount": intent.amount.plain}
    lines = {field_name(key): str(units) for key, units in intent.units_by_line.items()}
    return MultiDict({**how, **lines, "reason": intent.reason or "", "note": intent.note or ""})


def _key(account: Account, order_id: str, name: str) -> str:
    return f"{_address(account, order_id)}#{name}"


def _address(account: Account, order_id: str) -> str:
    return url_for("refunds.ask_refund", account=account, order_id=order_id)


def _is_decided(account: Account, order_id: str, draft: Draft) -> bool:
    """Whether the form was sent: then it is not offered again, also when it is too old to be sent by now."""
    try:
        token = token_of(account, order_id, draft.field("submit_token"), at_any_age=True)
    except BadToken:
        return False
    decided = db.session.scalar(select(Intent.id).where(Intent.submit_token_hash == token.hash)) is not None
    release()
    return decided
