"""The warning some minutes before a session ends: what pages with scripting ask for, and show beside what is typed."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from flask import current_app
from flask_babel import ngettext

from webapp.access.sessions import SEEN_EVERY

from . import blueprint

WARNING = timedelta(minutes=3)


def told(idle_left: timedelta, most_left: timedelta) -> dict[str, object]:
    """`words` of the warning, empty while there is time; `can_stay`; `next`, in seconds, is when to ask again."""
    left = min(idle_left, most_left)
    warning = _warning()
    if left > warning:
        return {"words": "", "can_stay": True, "next": ceil((left - warning).total_seconds())}
    can_stay = most_left > warning
    seconds = max(left.total_seconds(), 0)
    return {"words": _words(ceil(seconds / 60), can_stay), "can_stay": can_stay, "next": ceil(seconds % 60) or 60}


@blueprint.app_template_global("first_look_at_session")
def first_look() -> int:
    """Seconds after which a page asks for the first time; what it was drawn with may be a minute old."""
    idle = timedelta(minutes=current_app.extensions["settings"].session_idle_minutes)
    return max(int((idle - _warning() - SEEN_EVERY).total_seconds()), 10)


def _warning() -> timedelta:
    idle = timedelta(minutes=current_app.extensions["settings"].session_idle_minutes)
    return min(WARNING, idle / 3)


def _words(minutes: int, can_stay: bool) -> str:
    if can_stay:
        return ngettext(
            "You will be signed out in %(num)s minute, because nothing has happened on the desk for a while.",
            "You will be signed out in %(num)s minutes, because nothing has happened on the desk for a while.",
            minutes,
        )
    return ngettext(
        "You will be signed out in %(num)s minute, because you signed in long ago. Finish what you are typing.",
        "You will be signed out in %(num)s minutes, because you signed in long ago. Finish what you are typing.",
        minutes,
    )
