"""Every form of the desk that somebody types into: who fills it in, where it stands, and what can be chosen in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from tests.browser import Browser
from tests.conftest import PASSWORD, PEOPLE
from webapp.access.invitations import new_link
from webapp.core.extensions import db
from webapp.jobs import work_once
from webapp.models.user import User
from webapp.presentation.refund_reasons import REASONS

from .stage import Stage

NOTE = 'Box was wet — "too small" & <b>blue</b> طلب'
PAYOUT = "/demo/payouts/AED/2026-09-08T000000.214566Z"
PERIOD = "/demo/payouts?paid=range&paid_from=2026-09-01&paid_to=2026-09-30"
DAY = "2026-09-08T00:00:00.214566Z"


@dataclass(frozen=True)
class Form:
    """`typed` is a right way to fill it in, `choices` what else can be chosen, `hidden` what pages never show again.

    `texts` are the fields that take any text; `asks`: the provider is asked while the form is looked at;
    `is_kept`: it waits for whoever has to sign in first.
    """

    person: str
    show: Callable[[Stage, Browser], None]
    button: str
    typed: Mapping[str, object]
    choices: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    hidden: Mapping[str, str] = field(default_factory=dict)
    asks: bool = True
    is_kept: bool = True


def _refund(stage: Stage, browser: Browser) -> None:
    order = stage.provider.order(stage.next("order"), total=81480)
    browser.open(f"/demo/orders/{order}/refund")


def _review(stage: Stage, browser: Browser) -> None:
    _refund(stage, browser)
    browser.submit("Continue", **REFUND)
    assert browser.heading == "Review the refund"


def _asked(stage: Stage, browser: Browser) -> None:
    agent = stage.browser("agent")
    _refund(stage, agent)
    agent.submit("Continue", **{**REFUND, "reason": "other"})
    agent.submit("Ask for approval")
    agent.follow("See the request")
    browser.open(agent.address)


def _unknown_refund(stage: Stage, browser: Browser) -> None:
    agent = stage.browser("agent")
    _review(stage, agent)
    stage.provider.fault("drop_before", path=f"/orders/order-{stage.count}/refunds")
    agent.submit("Refund AED")
    stage.heal()
    long_ago = "2026-01-01 00:00:00"
    stage.change(
        "UPDATE intent SET lease_until = :t, next_check = :t, first_sent = :t, created = :t, misses = 3"
        " WHERE state = 'unknown'",
        t=long_ago,
    )
    browser.open(f"/demo/in-progress/{stage.value('SELECT max(id) FROM intent')}/close")


def _finding(stage: Stage, browser: Browser) -> None:
    stage.change(
        "INSERT INTO finding (kind, account, order_id, refund_id, amount_minor, currency, found)"
        " VALUES ('orphan', 'demo', 'order-01', :refund, 500, 'AED', '2026-11-01 10:00:00')",
        refund=stage.next("bo"),
    )
    browser.open("/demo/in-progress")


def _payout(stage: Stage, browser: Browser) -> None:
    if not stage.count:
        stage.next("payout")
        stage.provider.transaction(
            type="order", currency="AED", amount=81480, created="2026-09-01T10:00:00Z", fee_amount=100, fee_rate=450,
            fee_tax_rate=500, total_amount=77525, paid=DAY,
        )  # fmt: skip
        browser.open(PERIOD)
        browser.submit("Sync with Postpay")
        assert work_once(stage.app)
    browser.open(PAYOUT)


def _exception(stage: Stage, browser: Browser) -> None:
    _payout(stage, browser)
    browser.submit("Compare", received=f"5{stage.next('x')[2:]}.00")


def _hook(act: str) -> Callable[[Stage, Browser], None]:
    def show(stage: Stage, browser: Browser) -> None:
        made = stage.provider.make(f"https://{stage.next('shop')}.example.com/webhooks")
        browser.open(f"/demo/hooks/{made}/{act}")

    return show


def _new_hook(stage: Stage, browser: Browser) -> None:
    stage.change("DELETE FROM hook_change")
    browser.open("/demo/hooks/new")


def _lost_hook(stage: Stage, browser: Browser) -> None:
    stage.provider.fault("drop_before", path="=/hooks")
    browser.open("/demo/hooks/new")
    browser.submit("Create the webhook", url=f"https://{stage.next('shop')}.example.com/webhooks", events=["order"])
    stage.heal()
    stage.change("UPDATE hook_change SET lease_until = :t, next_check = :t, last_sent = :t", t="2026-01-01 00:00:00")
    browser.open(browser.address)
    browser.submit("Check now")
    browser.open(f"{browser.address}/close")


def _receiving(path: str) -> Callable[[Stage, Browser], None]:
    def show(stage: Stage, browser: Browser) -> None:
        if not stage.value("SELECT count(*) FROM receiver WHERE stopped IS NULL"):
            browser.open("/demo/deliveries/receiving")
            browser.submit("Make an address")
        stage.change("UPDATE receiver SET other_sealed = NULL, other_since = NULL")
        browser.open(f"/demo/deliveries/{path}")

    return show


def _new_target(stage: Stage, browser: Browser) -> None:
    stage.change("DELETE FROM forward_target")
    browser.open("/demo/deliveries/forwarding/new")


def _target(act: str) -> Callable[[Stage, Browser], None]:
    def show(stage: Stage, browser: Browser) -> None:
        _new_target(stage, browser)
        browser.submit(
            "Forward from now on", name="Shop", url="https://shop.example.com/a", events=["order"],
            target_secret="s" * 40,
        )  # fmt: skip
        browser.open(f"{browser.address}/{act}")

    return show


def _person(stage: Stage, browser: Browser) -> None:
    browser.open("/people")
    browser.follow(PEOPLE["second agent"][1])


def _second_step(stage: Stage, browser: Browser) -> None:
    stage.give_second_factor(PEOPLE["second agent"][0])
    browser.open("/sign-in")
    browser.submit("Sign in", email=PEOPLE["second agent"][0], password=PASSWORD)
    assert browser.heading == "Second factor"


def _welcome(stage: Stage, browser: Browser) -> None:
    with stage.app.app_context():
        by = db.session.scalar(select(User.id).where(User.email == PEOPLE["admin"][0])) or 0
        link = new_link(PEOPLE["second agent"][0], by=by)
    browser.open(f"/welcome/{link.token}")


def _open(address: str) -> Callable[[Stage, Browser], None]:
    return lambda stage, browser: browser.open(address) and None


REFUND = {"part": "part", "amount": "12.50", "reason": "returned", "note": NOTE}
REFUND_CHOICES: dict[str, tuple[object, ...]] = {
    "part": ("whole", "", "nonsense"),
    "amount": ("", "0", "9000", "1,00", "x", "٥٠", "9" * 400),
    "reason": (*REASONS, "", "nonsense"),
}
FORMS: dict[str, Form] = {
    "refunds.review_refund": Form("agent", _refund, "Continue", REFUND, REFUND_CHOICES, ("note",)),
    "refunds.send_refund": Form("agent", _review, "Refund AED", REFUND, REFUND_CHOICES, ("note",)),
    "in_progress.close_intent": Form(
        "finance", _unknown_refund, "Ask for approval", {"found": "not_done", "reason": NOTE},
        {"found": ("made_otherwise", "nonsense")}, ("reason",), asks=False,
    ),
    "approvals.return_request": Form("finance", _asked, "Return to be changed", {"note": NOTE}, {}, ("note",)),
    "approvals.reject": Form("finance", _asked, "Reject", {"note": NOTE}, {}, ("note",)),
    "in_progress.resolve": Form("finance", _finding, "Mark as resolved", {"reason": NOTE}, {}, ("reason",), asks=False),
    "payouts.enter_bank_amount": Form(
        "finance", _payout, "Compare", {"received": "700.00"},
        {"received": ("", "-5", "x", "1,00", "٥٠٠", "9" * 90)}, ("received",), asks=False,
    ),
    "payouts.settle_exception": Form(
        "finance", _exception, "Close it", {"note": NOTE}, {"owner": ("0", "x", "987654")}, ("note",), asks=False
    ),
    "hooks.create_hook": Form(
        "admin", _new_hook, "Create the webhook", {"url": "https://new.example.com/a", "events": ["order"]},
        {"events": ([], ["order", "transaction"], ["nonsense"]), "url": ("", "http://x", "https://1.2.3.4/")}, ("url",),
    ),
    "hooks.edit_hook": Form(
        "admin", _hook("edit"), "Save the webhook", {"url": "https://else.example.com/a", "events": ["order"]},
        {"events": ([], ["order", "transaction"], ["nonsense"]), "url": ("", "http://x")}, ("url",),
    ),
    "hooks.delete_hook": Form("admin", _hook("delete"), "Delete it now", {"host": "wrong.example.com"}, {}, ("host",)),
    "hooks.close_change": Form("admin", _lost_hook, "Give it up", {"reason": NOTE}, {}, ("reason",), asks=False),
    "deliveries.accept_secret": Form(
        "admin", _receiving("receiving"), "Accept this secret too", {}, {}, (), {"secret": "s" * 40}, asks=False
    ),
    "deliveries.stop_receiving": Form(
        "admin", _receiving("receiving/stop"), "Stop receiving now", {"account": "wrong"}, {}, ("account",), asks=False
    ),
    "deliveries.add_target": Form(
        "admin", _new_target, "Forward from now on",
        {"name": "Shop", "url": "https://shop.example.com/a", "events": ["order"]},
        {"url": ("", "http://x"), "events": ([], ["order", "other"], ["nonsense"])}, ("name", "url"),
        {"target_secret": "s" * 40}, asks=False,
    ),
    "deliveries.change_target": Form(
        "admin", _target("edit"), "Save the target",
        {"name": "Warehouse", "url": "https://shop.example.com/b", "events": ["order"]},
        {"url": ("", "http://x"), "events": ([], ["transaction"])}, ("name", "url"), {"target_secret": "s" * 40},
        asks=False,
    ),
    "deliveries.delete_target": Form(
        "admin", _target("delete"), "Delete it now", {"name": "wrong"}, {}, ("name",), asks=False
    ),
    "deliveries.try_signature": Form(
        "admin", _open("/demo/deliveries/bench"), "Try the signature", {"headers": "t=1,v1=00", "body": NOTE},
        {"encoding": ("text", "base64", "hex", "nonsense")}, ("headers", "body"), {"secret": "s" * 40}, asks=False,
        is_kept=False,
    ),
    "auth.open_session": Form(
        "stranger", _open("/sign-in"), "Sign in", {"email": "nobody@example.test"}, {}, ("email",),
        {"password": "wrong"}, asks=False,
    ),
    "auth.finish_sign_in": Form(
        "stranger", _second_step, "Sign in", {}, {}, (), {"code": "123 456"}, asks=False, is_kept=False
    ),
    "auth.set_up_app": Form(
        "agent", _open("/you/second-factor/app"), "Set up this app", {}, {}, (), {"code": "123 456"}, asks=False,
        is_kept=False,
    ),
    "auth.keep_passkey": Form(
        "agent", _open("/you/second-factor"), "Add a passkey", {"name": NOTE[:60]}, {"name": ("", " ", "x" * 61)},
        ("name",), {"passkey": "{}"}, asks=False,
    ),
    "search.find_orders": Form(
        "agent", _open("/demo/in-progress"), "Search", {"q": NOTE}, {"q": ("", " ", "x" * 201)}, ("q",)
    ),
    "auth.confirm_person": Form(
        "admin", _open("/you/confirm"), "Continue", {}, {}, (), {"password": "wrong"}, asks=False
    ),
    "auth.change_name": Form(
        "agent", _open("/you"), "Save the name", {"name": NOTE[:60]}, {"name": ("", " ", "x" * 121)}, ("name",),
        asks=False,
    ),
    "auth.choose_first_password": Form(
        "stranger", _welcome, "Save the password", {}, {}, (), {"new": "n", "again": "m"}, asks=False
    ),
    "people.invite_person": Form(
        "admin", _open("/people/new"), "Invite and show the link",
        {"name": "Nadia New", "email": "nadia@shop.example", "role": "agent"},
        {"role": ("", "admin", "nonsense"), "email": ("", "x", "aziz@example.test")}, ("name", "email"), asks=False,
    ),
    "people.change_limits": Form(
        "admin", _person, "Change limits", {"single": "500.00", "per_hour": "5"},
        {"limit_account": ("demo", "nonsense"), "limit_currency": ("JPY", "nonsense"), "day": ("0", "x", "1,00"),
         "per_order": ("٥", "9" * 90), "approval": ("0.00", "-1"), "per_hour": ("0", "x", "9" * 90)},
        asks=False,
    ),
    "people.change_roles": Form(
        "admin", _person, "Change roles", {"everywhere": "viewer"},
        {"everywhere": ("", "finance", "nonsense"), "seen": ("", "{}", "[1]", "nonsense")}, asks=False,
    ),
    "auth.save_password": Form(
        "agent", _open("/you/password"), "Change password", {}, {}, (), {"current": "w", "new": "n", "again": "m"},
        asks=False,
    ),
}  # fmt: skip
"""By endpoint. A form with something to type in that is not here fails the test."""

EMAILS = {title: person[0] for title, person in PEOPLE.items()}
