"""Every way to fill in the refund's form meets every refusal: each is spoken, and what was typed and chosen is kept.

In a usual run each refusal meets a third of the ways, the next one another third: see `tests/thorough.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product

import pytest
from flask import Flask

from tests.browser import Browser, form_values
from tests.provider import Provider, provider_of
from tests.thorough import share
from webapp.core.refund_limits_setting import Limits, RefundLimit
from webapp.emulators.postpay.server import Sandbox

ITEMS = [
    {"reference": "i-1", "name": "Lamp", "unit_price": 4000, "qty": 2},
    {"reference": "i-2", "name": "Bulb", "unit_price": 480, "qty": 1},
]
SHIPPING = {"name": "Express", "amount": 73000}
PLENTY = 10**9
CONTINUE, SEND = "Continue", "Refund AED"


@dataclass
class Scene:
    """The one in front of an order's form, a second agent, and what both meet."""

    app: Flask
    alice: Browser
    aziz: Browser
    provider: Provider
    order: str = ""

    @property
    def form(self) -> str:
        return f"/demo/orders/{self.order}/refund"

    @property
    def words(self) -> str:
        return self.alice.words.replace("\u00a0", " ")

    def refund_limits(self, limits: Mapping[str, RefundLimit]) -> None:
        """The desk is started again with other limits of an agent, while the form is open."""
        settings = self.app.extensions["settings"]
        given: Limits = {**settings.refund_limits, "agent": dict(limits)}
        self.app.extensions["settings"] = settings.model_copy(update={"refund_limits": given})

    def somebody_else_asks(self) -> None:
        self.aziz.open(self.form)
        self.aziz.submit(CONTINUE, part="part", amount="1", reason="returned")
        self.provider.fault("drop_before", path=f"/orders/{self.order}/refunds")
        self.aziz.submit(SEND)

    def unreadable(self, what: str = "", **fault: object) -> None:
        self.provider.fault("status", method="GET", path=f"/orders/{self.order}{what}", times=9, **fault)

    def with_choices(self, names: Iterable[str]) -> list[tuple[str, dict[str, str]]]:
        """Each name, and what the form then says; each on an order of its own."""
        return [(name, self._typed(name, number)) for number, name in enumerate(names)]

    def _typed(self, name: str, number: int) -> dict[str, str]:
        self.provider.order(f"order-{number}", total=81480, items=ITEMS, shipping=SHIPPING)
        return {**CHOICES[name], "reason": "returned", "note": "box was wet"}

    def fill_in(self, typed: Mapping[str, str], number: int, *, up_to: str) -> None:
        """The form filled in, and where it is refused only when it is sent, the review opened."""
        self.order = f"order-{number}"
        self.alice.open(self.form)
        if up_to == SEND:
            self.alice.submit(CONTINUE, **typed)
            assert self.alice.heading == "Review the refund"


CHOICES = {
    "the whole": {"part": "whole", "amount": ""},
    "the whole, after an amount was typed": {"part": "whole", "amount": "3.5"},
    "an amount": {"part": "part", "amount": "120.50"},
    "an amount that is all": {"part": "part", "amount": "814.80"},
    "an amount without a choice": {"amount": "7"},
    "an amount that is read": {"part": "part", "amount": " ١٢٠٫٥٠ AED"},
    "items": {"part": "lines", "line-1": "2", "line-2": "1", "amount": ""},
    "items, after an amount was typed": {"part": "lines", "line-1": "٢", "line-shipping": "1", "amount": "3.5"},
    "items without a choice": {"line-1": "1", "amount": ""},
}
Happening = Callable[[Scene], object]
CHANGES: dict[str, tuple[Happening, int, str]] = {
    "above the day of the whole shop": (
        lambda s: s.refund_limits({"AED": RefundLimit(single=PLENTY, day=PLENTY, shop=1)}),
        422,
        "The whole shop can refund AED 0.01 a day",
    ),
    "no limit in the currency": (lambda s: s.refund_limits({}), 422, "no refund limit in this currency"),
    "changed meanwhile": (
        lambda s: s.provider.refund_outside(s.order, 500, f"x-{s.order}"), 412, "The order has changed since you opened"
    ),
    "somebody else asks": (Scene.somebody_else_asks, 409, "by Aziz Agent is being confirmed"),
    "not captured any more": (lambda s: s.provider.change(s.order, status="denied"), 409, "cannot be refunded"),
    "nothing left": (
        lambda s: s.provider.refund_outside(s.order, 81480, f"x-{s.order}"), 409, "There is nothing left to refund"
    ),
    "the provider fails": (lambda s: s.unreadable(status=500), 503, "no usable answer in time"),
    "the provider is busy": (
        lambda s: s.unreadable(status=429, retry_after="9"), 503, "Postpay has asked the desk to slow down"
    ),
    "the key was revoked": (
        lambda s: s.unreadable(status=401, code="authentication_failed"), 502, "the desk's own credentials"
    ),
    "the refunds cannot be read": (lambda s: s.unreadable("/refunds", status=500), 503, "no usable answer in time"),
}  # fmt: skip
FINAL = ("not captured any more", "nothing left")
"""There is nothing to refund any more, so nothing to type."""


def with_shares(refusals: Iterable[str]) -> list[tuple[str, str, list[str]]]:
    """Each refusal at each step, with the choices that it meets."""
    cases = product(refusals, (CONTINUE, SEND))
    return [(refusal, step, share(CHOICES, number)) for number, (refusal, step) in enumerate(cases)]


@pytest.fixture
def scene(app: Flask, alice: Browser, sign_in: Callable[[str], Browser], sandbox: Sandbox) -> Scene:
    return Scene(app, alice, sign_in("second agent"), provider_of(sandbox))


def assert_kept(browser: Browser, typed: Mapping[str, str], choice: str) -> None:
    """What goes along when the one form of the refund that the page holds is sent as it is."""
    [form] = [form for form in browser.page.find_all("form") if form.find(attrs={"name": "submit_token"})]
    now = form_values(form)
    assert {name: now.get(name) for name in typed} == typed, choice
    meant = "lines" if "line-1" in typed else "part"
    assert now.get("part", meant) == typed.get("part", meant), choice


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("change", "step", "choices"), with_shares(CHANGES))
def test_refused_for_what_happened_meanwhile(scene: Scene, change: str, step: str, choices: list[str]) -> None:
    happen, status, spoken = CHANGES[change]
    usual = scene.app.extensions["settings"]
    for number, (choice, typed) in enumerate(scene.with_choices(choices)):
        scene.fill_in(typed, number, up_to=step)
        happen(scene)
        made = len(scene.provider.refunds(scene.order))
        scene.alice.submit(step, **(typed if step == CONTINUE else {}))
        assert (scene.alice.status, spoken in scene.words) == (status, True), f"{choice}: {scene.words}"
        assert len(scene.provider.refunds(scene.order)) == made
        if change not in FINAL:
            assert_kept(scene.alice, typed, choice)
        scene.provider.heal()
        scene.app.extensions["settings"] = usual


WRONG = {
    "no reason": ({"reason": ""}, 422, "Choose a reason."),
    "other without a note": ({"reason": "other", "note": ""}, 422, "Explain in the note"),
    "a note too long": ({"note": "x" * 501}, 422, "The note has 501 characters"),
    "a lost token": ({"submit_token": "lost"}, 412, "The order has changed since you opened"),
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("wrong", "step", "choices"), with_shares(WRONG))
def test_refused_for_what_else_was_typed(scene: Scene, wrong: str, step: str, choices: list[str]) -> None:
    fields, status, spoken = WRONG[wrong]
    for number, (choice, typed) in enumerate(scene.with_choices(choices)):
        scene.fill_in(typed, number, up_to=step)
        scene.alice.submit(step, **{**(typed if step == CONTINUE else {}), **fields})
        assert (scene.alice.status, spoken in scene.words) == (status, True), f"{choice}: {scene.words}"
        expected = {**typed, **{name: text for name, text in fields.items() if name in typed}}
        assert_kept(scene.alice, expected, choice)


def test_a_form_that_was_sent_with_other_data_is_refused_and_was_sent_once(scene: Scene) -> None:
    for number, (choice, typed) in enumerate(scene.with_choices(CHOICES)):
        scene.fill_in(typed, number, up_to=SEND)
        review = scene.alice.page
        scene.alice.submit(SEND)
        scene.alice.page = review
        scene.alice.submit(SEND, reason="damaged")
        assert (scene.alice.status, "already sent, with different data" in scene.words) == (409, True), choice
        assert len(scene.provider.refunds(scene.order)) == 1


ANSWERS = [(400, "invalid"), (401, "authentication_failed"), (403, "permission_denied"), (404, "not_found"),
           (409, "invalid_status"), (409, "limit_exceeded"), (409, "conflict"), (422, "x"), (429, "x"), (500, "x"),
           (503, "x")]  # fmt: skip


@pytest.mark.timeout(120)
@pytest.mark.parametrize("answer", ANSWERS)
def test_what_the_provider_refuses_has_a_page_of_its_own(scene: Scene, answer: tuple[int, str]) -> None:
    for number, (choice, typed) in enumerate(scene.with_choices([*CHOICES][:3])):
        scene.fill_in(typed, number, up_to=SEND)
        scene.provider.fault("status", path=f"/orders/{scene.order}/refunds", status=answer[0], code=answer[1])
        scene.alice.submit(SEND)
        assert scene.alice.status == 200, choice
        assert "/demo/refunds/bo-" in scene.alice.address, choice


@pytest.mark.parametrize("amount", ["", "5", "9000", "x"])
def test_the_whole_above_the_shops_day_is_told_where_it_was_chosen(scene: Scene, amount: str) -> None:
    scene.provider.order("big", total=500000)
    scene.refund_limits({"AED": RefundLimit(single=PLENTY, day=PLENTY, shop=100_000)})
    scene.alice.open("/demo/orders/big/refund")
    scene.alice.submit(CONTINUE, part="whole", amount=amount, reason="returned")
    assert scene.alice.status == 422
    problem = scene.alice.page.find(id="part-error").get_text().replace("\u00a0", " ")
    assert "The whole shop can refund AED 1,000.00 a day" in problem
    assert scene.alice.page.find(id="part-whole").has_attr("checked")
    assert scene.alice.page.find(id="amount").get("value", "") == amount
    assert scene.alice.page.select(".error-summary a[href='#part']")
