"""Acts that need to know that it is still the same person: the password is asked for again when the last proof is old.

The session gets a new token with it (R31), so what somebody may have stolen before is worth nothing after.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import request, url_for
from flask_babel.speaklater import LazyString
from flask_login import current_user
from sqlalchemy import update

from . import audit, passwords, sessions, throttle
from .database import writing
from .htmx import redirect_after_post
from .models.base import now
from .models.staff_session import StaffSession
from .own_password import LOCKED, WRONG
from .sign_in import Person, bind_person, check

FRESH = timedelta(minutes=5)

View = TypeVar("View", bound=Callable[..., Any])


def is_fresh(person: Person) -> bool:
    """Whether the person proved a short while ago who they are."""
    return now() - person.confirmed <= FRESH


def fresh_sign_in(view: View) -> View:
    """Marks a view: whoever proved too long ago who they are is asked first, and comes back to the page after it."""

    @wraps(view)
    def ask_first(*args: Any, **kwargs: Any) -> Any:
        if is_fresh(current_user):
            return view(*args, **kwargs)
        return redirect_after_post(url_for("auth.ask_confirm", next=request.path))

    return cast(View, ask_first)


def confirm(person: Person, password: str) -> Person | LazyString:
    """The person in the same session under a new token, or what to tell: counted and throttled like a sign-in.

    Raises TurnedAway.
    """
    checked = check(person.email, password, passwords.STAFF)
    if checked.user is None or not checked.is_right:
        with writing():
            audit.record(
                audit.Action.CONFIRMED,
                outcome="denied",
                object_type="session",
                object_id=person.session_id,
                after={"cause": checked.cause},
            )
        return LOCKED if checked.attempt.locked else WRONG
    again = replace(person, token=sessions.new_token(), confirmed=now())
    with writing(lock=throttle.LOCK_NAME) as session:
        throttle.forget(session, checked.attempt)
        session.execute(
            update(StaffSession)
            .where(StaffSession.id == person.session_id)
            .values(token_hash=sessions.digest(again.token), confirmed=again.confirmed)
        )
        bind_person(again)
        audit.record(audit.Action.CONFIRMED, object_type="session", object_id=person.session_id)
    return again
