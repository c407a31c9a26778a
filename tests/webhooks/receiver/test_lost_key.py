"""A desk whose SEAL_KEY is lost: every page still opens, says what cannot be read, and offers the way out."""

from __future__ import annotations

import time

import pytest
from pydantic import SecretStr

from tests.browser import Browser
from tests.provider import Provider
from tests.webhooks.receiving import Receiving, order_body
from webapp.providers.postpay.signature import sign

RECEIVING = "/demo/deliveries/receiving"


@pytest.fixture
def lost(receiving: Receiving, provider: Provider) -> Receiving:
    """The desk with a delivery and a shop, started again with another key."""
    provider.order("order-01")
    assert receiving.deliver(order_body()).status_code == 200
    restart(receiving, "another key that has nothing to do with the first one, 0123456789")
    return receiving


def restart(receiving: Receiving, key: str, old_keys: str = "") -> None:
    given = {"seal_key": SecretStr(key), "seal_old_keys": SecretStr(old_keys)}
    receiving.app.extensions["settings"] = receiving.settings.model_copy(update=given)


def test_the_page_of_receiving_says_what_is_lost(adam: Browser, lost: Receiving) -> None:
    adam.open(RECEIVING)
    assert adam.status == 200
    assert "cannot read its secret any more" in adam.words
    assert lost.token not in str(adam.page)
    assert "Register it at Postpay" not in adam.words
    assert "Show the secret" not in adam.words
    restart(lost, "yet another key that has nothing to do with the others, 0123456789", _first_key(lost))
    adam.open(RECEIVING)
    assert "cannot read" not in adam.words
    assert lost.token in str(adam.page)


def _first_key(receiving: Receiving) -> str:
    return str(receiving.settings.seal_key.get_secret_value())


@pytest.mark.parametrize("act", ["register", "secret"])
def test_what_needs_the_secret_says_why_not(adam: Browser, receiving: Receiving, act: str) -> None:
    adam.open(RECEIVING)
    [form] = [form for form in adam.page.find_all("form") if str(form.get("action", "")).endswith(f"/{act}")]
    fields = {str(field["name"]): str(field["value"]) for field in form.find_all("input")}
    restart(receiving, "another key that has nothing to do with the first one, 0123456789")
    adam.send(str(form["action"]), fields)
    assert adam.status == 303
    adam.open(RECEIVING)
    assert "its SEAL_KEY was changed. Nothing was done." in adam.words


def test_every_page_about_deliveries_opens(adam: Browser, lost: Receiving) -> None:
    [row] = lost.rows()
    pages = ["/demo/deliveries", f"/demo/deliveries/{row.id}", RECEIVING, f"{RECEIVING}/stop", "/demo/deliveries/bench",
             f"/demo/deliveries/bench?delivery={row.id}", "/demo/hooks", "/demo/connection"]  # fmt: skip
    for page in pages:
        adam.open(page)
        assert adam.status < 500, page


def test_deliveries_wait_for_the_key_or_for_a_new_secret(adam: Browser, lost: Receiving) -> None:
    assert lost.deliver(order_body("order-02")).status_code == 503
    adam.open(RECEIVING)
    adam.submit("Replace the secret")
    assert adam.status == 200
    assert "There is a new secret" in adam.words
    assert lost.deliver(order_body("order-02")).status_code == 503, "the old secret may have signed it"
    assert "cannot read its old secret any more" in adam.words
    assert "Deliveries signed with the new one are taken" in adam.words
    adam.submit("Show the secret")
    new = adam.page.select(".secret code")[-1].get_text()
    body = order_body("order-03")
    assert lost.deliver(body, sign(body, new, at=int(time.time()))).status_code == 200
    adam.open(RECEIVING)
    adam.submit("Forget the old secret")
    assert "secret any more" not in adam.words
    assert lost.deliver(order_body("order-04")).status_code == 401


def test_stopping_and_a_new_address_need_no_key(adam: Browser, lost: Receiving) -> None:
    adam.open(f"{RECEIVING}/stop")
    adam.submit("Stop receiving now", account="demo")
    adam.open(RECEIVING)
    adam.submit("Make an address")
    assert adam.status == 200
    assert "cannot read" not in adam.words
