"""Somebody who asks, and what the provider and the log then know."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select, update

from tests.browser import Browser
from tests.provider import Provider
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.models.audit_entry import AuditEntry
from webapp.models.intent import Intent
from webapp.models.user import User


def ask(browser: Browser, amount: str, order: str = "big", **fields: object) -> None:
    browser.open(f"/demo/orders/{order}/refund")
    browser.submit("Continue", **{"part": "part", "amount": amount, "reason": "returned", "note": "x", **fields})
    browser.submit("Ask for approval")


def words(browser: Browser) -> str:
    return browser.words.replace("\u00a0", " ")


def events(app: Flask) -> list[str]:
    with app.app_context():
        of_money = select(AuditEntry.event).where(AuditEntry.family == "refund").order_by(AuditEntry.seq)
        return list(db.session.scalars(of_money))


def the_intent(app: Flask) -> Intent:
    with app.app_context():
        return db.session.scalars(select(Intent).order_by(Intent.id.desc())).first()


def sent(provider: Provider) -> int:
    return len([call for call in provider.seen("POST") if call["path"].endswith("/refunds")])


def token(browser: Browser) -> str:
    return str(browser.page.find(attrs={"name": "csrf_token"})["value"])


def of_long_standing(app: Flask) -> None:
    """Nobody's roles were changed lately."""
    with app.app_context(), writing() as session:
        session.execute(update(User).values(roles_changed=None))
