"""The quiet time watches: while the shop does not take what the new webhook delivers, the old one is never deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from tests.browser import Browser
from tests.conftest import PEOPLE, make_settings
from tests.people import let_in
from tests.webhooks.acting import changes, entries, let_leases_end, work
from tests.webhooks.at_provider import Hooks
from webapp import create_app
from webapp.core.settings import Settings
from webapp.models.base import now

from .shop import OLD, Shop, Trade
from .walking import WIZARD, active, go_to, let_quiet_time_end, new_of, start, the_rotation, watch


@pytest.fixture
def quiet(adam: Browser, hook_id: str, shop: Shop, trade: Trade) -> Browser:
    """Adam, in front of the fifth step; the shop has taken a delivery with the new secret."""
    start(adam, hook_id)
    go_to(adam, "quiet", shop, trade)
    return adam


def edit(hooks: Hooks, hook_id: str, **fields: object) -> None:
    """Somebody changes a webhook at the provider."""
    assert hooks.direct.patch(f"{hooks.address}/{hook_id}", json=fields, timeout=10).ok


def test_a_shop_that_refuses_stops_the_clock(
    quiet: Browser, sign_in: Callable[[str], Browser], app: Flask, hooks: Hooks, shop: Shop, trade: Trade, hook_id: str
) -> None:
    shop.secrets = [OLD]
    trade.refund()
    trade.refund()
    let_quiet_time_end(app)
    watch(app)
    assert hook_id in active(hooks)
    quiet.open(WIZARD)
    assert "Step 5: the new webhook does not get through" in quiet.words
    assert "401 turned away" in quiet.words
    assert "Delete the old webhook" not in quiet.words
    auditor = sign_in("auditor")
    auditor.open("/demo/hooks")
    assert "is being replaced, and the new webhook does not get through" in auditor.words
    assert "New: does not get through" in auditor.words
    let_quiet_time_end(app)
    watch(app)
    assert hook_id in active(hooks), "its clock stands still"
    quiet.submit("Back to the old webhook: switch it on again")
    assert active(hooks) == {hook_id: True, new_of(hooks, hook_id): True}
    assert "hook.rotation_halted" in entries(app)


def test_the_page_sees_it_at_once_and_the_clock_begins_anew(
    quiet: Browser, app: Flask, hooks: Hooks, shop: Shop, trade: Trade, hook_id: str
) -> None:
    before = the_rotation(app).quiet_until
    shop.status = 503
    trade.refund()
    quiet.open(WIZARD)
    assert "does not get through" in quiet.words
    assert (the_rotation(app).trouble, the_rotation(app).quiet_until) == ("refused", None)
    shop.status = 200
    trade.refund()
    watch(app)
    rotation = the_rotation(app)
    assert rotation.trouble is None
    assert before is not None
    assert rotation.quiet_until is not None
    assert rotation.quiet_until > before
    assert [each for each in entries(app) if "halted" in each or "resumed" in each] == [
        "hook.rotation_halted",
        "hook.rotation_resumed",
    ]
    let_quiet_time_end(app)
    watch(app)
    assert list(active(hooks).values()) == [True]
    assert hook_id not in active(hooks)


def test_nothing_goes_without_a_delivery_though_the_quiet_time_is_none(
    settings: Settings, hooks: Hooks, shop: Shop, trade: Trade, hook_id: str, tmp_path: Path
) -> None:
    hasty = create_app(make_settings(hooks.address.removesuffix("/hooks"), settings.database_url, tmp_path,
                                     rotation_quiet_hours=0))  # fmt: skip
    adam = let_in(hasty, PEOPLE["admin"][0])
    start(adam, hook_id)
    go_to(adam, "quiet", shop, None)
    for _ in range(3):
        watch(hasty)
    assert len(active(hooks)) == 2
    assert "nothing was delivered with the new secret yet" in adam.words
    trade.refund()
    watch(hasty)
    assert hook_id not in active(hooks)


def test_orders_that_change_without_a_delivery_are_noticed(adam: Browser, app: Flask, hooks: Hooks, shop: Shop) -> None:
    """The emulator delivers to this machine only, so this webhook is never told anything."""
    hook_id = hooks.make("https://shop.example.com/in")
    start(adam, hook_id)
    go_to(adam, "quiet", shop, None)
    Trade(hooks).refund()
    watch(app)
    assert the_rotation(app).trouble is None, "a delivery may take a while"
    with time_machine.travel(now() + timedelta(minutes=10)):
        watch(app)
        assert the_rotation(app).trouble == "silent"
    adam.open(WIZARD)
    assert "the new one has delivered nothing" in adam.words


def test_what_somebody_does_at_the_provider_is_noticed(
    quiet: Browser, app: Flask, hooks: Hooks, shop: Shop, trade: Trade, hook_id: str
) -> None:
    new = new_of(hooks, hook_id)
    edit(hooks, new, active=False)
    watch(app)
    assert the_rotation(app).trouble == "changed"
    edit(hooks, new, active=True)
    watch(app)
    assert the_rotation(app).trouble is None
    edit(hooks, hook_id, active=True)
    let_quiet_time_end(app)
    watch(app)
    quiet.open(WIZARD)
    assert "Somebody has switched the old webhook on, or changed it" in quiet.words
    let_quiet_time_end(app)
    watch(app)
    assert hook_id in active(hooks)
    hooks.remove(new)
    watch(app)
    assert the_rotation(app).trouble == "gone"
    assert hook_id in active(hooks)


def test_a_deletion_that_was_lost_is_not_sent_again_when_the_shop_refuses_meanwhile(
    quiet: Browser, app: Flask, hooks: Hooks, shop: Shop, trade: Trade, hook_id: str
) -> None:
    hooks.fault("drop_before", method="DELETE", path="/hooks/")
    let_quiet_time_end(app)
    quiet.open(WIZARD)
    quiet.submit("Delete the old webhook now")
    assert "Not known yet whether the webhook was deleted" in quiet.words
    shop.status = 500
    trade.refund()
    let_leases_end(app)
    quiet.open(f"/demo/hooks/changes/{changes(app)[-1].id}")
    quiet.submit("Send again")
    assert "Deleting the webhook was given up" in quiet.words
    assert "without a webhook that gets through" in quiet.words
    assert len(hooks.sent("DELETE")) == 1
    quiet.open(WIZARD)
    quiet.submit("Back to the old webhook")
    assert active(hooks)[hook_id]


def test_switching_on_needs_a_secret_that_somebody_has_seen(
    adam: Browser, app: Flask, hooks: Hooks, hook_id: str
) -> None:
    start(adam, hook_id)
    assert "The shop has both" not in adam.words
    adam.submit("Make another secret")
    form = adam.form("Make another secret")
    form["action"] = f"{WIZARD}/switch-on"
    adam.submit("Make another secret")
    assert "Nobody has seen the new secret yet" in adam.words
    assert not active(hooks)[new_of(hooks, hook_id)]


def test_other_means_do_not_count_against_a_refusal(
    adam: Browser, app: Flask, hooks: Hooks, shop: Shop, trade: Trade, hook_id: str
) -> None:
    start(adam, hook_id)
    go_to(adam, "watch", shop, None)
    seen = adam.page.select_one("#watch")["hx-get"]
    shop.secrets = [OLD]
    adam.submit("Pause the old webhook without")
    trade.refund()
    adam.submit("Pause the old webhook without", anyway="yes")
    assert "The shop did not take the last delivery of the new webhook" in adam.words
    assert active(hooks)[hook_id]
    assert "Pause the old webhook without" not in adam.words
    part = adam.client.get(seen, headers={"HX-Request": "true"})
    assert "Step 3: the shop does not take deliveries with the new secret" in part.get_data(as_text=True)
    assert "401 turned away" in part.get_data(as_text=True)
    seen = adam.page.select_one("#watch")["hx-get"]
    assert adam.client.get(seen, headers={"HX-Request": "true"}).status_code == 204, "no news is told once"


def test_an_answer_from_before_it_was_paused_is_no_proof(
    adam: Browser, app: Flask, hooks: Hooks, shop: Shop, trade: Trade, hook_id: str
) -> None:
    start(adam, hook_id)
    go_to(adam, "watch", shop, None)
    form = adam.form("A step back: pause the new one")
    trade.refund()
    action, token = str(form["action"]), form.select_one("[name=submit_token]")["value"]
    adam.open(WIZARD)
    assert "A step back: pause the new one" not in adam.words, "the shop takes it"
    form = adam.form("Take everything back")
    form["action"], form.select_one("[name=submit_token]")["value"] = action, token
    adam.submit("Take everything back")
    assert "It does not stand there any more" in adam.words
    edit(hooks, new_of(hooks, hook_id), active=False)
    adam.open(WIZARD)
    assert "The new webhook was paused or changed" in adam.words
    adam.submit("A step back: pause the new one")
    adam.submit("The shop has both")
    assert "a new answer would look the same" in adam.words


def test_what_leads_elsewhere_is_nothing_to_go_back_to(quiet: Browser, app: Flask, hooks: Hooks, hook_id: str) -> None:
    edit(hooks, hook_id, url="https://else.example.com/")
    quiet.submit("Take everything back")
    assert "nothing to go back to" in quiet.words
    assert active(hooks)[new_of(hooks, hook_id)]


def test_a_rotation_that_is_being_taken_back_keeps_the_new_one_until_the_old_one_delivers(
    quiet: Browser, app: Flask, hooks: Hooks, hook_id: str
) -> None:
    hooks.fault("drop_before", method="DELETE", path="/hooks/")
    quiet.submit("Take everything back")
    edit(hooks, hook_id, active=False)
    let_leases_end(app)
    quiet.open(f"/demo/hooks/changes/{changes(app)[-1].id}")
    quiet.submit("Send again")
    assert "was given up" in quiet.words
    assert len(active(hooks)) == 2
    work(app)
    assert active(hooks) == {hook_id: True}
