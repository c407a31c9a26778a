"""The state that somebody is in, as pages about people say it."""

from __future__ import annotations

from flask_babel import lazy_gettext

from webapp.access.people_search import State

STATES = {
    State.ACTIVE: (lazy_gettext("Active"), "ok"),
    State.INVITED: (lazy_gettext("Invited"), "wait"),
    State.EXPIRED: (lazy_gettext("Link expired"), "bad"),
    State.LOCKED: (lazy_gettext("Locked"), "bad"),
    State.DISABLED: (lazy_gettext("Disabled"), "idle"),
}
"""Word and tone of each state, as `badge` takes them."""


def state_words(state: State) -> tuple[str, str]:
    words, tone = STATES[state]
    return str(words), tone
