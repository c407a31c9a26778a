"""An admin's walk through the wizard."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from tests.browser import Browser
from tests.webhooks.acting import secret_on, work
from tests.webhooks.at_provider import Hooks
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.models.base import now
from webapp.models.rotation import Rotation

from .shop import Shop, Trade

WIZARD = "/demo/hooks/rotations/1"


def start(adam: Browser, hook_id: str) -> None:
    """To the second step."""
    adam.open(f"/demo/hooks/{hook_id}")
    adam.follow("Replace without a gap")
    adam.submit("Make the second webhook")
    assert "Step 2" in adam.words, adam.words


def install(adam: Browser, shop: Shop, wizard: str = WIZARD) -> None:
    """The shop learns the new secret; still at the second step."""
    adam.open(wizard)
    adam.submit("Show the secret")
    shop.secrets.append(secret_on(adam))
    adam.follow("I have kept it: go on")


def go_to(adam: Browser, step: str, shop: Shop, trade: Trade | None, wizard: str = WIZARD) -> None:
    """From the second step to a later one; without `trade` the old one is paused though nothing was delivered."""
    install(adam, shop, wizard)
    adam.submit("The shop has both")
    if step == "watch":
        return
    if trade is None:
        adam.submit("Pause the old webhook without", anyway="yes")
    else:
        trade.refund()
        adam.open(wizard)
        adam.submit("Pause the old webhook")
    assert "Step 5" in adam.words, adam.words


def the_rotation(app: Flask) -> Rotation:
    with app.app_context():
        return db.session.scalars(select(Rotation).order_by(Rotation.id.desc()).limit(1)).one()


def active(hooks: Hooks) -> dict[str, bool]:
    return {hook["id"]: hook["active"] for hook in hooks.all()}


def new_of(hooks: Hooks, hook_id: str) -> str:
    """The webhook beside the old one."""
    (other,) = set(active(hooks)) - {hook_id}
    return other


def current_step(browser: Browser) -> str:
    step = browser.page.select_one("#steps [aria-current=step]")
    assert step is not None, browser.words
    return " ".join(step.get_text(" ").split())


def watch(app: Flask) -> int:
    """The worker looks, as if a minute had gone by."""
    with app.app_context(), writing() as session:
        session.execute(update(Rotation).values(watched=None))
    return work(app)


def let_quiet_time_end(app: Flask) -> None:
    """As if it had gone by without trouble; where trouble stopped its clock it stays stopped."""
    with app.app_context(), writing() as session:
        session.execute(
            update(Rotation).where(Rotation.quiet_until.is_not(None)).values(quiet_until=now() - timedelta(seconds=1))
        )
