"""What other admins did with people, on the pages where an admin begins, until it is dismissed."""

from __future__ import annotations

from flask import abort, request, url_for
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import ColumnElement, select, update
from werkzeug.wrappers import Response

from webapp.access.permissions import Permission, requires
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.models.user import User
from webapp.presentation.audit.entries import told
from webapp.presentation.formatting import time_html
from webapp.web.htmx import redirect_after_post
from webapp.web.safe_redirect import page_before

from . import blueprint

MOST = 5
"""So many are told one by one; the rest is a number."""


@blueprint.app_template_global("news_of_people")
def news_of_people() -> dict[str, object] | None:
    """What to tell the person who looks: nothing to those who do not look after people, or know it all."""
    if not current_user.is_authenticated or not current_user.can(Permission.PEOPLE_MANAGE):
        return None
    found = db.session.scalars(select(AuditEntry).where(*_unseen()).order_by(AuditEntry.seq.desc())).all()
    if not found:
        return None
    items = [(one.sentence, time_html(one.moment), _person(one.entry)) for one in told(found[:MOST])]
    release()
    return {"items": items, "more": max(len(found) - MOST, 0), "until": found[0].seq}


def _unseen() -> tuple[ColumnElement[bool], ...]:
    """Done with people by others, also at the terminal, since the person last said that they know."""
    seen = select(User.seen_people_until).where(User.id == current_user.id).scalar_subquery()
    by_others = AuditEntry.actor_id.is_distinct_from(current_user.id)
    about_others = AuditEntry.object_id.is_distinct_from(str(current_user.id)) | AuditEntry.event.not_in(_OWN_START)
    return AuditEntry.seq > seen, AuditEntry.family == "user", AuditEntry.outcome == "ok", by_others, about_others


_OWN_START = ("user.created", "user.link_made", "user.joined")


def _person(entry: AuditEntry) -> Markup | str | None:
    is_person = entry.object_type == "user" and (entry.object_id or "").isdigit()
    return url_for("people.show_person", person_id=int(entry.object_id or 0)) if is_person else None


@blueprint.post("/people/news/seen")
@requires(Permission.PEOPLE_MANAGE)
def dismiss_news() -> Response:
    """The person knows what was told up to there; what came after the page stays."""
    until = request.form.get("until", "")
    if not (until.isascii() and until.isdigit() and len(until) <= 10):
        abort(400)
    with writing() as session:
        newest = select(AuditEntry.seq).order_by(AuditEntry.seq.desc()).limit(1)
        seen = min(int(until), session.scalar(newest) or 0)
        mine = (User.id == current_user.id, User.seen_people_until < seen)
        session.execute(update(User).where(*mine).values(seen_people_until=seen))
    return redirect_after_post(page_before() or url_for("people.list_people"))
