"""Why somebody has to sign in again, in their words."""

from __future__ import annotations

from flask import current_app
from flask_babel import gettext, ngettext

from webapp.access import sessions


def words_for(lapse: sessions.Lapse) -> list[str]:
    """One or two sentences; none for somebody who signed out by themselves."""
    words = _reason(lapse.reason)
    if words and lapse.has_unsent_form:
        words.append(gettext("What you had typed was kept: you get it back after you sign in."))
    return words


def _reason(reason: str) -> list[str]:
    settings = current_app.extensions["settings"]
    known = {
        sessions.IDLE: ngettext(
            "You were signed out because you did nothing on the desk for %(num)s minute.",
            "You were signed out because you did nothing on the desk for %(num)s minutes.",
            settings.session_idle_minutes,
        ),
        sessions.TOO_OLD: ngettext(
            "You were signed out because a session lasts %(num)s hour at most.",
            "You were signed out because a session lasts %(num)s hours at most.",
            settings.session_hours,
        ),
        sessions.PASSWORD_CHANGED: gettext("Your password was changed, so you were signed out everywhere."),
        sessions.ROLE_CHANGED: gettext("Your role was changed, so you were signed out. Sign in again to continue."),
        sessions.FACTORS_CHANGED: gettext("Your second factor was changed, so you were signed out."),
        sessions.ENDED_ELSEWHERE: gettext("This session was ended from another one of yours."),
        sessions.ENDED_BY_ADMIN: gettext("An admin ended this session."),
        sessions.DISABLED: gettext("Your access to the desk was ended. If that is a mistake, ask an admin."),
    }
    return [known[reason]] if reason in known else []
