"""What an export button sends."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from webapp.core.provider_id import is_provider_id
from webapp.lists.exports import FORMATS, KINDS, Wanted

LONGEST_QUERY = 8000


def read(fields: MultiDict[str, str]) -> Wanted | None:
    """What is wanted; None for what no button of the desk sends."""
    wanted = Wanted(
        fields.get("what", ""), fields.get("format", ""), fields.get("query", ""), fields.get("object_id") or None
    )
    if wanted.what not in KINDS or wanted.format not in FORMATS:
        return None
    if len(wanted.address) > LONGEST_QUERY or not wanted.address.isprintable():
        return None
    if wanted.object_id is not None and not is_provider_id(wanted.object_id):
        return None
    return wanted if KINDS[wanted.what].fits(wanted.object_id) else None
