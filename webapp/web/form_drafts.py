"""What somebody was typing when their session ended: kept with the session, offered again after the next sign-in.

Only for views marked `@asks_again`, which show something and change nothing; only to the same person in the same
browser; and sent again only by a click. Passwords and secrets are never kept. A money form's submit token goes along:
it is good for its person and order only, and with it the form stays one decision, however often it is sent.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import current_app, request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import validate_csrf
from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from wtforms.validators import ValidationError

from webapp.access import sessions
from webapp.access.permissions import View
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.staff_session import StaffSession
from webapp.presentation.refund_line_words import line_field_label
from webapp.presentation.refund_reasons import REASONS

from .safe_redirect import own_address

LONGEST = 32 * 1024
LIFE = timedelta(hours=12)

_NAMES = {"part": _l("How much"), "amount": _l("Amount"), "reason": _l("Reason"), "note": _l("Note")}
_CHOICES: dict[str, dict[str, LazyString]] = {
    "part": {"part": _l("An amount"), "whole": _l("Everything that is left"), "lines": _l("Items")},
    "reason": REASONS,
}
_CHOSEN_BY_THE_PAGE = ("reviewed",)
_WHAT = {"refunds.review_refund": _l("Refund of order %(order_id)s")}


class UnsentForm(NamedTuple):
    """Where a form was going, and its fields in order, as text."""

    address: str
    fields: list[tuple[str, str]]

    @property
    def shown(self) -> list[tuple[LazyString | str, LazyString | str]]:
        """What a person typed or chose, in their words where we have them, without what is empty."""
        typed = (
            (name, text)
            for name, text in self.fields
            if text.strip() and not name.endswith("_token") and name not in _CHOSEN_BY_THE_PAGE
        )
        return [(_label(name), _CHOICES.get(name, {}).get(text, text)) for name, text in typed]

    @property
    def what(self) -> str:
        """What the form was about, in words; its address where we have none."""
        path = urlsplit(self.address).path
        try:
            endpoint, values = current_app.url_map.bind("").match(path, method="POST")
        except HTTPException:
            return self.address
        return str(_WHAT[endpoint]) % values if endpoint in _WHAT else self.address


def _label(name: str) -> LazyString | str:
    return _NAMES.get(name) or line_field_label(name) or name.replace("_", " ").capitalize()


def asks_again(view: View) -> View:
    """Marks a view of a POST that changes nothing: typed fields may be offered for it after a new sign-in."""
    view.asks_again = True  # type: ignore[attr-defined]
    return view


def typed(view: Any) -> str | None:
    """The fields of this request as they are kept; None when there is nothing to keep, or no way to trust it."""
    if not getattr(view, "asks_again", False) or sessions.lapse() is None or not _came_from_our_page():
        return None
    address = own_address(request.full_path.rstrip("?"))
    fields = [(name, text) for name, text in request.form.items(multi=True) if _may_keep(name)]
    kept = json.dumps([address, fields])
    return kept if address and fields and len(kept) <= LONGEST else None


def sent_just_now(address: str | None = None) -> UnsentForm:
    """The form of this request, to be offered once more to who has sent it; `address`: where it shall go then."""
    fields = [(name, text) for name, text in request.form.items(multi=True) if _may_keep(name) and name != "step"]
    return UnsentForm(address or request.full_path.rstrip("?"), fields)


def _came_from_our_page() -> bool:
    try:
        validate_csrf(request.form.get("csrf_token") or request.headers.get("X-CSRFToken"))
    except ValidationError:
        return False
    return True


def _may_keep(name: str) -> bool:
    return not any(word in name.lower() for word in ("csrf", "password", "secret"))


def hand_over(session: Session, user_id: int, to_session: int) -> bool:
    """Gives what the browser's last session kept to the person's new one; forgets all else of theirs, and what is old.

    Call inside `writing()`.
    """
    over = sessions.lapse()
    kept = None
    if over is not None and over.user_id == user_id:
        kept = session.execute(
            select(StaffSession.unsent_form).where(StaffSession.id == over.session_id)
        ).scalar_one_or_none()
    is_old = and_(StaffSession.unsent_form.is_not(None), StaffSession.ended < now() - LIFE)
    is_theirs = StaffSession.user_id == user_id
    session.execute(update(StaffSession).where(or_(is_theirs, is_old)).values(unsent_form=None))
    if kept:
        session.execute(update(StaffSession).where(StaffSession.id == to_session).values(unsent_form=kept))
    return bool(kept)


def read(session_id: int) -> UnsentForm | None:
    """What is kept with a session."""
    query = select(StaffSession.unsent_form).where(StaffSession.id == session_id)
    kept = db.session.execute(query).scalar_one_or_none()
    if not kept:
        return None
    address, fields = json.loads(kept)
    return UnsentForm(address, [(name, text) for name, text in fields])
