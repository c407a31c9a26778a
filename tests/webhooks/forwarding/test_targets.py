"""Targets are added, changed, paused, switched on and deleted; each is audited, and each has figures of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE
from tests.emulators.kit.receiver import Receiver
from tests.people import let_in
from tests.webhooks.receiving import Receiving, order_body
from webapp import create_app
from webapp.core.database import writing
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.staff_session import StaffSession
from webapp.webhooks.deliveries.retention import prune_deliveries
from webapp.webhooks.forwarding import targets
from webapp.webhooks.forwarding.targets import MOST_TARGETS

from .onward import SHOP_SECRET, add_target, forwards

LIST = "/demo/deliveries/forwarding"
EVERYTHING = ["order", "transaction", "other"]
SHOP: dict[str, object] = {
    "events": EVERYTHING,
    "name": "Shop",
    "url": "https://shop.example.com/hooks/k3yk3yk3yk3yk3yk3yk3y",
    "target_secret": SHOP_SECRET,
}


def test_a_target_is_added_changed_paused_and_switched_on(
    app: Flask, receiving: Receiving, adam: Browser, shop: Receiver
) -> None:
    adam.open(LIST)
    assert "Nothing is forwarded" in adam.words
    adam.follow("New target")
    adam.submit("Forward from now on", **{**SHOP, "url": shop.url})
    assert adam.address == f"{LIST}/1"
    assert "Everything" in adam.words
    receiving.deliver(order_body("a"))
    receiving.work("forward")
    adam.open(LIST)
    assert "Answered 200" in adam.words
    adam.open(f"{LIST}/1")
    assert "Taken 1" in adam.words
    adam.follow("Edit")
    assert SHOP_SECRET not in adam.response.get_data(as_text=True)
    adam.submit("Save the target", name="Warehouse", events=["transaction"])
    assert "What it is sent Transactions" in adam.words
    receiving.deliver(order_body("b"))
    adam.submit("Pause")
    assert "Paused since" in adam.words
    adam.submit("Switch on")
    receiving.work("forward")
    assert shop.got.qsize() == 1, "orders are not sent there any more"
    adam.open("/audit")
    for said in (
        "had deliveries forwarded to Shop at 127.0.0.1", "changed the forwarding to Warehouse at 127.0.0.1",
        "paused the forwarding to Warehouse", "resumed the forwarding to Warehouse",
    ):  # fmt: skip
        assert said in adam.words
    assert "from=postpay" not in adam.words


def test_a_target_is_deleted_by_its_name_and_what_was_sent_to_it_stays(receiving: Receiving, adam: Browser) -> None:
    add_target(receiving, "https://shop.example.com/", name="Warehouse")
    receiving.deliver(order_body("a"))
    adam.open(f"{LIST}/1")
    adam.follow("Delete")
    adam.submit("Delete it now", name="Shop")
    assert "This is not Warehouse." in adam.words
    adam.submit("Delete it now", name="warehouse")
    assert "Warehouse is deleted." in adam.words
    adam.open(f"{LIST}/1")
    assert adam.status == 404
    adam.open("/demo/deliveries/1")
    assert "Deleted since" in adam.words
    adam.open("/audit")
    assert "deleted Warehouse" in adam.words


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(receiving: Receiving, adam: Browser) -> None:
    adam.open(f"{LIST}/new")
    adam.submit("Forward from now on", name=" ", url="http://10.0.0.1/x", target_secret="short")
    assert adam.status == 422
    for said in ("Give it a name.", "must start with https", "A secret has 16 to 200 characters"):
        assert said in adam.words
    assert adam.page.select_one("input[name=url]")["value"] == "http://10.0.0.1/x"  # type: ignore[index]
    adam.submit("Forward from now on", **SHOP)
    adam.open(f"{LIST}/new")
    adam.submit("Forward from now on", **{**SHOP, "url": "https://else.example.com/"})
    assert "Another target has this name." in adam.words
    adam.submit("Forward from now on", **{**SHOP, "name": "Loop", "url": f"http://localhost:{receiving.settings.port}/x"})
    assert "This is the desk's own address" in adam.words


def test_an_account_has_so_many_targets_at_most(receiving: Receiving, adam: Browser) -> None:
    adam.open(f"{LIST}/new")
    for number in range(MOST_TARGETS):
        add_target(receiving, "https://shop.example.com/", name=f"Shop {number}")
    adam.submit("Forward from now on", **SHOP)
    assert f"There are {MOST_TARGETS} targets already" in adam.words
    adam.open(LIST)
    assert "as many as an account may have" in adam.words


@pytest.mark.parametrize("act", ["new", "1/edit", "1/delete"])
def test_whose_proof_is_old_is_asked_before_deliveries_go_elsewhere(
    app: Flask, receiving: Receiving, adam: Browser, act: str
) -> None:
    add_target(receiving, "https://shop.example.com/")
    with app.app_context(), writing() as session:
        session.execute(update(StaffSession).values(confirmed=now() - timedelta(minutes=6)))
    adam.open(f"{LIST}/{act}")
    assert adam.address == f"/you/confirm?next={LIST}/{act}"
    adam.submit("Continue", password=PASSWORD)
    assert adam.address == f"{LIST}/{act}"


def test_those_who_may_only_look_see_no_address_and_no_button(app: Flask, receiving: Receiving, adam: Browser) -> None:
    adam.open(f"{LIST}/new")
    adam.submit("Forward from now on", **SHOP)
    farah = let_in(app, "farah@example.test")
    for page in (LIST, f"{LIST}/1"):
        farah.open(page)
        assert "shop.example.com" in farah.words
        assert "k3yk3y" not in farah.response.get_data(as_text=True)
        assert not farah.page.select("main form")


def test_a_deleted_target_is_forgotten_with_its_last_delivery(receiving: Receiving, shop: Receiver) -> None:
    target_id = add_target(receiving, shop.url)
    receiving.deliver(order_body())
    receiving.work("forward")
    with receiving.app.app_context():
        targets.delete_target(receiving.account, target_id, 1)
        prune_deliveries(receiving.account, 60)
    assert forwards(receiving) == [("sent", 1)]
    with receiving.app.app_context(), time_machine.travel(now().replace(year=now().year + 1)):
        assert prune_deliveries(receiving.account, 60) == 1
    assert add_target(receiving, shop.url) == target_id, "nothing of it is left, not even its number"


@pytest.mark.requirement("R55")
def test_a_demo_that_others_can_reach_calls_nothing_on_its_own_machine(settings: Settings, shop: Receiver) -> None:
    """Everybody knows the passwords of its people."""
    app = create_app(settings.model_copy(update={"proxy_hops": 1}))
    receiving, adam = Receiving(app), let_in(app, PEOPLE["admin"][0])
    for page, button in ((f"{LIST}/new", "Forward from now on"), ("/demo/hooks/new", "Create the webhook")):
        adam.open(page)
        adam.submit(button, **{**SHOP, "url": shop.url})
        assert (adam.status, "must start with https" in adam.words) == (422, True), adam.words
    add_target(receiving, shop.url)
    receiving.deliver(order_body("a"))
    receiving.work("forward")
    assert forwards(receiving) == [("waiting", 1)]
    assert shop.got.empty()
