"""The audit log's list as an export sees it."""

from __future__ import annotations

from datetime import datetime

from flask import current_app
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.core.accounts import Account
from webapp.lists.exports.list_state import Screen, Viewer, screen, words_of_chips

from .forms import AuditFilters, sight_of
from .listing import chips, people_options


@screen("audit")
def exported(args: MultiDict[str, str], account: Account, at: datetime, viewer: Viewer) -> Screen:
    """Of what the list shows, as much as the viewer may take along: all, some accounts, or the own entries."""
    filters = AuditFilters(args, account.zone, sight_of(viewer.id, viewer.log), at.astimezone(account.zone).date())
    known = {slug: one for slug, one in current_app.extensions["accounts"].items() if slug in viewer.log}
    on = chips(filters, "", people_options(filters), known)
    words = words_of_chips(on, typed=[gettext("About"), gettext("Words")])
    query = None if filters.errors else filters.to_query()
    return Screen(query, tuple(filters.pairs()), words, dict(filters.errors))
