"""The audit log as people see it: everybody their own, auditors and admins all, in sentences."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.browser import Browser
from tests.provider import Provider
from webapp import audit
from webapp.access.roles import roles_of
from webapp.audit import Action, anchors
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox
from webapp.models.audit_entry import AuditEntry
from webapp.models.user import User

SignIn = Callable[[str], Browser]


@pytest.fixture
def auditor(sign_in: SignIn) -> Browser:
    return sign_in("auditor")


def act(app: Flask, name: str, action: Action = Action.REFUND_SUCCEEDED, count: int = 1, **fields: object) -> None:
    """Lets somebody of the desk do something, `count` times."""
    with app.app_context():
        user = db.session.scalars(select(User).where(User.name == name)).one()
        db.session.rollback()
        role = roles_of(db.session, user.id).everywhere
        audit.bind(audit.Who(user.id, user.name, role, "0123456789ab", "10.1.2.3", "Firefox", "request-1"))
        given = {"account": "demo", "object_type": "order", "object_id": "order-01", **fields}
        given.setdefault("after", {"amount_minor": 12050, "currency": "AED"})
        for _ in range(count):
            with writing():
                audit.record(action, **given)  # type: ignore[arg-type]


def events(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEntry.event).order_by(AuditEntry.seq)))


def sentences(browser: Browser) -> list[str]:
    return [" ".join(cell.get_text().split()) for cell in browser.page.select("td.sentence")]


def test_an_agent_sees_only_the_own_entries(app: Flask, alice: Browser) -> None:
    act(app, "Alice Agent")
    act(app, "Farah Finance")
    alice.open("/audit")
    assert alice.heading == "Audit log"
    assert sentences(alice)[:2] == ["Alice Agent refunded AED 120.50 of order-01", "Alice Agent signed in"]
    assert "Farah" not in " ".join(sentences(alice))
    assert "You see your own entries only." in alice.words


def test_an_agent_cannot_ask_for_somebody_elses(app: Flask, alice: Browser) -> None:
    act(app, "Farah Finance")
    for query in ("who=5", "who=desk", "words=Farah", "object=order-01"):
        alice.open(f"/audit?{query}")
        assert "Farah" not in " ".join(sentences(alice))


def test_an_auditor_sees_everybodys_and_how_far_the_log_has_come(app: Flask, auditor: Browser) -> None:
    act(app, "Farah Finance")
    with app.app_context():
        audit.anchor("test")
    auditor.open("/audit")
    assert "Farah Finance refunded AED 120.50 of order-01" in sentences(auditor)
    with app.app_context():
        anchor = anchors.latest(app.extensions["settings"])
        key = anchors.public_key(app.extensions["settings"])
    assert anchor is not None
    assert f"{len(events(app))} entries in the whole log." in auditor.words
    assert f"Entries 1–{anchor.seq} are sealed outside the database." in auditor.words
    assert anchor.hash in auditor.words
    assert key in auditor.words


def test_filters_narrow_the_list_and_can_be_taken_away(app: Flask, auditor: Browser) -> None:
    act(app, "Farah Finance")
    act(app, "Alice Agent", Action.REFUND_REFUSED, outcome="failed", object_id="order-02")
    auditor.open("/audit")
    auditor.submit("Apply", what="refund", outcome="failed")
    assert sentences(auditor) == ["The refund of AED 120.50 of order-02 was not carried out"]
    assert "What Refunds" in auditor.words
    auditor.follow("Remove filter Outcome")
    assert len(sentences(auditor)) == 2
    auditor.submit("Apply", words="order-02")
    assert len(sentences(auditor)) == 1


def test_a_person_a_day_and_an_order_are_filters_too(app: Flask, auditor: Browser) -> None:
    act(app, "Farah Finance", object_id="order-03")
    with app.app_context():
        farah = db.session.scalars(select(User.id).where(User.name == "Farah Finance")).one()
    for query in (f"who={farah}&days=today", "object=order-03", "object=order-03&account=demo&days=7-days"):
        auditor.open(f"/audit?{query}")
        assert sentences(auditor) == ["Farah Finance refunded AED 120.50 of order-03"]
    auditor.open("/audit?object=order-03&days=yesterday")
    assert "No entry matches" in auditor.words


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("who=nobody", "Choose a person from the list."),
        ("what=nothing", "Choose from the list."),
        ("outcome=maybe", "Choose from the list."),
        ("days=sometime", "Choose a time from the list."),
        ("days=range&days_from=20.11.2026", "Enter the day like 2026-11-20."),
        ("days=range&days_from=2026-11-20&days_to=2026-11-19", "The last day is before the first."),
        ("words=---", "Enter a word or a number to search for."),
    ],
)
def test_a_filter_that_makes_no_sense_is_said(auditor: Browser, query: str, problem: str) -> None:
    auditor.open(f"/audit?{query}")
    assert auditor.status == 422
    assert problem in auditor.words
    auditor.open(f"/audit?{query}", headers={"HX-Request": "true", "HX-Trigger": "filters"})
    assert auditor.status == 422
    assert auditor.response.text.count("<header") == auditor.response.text.count("<html") == 0, "htmx gets a fragment"
    assert auditor.page.find(id="filter-bar", attrs={"hx-swap-oob": "true"})
    assert problem in auditor.words


def test_pages_turn_by_key_and_totals_are_capped_in_words(app: Flask, auditor: Browser) -> None:
    act(app, "Alice Agent", count=45, object_id="order-07")
    auditor.open("/audit?object=order-07")
    assert "45 entries" in auditor.words
    seen = []
    for size in (20, 20, 5):
        rows = [link.get_text() for link in auditor.page.select("td.number")]
        assert len(rows) == size
        seen += rows
        if size == 20:
            auditor.follow("Next")
    assert len(set(seen)) == 45
    auditor.follow("Previous")
    assert [link.get_text() for link in auditor.page.select("td.number")] == seen[20:40]
    auditor.follow("Oldest")
    auditor.follow("Newest")
    assert [link.get_text() for link in auditor.page.select("td.number")] == seen[:20]


def test_more_than_a_thousand_are_not_counted(app: Flask, auditor: Browser) -> None:
    with app.app_context(), writing():
        for _ in range(1001):
            audit.record(Action.REFUND_CHECKED, object_type="order", object_id="order-08")
    auditor.open("/audit?object=order-08")
    assert "More than 1,000 entries" in auditor.words


def test_htmx_gets_the_results_only(app: Flask, auditor: Browser) -> None:
    auditor.open("/audit?what=auth", headers={"HX-Request": "true", "HX-Target": "results"})
    assert auditor.page.find("h1") is None
    assert auditor.page.select("td.sentence")
    carried = auditor.page.select_one('#export[hx-swap-oob] input[name="query"]')
    assert carried is not None, "what is downloaded follows what is shown"
    assert carried["value"] == "what=auth"


def test_one_entry_shows_what_was_before_and_after_and_its_place_in_the_chain(app: Flask, auditor: Browser) -> None:
    act(
        app, "Adam Admin", Action.USER_ROLE_CHANGED, object_type="user", object_id="1",
        before={"role": "viewer"}, after={"role": "agent"}, account=None,
    )  # fmt: skip
    auditor.open("/audit?what=user.role_changed")
    auditor.open(str(auditor.page.select("td.sentence a")[0]["href"]))
    assert "Adam Admin changed the role of Vera Viewer from Viewer to Support agent" in auditor.words
    assert "Role Viewer Support agent" in auditor.words
    assert "As it was written, and it follows the entry before it" in auditor.words
    for fact in ("10.1.2.3", "Firefox", "request-1", "0123456789ab"):
        assert fact in auditor.words
    auditor.follow("Previous entry")
    assert auditor.status == 200


def test_one_entry_says_its_facts_in_words(app: Flask, auditor: Browser) -> None:
    facts = {"intent_id": 4711, "amount_minor": 500, "limit_minor": 250000, "currency": "AED", "limit": "day"}
    act(app, "Alice Agent", Action.REFUND_LIMIT, outcome="denied", reason="damaged", after=facts)
    auditor.open("/audit?what=refund&account=demo")
    assert "Account Demo Shop" in auditor.words
    auditor.open(str(auditor.page.select("td.sentence a")[0]["href"]))
    words = auditor.words.replace("\u00a0", " ")
    for said in ("Amount AED 5.00", "Limit AED 2,500.00", "Reason Item damaged or faulty", "Account Demo Shop"):
        assert said in words
    assert "smallest unit" not in words
    folded = " ".join(auditor.page.select_one("#technical").get_text(" ").split())
    assert "Code refund.limit" in folded
    assert "Operation number 4711" in folded
    auditor.page.select_one("#technical").decompose()
    seen = auditor.page.select_one("main").get_text(" ")
    assert "4711" not in seen
    assert "refund.limit" not in seen


def test_an_entry_about_an_order_leads_to_it(app: Flask, auditor: Browser) -> None:
    act(app, "Alice Agent", object_id="order / ١")
    auditor.open("/audit?what=refund")
    auditor.open(str(auditor.page.select("td.sentence a")[0]["href"]))
    hrefs = [str(link["href"]) for link in auditor.page.find_all("a", href=True)]
    assert "/demo/orders/order%20%2F%20%D9%A1" in hrefs
    auditor.follow("All entries about it")
    assert len(sentences(auditor)) == 1


def test_the_orders_own_history_is_about_what_was_done(sign_in: SignIn, sandbox: Sandbox, alice: Browser) -> None:
    Provider(sandbox.base_url).order("order-1")
    sign_in("viewer").open("/demo/orders/order-1/refund")
    alice.open("/demo/orders/order-1")
    assert "Order created" in alice.words
    assert "Vera" not in alice.words


def test_somebody_elses_entry_is_not_there_for_an_agent(app: Flask, alice: Browser) -> None:
    act(app, "Farah Finance")
    foreign = len(events(app))
    alice.open(f"/audit/{foreign}")
    assert alice.status == 404
    act(app, "Alice Agent")
    alice.open(f"/audit/{foreign + 1}")
    assert alice.status == 200
    assert "Previous entry" not in alice.words


@pytest.mark.parametrize("seq", ["0", "999999", "99999999999999999999999999"])
def test_an_entry_that_does_not_exist_is_not_found(auditor: Browser, seq: str) -> None:
    auditor.open(f"/audit/{seq}")
    assert auditor.status == 404


def test_looking_at_everybodys_entries_is_on_record_once_an_hour(app: Flask, auditor: Browser, alice: Browser) -> None:
    for _ in range(3):
        auditor.open("/audit")
        alice.open("/audit")
    assert events(app).count("audit.viewed") == 1


def test_the_pages_ask_the_provider_nothing(auditor: Browser, sandbox: Sandbox) -> None:
    provider = Provider(sandbox.base_url)
    provider.forget()
    auditor.open("/audit")
    auditor.open("/audit/1")
    assert provider.seen() == []


def test_a_tampered_entry_says_so_on_its_page(app: Flask, auditor: Browser) -> None:
    act(app, "Alice Agent")
    seq = len(events(app))
    with app.app_context():
        raw = db.engine.raw_connection()
        raw.driver_connection.set_authorizer(None)
        raw.driver_connection.execute("DROP TRIGGER audit_entry_no_update")
        raw.driver_connection.execute("UPDATE audit_entry SET actor_label = 'Eve' WHERE seq = ?", [seq])
        raw.driver_connection.commit()
        raw.close()
    auditor.open(f"/audit/{seq}")
    assert "This entry is not as it was written" in auditor.words
