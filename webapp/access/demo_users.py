"""People for trying the desk out: one per role, with a password that everybody may know.

They exist only where every account is embedded and DEMO_USERS is on; anywhere else they cannot sign in, even if the
database has come from a trial.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.user import User

from . import staff
from .grants import StaffChangeRefused
from .password_rules import DEMO_PASSWORD
from .permissions import ROLE_LABELS, Role
from .sessions import demo_people_welcome

__all__ = ["DEMO_PASSWORD", "DEMO_PEOPLE", "DemoPerson", "demo_people", "ensure_demo_users"]


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody whom the sign-in page offers; `can` says in a few words what for."""

    name: str
    role: Role
    can: LazyString

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@demo.example"

    @property
    def role_label(self) -> LazyString:
        return ROLE_LABELS[self.role]


DEMO_PEOPLE = (
    DemoPerson("Alice", Role.AGENT, _l("finds orders, captures, refunds within limits")),
    DemoPerson("Farah", Role.FINANCE, _l("refunds more, approves, resolves unclear outcomes")),
    DemoPerson("Vera", Role.VIEWER, _l("looks at orders, changes nothing")),
    DemoPerson("Omar", Role.AUDITOR, _l("reads and exports the whole audit log")),
    DemoPerson("Adam", Role.ADMIN, _l("manages webhooks and people; moves no money")),
)


def demo_people() -> tuple[DemoPerson, ...]:
    """Those whom the sign-in page may offer: who are there, and may sign in."""
    if not demo_people_welcome():
        return ()
    there = set(db.session.scalars(select(User.email).where(User.is_demo, User.active)))
    release()
    return tuple(person for person in DEMO_PEOPLE if person.email in there)


def ensure_demo_users(app: Flask) -> None:
    """Adds the demo people that are missing, where there are demo people at all; safe to call at every start."""
    with app.app_context():
        if not demo_people_welcome():
            return
        known = set(db.session.execute(select(User.email)).scalars())
        for person in DEMO_PEOPLE:
            if person.email not in known:
                _hire(person)


def _hire(person: DemoPerson) -> None:
    with suppress(StaffChangeRefused):  # another process was quicker
        staff.create_user(email=person.email, name=person.name, role=person.role, password=DEMO_PASSWORD, is_demo=True)
