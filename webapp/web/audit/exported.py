"""The audit log's list as an export sees it."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.access.permissions import Permission
from webapp.core.accounts import Account
from webapp.lists.exports.list_state import Screen, Viewer, screen, words_of_chips

from .forms import AuditFilters
from .listing import chips, people_options


@screen("audit")
def exported(args: MultiDict[str, str], account: Account, at: datetime, viewer: Viewer) -> Screen:
    """What the list shows to the viewer: all of the log, or no more than the own entries."""
    only_actor = None if Permission.AUDIT_READ_ALL in viewer.permissions else viewer.id
    filters = AuditFilters(args, account.zone, only_actor, at.astimezone(account.zone).date())
    words = words_of_chips(chips(filters, "", people_options(filters)), typed=[gettext("About"), gettext("Words")])
    query = None if filters.errors else filters.to_query()
    return Screen(query, tuple(filters.pairs()), words, dict(filters.errors))
