"""Forms that the desk keeps with a session, sealed: what was typed when it ended, and what is being reviewed.

They come back to the same person in the same browser only, also after signing in again, and are gone with the session.
Where the browser names no session any more, nothing is stored: the sign-in page carries the sealed form.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from flask import current_app, g, request
from flask_login import current_user
from pydantic import SecretStr
from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from webapp.access import sessions
from webapp.access.form_tokens import owner_of_form
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.sealing import CannotUnseal, seal, unseal
from webapp.models.base import now
from webapp.models.staff_session import StaffSession

from .safe_redirect import own_address
from .typed_forms import TypedForm, current_form, has_good_token, is_offered_earlier

LONGEST = 32 * 1024
"""Characters of one form; what is larger is not kept."""
MOST = 8
"""So many forms are kept at once, the newest."""
LIFE = timedelta(hours=12)


class Draft(NamedTuple):
    """A form that is kept. `key` names it among those of the session; `is_unsent`: it never reached its view."""

    key: str
    form: TypedForm
    kept: datetime
    is_unsent: bool

    def field(self, name: str) -> str:
        return dict(self.form.fields).get(name, "")


def keep(key: str) -> bool:
    """Keeps the form of this request for the person's session, in place of what was kept under the key, and of what
    was sent to the same address in vain. False where it is larger than what is kept."""
    form = current_form()
    if not _fits(form):
        return False
    _add(current_user.session_id, Draft(key, form, now(), False))
    return True


def newest(prefix: str) -> Draft | None:
    """The newest form of the session whose key begins so."""
    found = [draft for draft in _read(current_user.session_id) if draft.key.startswith(prefix) and not draft.is_unsent]
    release()
    return found[-1] if found else None


def unsent_to(address: str) -> Draft | None:
    """What was sent to this address, and never reached its view, the newest; None where nothing was."""
    if not current_user.has_kept_form:
        return None
    found = [
        draft for draft in _read(current_user.session_id) if draft.is_unsent and _path(draft.form) == unquote(address)
    ]
    release()
    return found[-1] if found else None


def unsent_here() -> TypedForm | None:
    """What was sent in vain from the page that is shown now, unless the page itself shows it again."""
    if request.method != "GET" or not current_user.is_authenticated or g.get("typed_form") is not None:
        return None
    draft = unsent_to(request.path)
    return draft.form if draft else None


def take_up(draft: Draft) -> None:
    """From here on what is kept counts as typed in this request: it is shown, checked, and offered again."""
    g.typed_form = draft.form


def unsent(session_id: int) -> TypedForm | None:
    """What never reached its view, the newest."""
    found = [draft.form for draft in _read(session_id) if draft.is_unsent]
    return found[-1] if found else None


def keep_unsent(view: Any, session_id: int) -> bool:
    """Keeps a form that is not let through now, if there is something to keep and it can be trusted; whether it was."""
    form = current_form()
    if not _is_worth_keeping(view, form):
        return False
    _add(session_id, Draft(form.address, form, now(), True))
    return True


def forget_unsent(session_id: int) -> None:
    """What never reached its view is on its way now."""
    _change(session_id, lambda drafts: [draft for draft in drafts if not draft.is_unsent])


def close_lapsed(view: Any) -> bool:
    """Ends the session that was found to be over, and keeps what the person had typed into the form of this request.

    Returns whether there was such a session.
    """
    over = sessions.lapse()
    if over is None:
        return False
    sessions.close_lapsed()
    keep_unsent(view, over.session_id)
    return True


def carried(view: Any) -> str | None:
    """The form of a stranger's request, sealed for the person to whom the desk gave it; None if there is no such form.

    Nothing is stored: the page that asks to sign in holds it, and `take_up_carried` gives it back.
    """
    owner = owner_of_form(request.form.get("csrf_token", "")) if request.method == "POST" else None
    form = current_form() if owner else None
    if form is None or not _can_be_kept(form) or (_is_never_kept(view) and not is_offered_earlier(view)):
        return None
    told = {"owner": owner, "form": form, "kept": now().isoformat()}
    return seal(current_app.extensions["settings"], SecretStr(json.dumps(told)))


def take_up_carried(sealed: str, user_id: int, session_id: int) -> bool:
    """Keeps for the session what the sign-in page has carried, if it is this person's; whether it was."""
    try:
        told = json.loads(unseal(current_app.extensions["settings"], sealed).get_secret_value())
        address, fields = told["form"]
        owner, kept = told["owner"], datetime.fromisoformat(told["kept"])
    except (CannotUnseal, ValueError, TypeError, KeyError):
        return False
    if owner != user_id or kept < now() - LIFE:
        return False
    form = TypedForm(address, [(name, text) for name, text in fields])
    _add(session_id, Draft(form.address, form, now(), True))
    return True


def _is_worth_keeping(view: Any, form: TypedForm) -> bool:
    return request.method == "POST" and not _is_never_kept(view) and has_good_token() and _can_be_kept(form)


def _is_never_kept(view: Any) -> bool:
    return bool(getattr(view, "never_kept", False))


def _can_be_kept(form: TypedForm) -> bool:
    return bool(form.shown and own_address(form.address)) and _fits(form)


def _fits(form: TypedForm) -> bool:
    return len(json.dumps(form)) <= LONGEST


def _path(form: TypedForm) -> str:
    return unquote(urlsplit(form.address).path)


def hand_over(session: Session, user_id: int, from_session: int | None, to_session: int) -> bool:
    """Gives what the browser's last session kept to the person's new one, if it was theirs too.

    Forgets what their sessions kept that are over, and what is old. Returns whether some of it never reached its
    view. Call inside `writing()`.
    """
    last = (StaffSession.id == from_session, StaffSession.user_id == user_id)
    kept = session.scalar(select(StaffSession.unsent_form).where(*last))
    is_old = and_(StaffSession.unsent_form.is_not(None), StaffSession.last_seen < now() - LIFE)
    is_over = and_(StaffSession.user_id == user_id, StaffSession.ended.is_not(None))
    session.execute(update(StaffSession).where(or_(is_over, is_old)).values(unsent_form=None))
    if not kept:
        return False
    session.execute(update(StaffSession).where(StaffSession.id == to_session).values(unsent_form=kept))
    return any(draft.is_unsent for draft in _opened(kept))


def _add(session_id: int, draft: Draft) -> None:
    def is_replaced(one: Draft) -> bool:
        return one.key == draft.key or (one.is_unsent and _path(one.form) == _path(draft.form))

    _change(session_id, lambda drafts: [*(one for one in drafts if not is_replaced(one)), draft][-MOST:])


def _change(session_id: int, change: Callable[[list[Draft]], list[Draft]]) -> None:
    with writing() as session:
        query = select(StaffSession.unsent_form).where(StaffSession.id == session_id).with_for_update()
        drafts = change(_opened(session.scalar(query)))
        kept = _sealed(drafts) if drafts else None
        session.execute(update(StaffSession).where(StaffSession.id == session_id).values(unsent_form=kept))


def _read(session_id: int) -> list[Draft]:
    return _opened(db.session.scalar(select(StaffSession.unsent_form).where(StaffSession.id == session_id)))


def _sealed(drafts: list[Draft]) -> str:
    told = [[key, *form, kept.isoformat(), is_unsent] for key, form, kept, is_unsent in drafts]
    return seal(current_app.extensions["settings"], SecretStr(json.dumps(told)))


def _opened(kept: str | None) -> list[Draft]:
    """What is kept and not too old, the oldest first; nothing of what cannot be read any more."""
    if not kept:
        return []
    try:
        told = json.loads(unseal(current_app.extensions["settings"], kept).get_secret_value())
    except CannotUnseal:
        return []
    drafts = [
        Draft(key, TypedForm(address, [(name, text) for name, text in fields]), datetime.fromisoformat(kept), is_unsent)
        for key, address, fields, kept, is_unsent in told
    ]
    return [draft for draft in drafts if draft.kept > now() - LIFE]
