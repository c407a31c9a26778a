"""A delivery that waits, was given up or was never sent there goes now; and one that is no news any more says so."""

from __future__ import annotations

from tests.browser import Browser
from tests.emulators.kit.receiver import Receiver
from tests.emulators.kit.receiver import receiving as listening
from tests.webhooks.receiving import Receiving, order_body

from .onward import add_target, forwards, give_up


def test_one_that_waits_or_was_given_up_or_was_never_sent_goes_now(
    forwarded: Receiving, shop: Receiver, adam: Browser
) -> None:
    shop.status = 503
    forwarded.deliver(order_body())
    forwarded.work("forward")
    adam.open("/demo/deliveries/1")
    assert "Answered 503" in adam.words
    adam.submit("Try now")
    assert "It will be sent within seconds" in adam.words
    forwarded.work("forward")
    assert forwards(forwarded) == [("waiting", 2)], "it keeps its tries"
    give_up(forwarded)
    adam.open("/demo/deliveries")
    assert "1 delivery was not taken" in adam.words
    adam.open("/demo/deliveries/1")
    shop.status = 200
    adam.submit("Try now")
    forwarded.work("forward")
    adam.open("/demo/deliveries/1")
    assert "Taken" in adam.words
    with listening() as other:
        add_target(forwarded, other.url, name="Warehouse")
        adam.open("/demo/deliveries/1")
        assert "it came before this target was added" in adam.words
        adam.submit("Send it there now")
        forwarded.work("forward")
        assert other.got.get(timeout=5)[1]["X-Desk-Delivery"] == "1"
    adam.open("/audit")
    assert adam.words.count("had delivery 1 sent to Shop now") == 2
    assert adam.words.count("had delivery 1 sent to Warehouse now") == 1


def test_a_newer_delivery_about_the_same_says_so(forwarded: Receiving, adam: Browser) -> None:
    for name in ("a", "b", "a"):
        forwarded.deliver(order_body(name, note=len(forwarded.rows())))
    adam.open("/demo/deliveries/1")
    assert "A newer state of this order has been received since." in adam.words
    for newest in (2, 3):
        adam.open(f"/demo/deliveries/{newest}")
        assert "A newer state" not in adam.words
