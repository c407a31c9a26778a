"""The audit log on the page: a list for everybody, and one entry in full."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, make_response, render_template, request, url_for
from flask_login import current_user

from webapp import audit
from webapp.access.permissions import Permission, requires
from webapp.audit import Action, anchors
from webapp.audit.search import Sight, is_seen
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.lists.filters.controls import page_sizes
from webapp.models.audit_entry import AuditEntry
from webapp.presentation.formatting import zone
from webapp.web.htmx import form_follows, wants_fragment

from . import detail, listing
from . import exported as _exported  # noqa: F401 - tells exports what the list shows
from .forms import AuditFilters, sight_of

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
@requires(Permission.AUDIT_READ_OWN)
def list_entries() -> Response:
    """The newest entries first: everybody's own, or all of them with the right to."""
    filters = _filters(request.args)
    base = url_for("audit.list_entries")
    _record_view()
    choices = listing.options(filters)
    values = {
        "filters": filters,
        "base": base,
        "sees_all": filters.only_actor is None,
        "query_string": filters.address(base).partition("?")[2],
        **_state(whole=filters.sight is None),
        "chips_on": listing.chips(filters, base, choices.people, current_user.accounts),
        "sizes": page_sizes(filters, base),
        "listing": listing.listing(filters, base) if not filters.errors else None,
    }
    release()
    status = 422 if filters.errors else 200
    if not wants_fragment():
        return make_response(render_template("audit/list.html", options=choices, **values), status)
    is_form_new = bool(filters.errors) or form_follows()
    results = render_template(
        "audit/_results.html", is_fragment=True, is_form_new=is_form_new, options=choices, **values
    )
    response = make_response(results, status)
    response.headers["HX-Push-Url"] = filters.address(base, before=filters.before, after=filters.after)
    return response


@blueprint.get("/audit/<int:seq>")
@requires(Permission.AUDIT_READ_OWN)
def show_entry(seq: int) -> Response:
    """One entry with all it holds. Somebody else's is not there for those who see only their own."""
    entry = db.session.get(AuditEntry, seq) if seq < 2**63 else None
    sight = _sight()
    if entry is None or not (sight is None or is_seen(entry, sight)):
        abort(404)
    values = detail.values(entry, with_neighbours=sight is None)
    release()
    return make_response(render_template("audit/show.html", **values))


def _filters(values: object) -> AuditFilters:
    place: ZoneInfo = zone()
    return AuditFilters(values, place, _sight())  # type: ignore[arg-type]


def _sight() -> Sight | None:
    return sight_of(current_user.id, current_user.roles.reach_of(Permission.AUDIT_READ_ALL))


def _record_view() -> None:
    """Looking at what others did is itself on record, once an hour and session."""
    if current_user.can(Permission.AUDIT_READ_ALL):
        audit.record_look(Action.AUDIT_VIEWED)


def _state(*, whole: bool) -> dict[str, object]:
    """For those who see the whole log: how far it and its anchors have come. Verifying is for the command."""
    if not whole:
        return {"head": None, "anchor": None}
    settings = current_app.extensions["settings"]
    with db.engine.connect() as connection:
        head = anchors.head(connection)
    anchor = anchors.latest(settings)
    return {
        "head": head,
        "anchor": anchor,
        "anchor_facts": detail.anchor_facts(anchor, anchors.public_key(settings)) if anchor else [],
    }
