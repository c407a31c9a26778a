"""One payout: the bridge from gross to net as table and picture, its rows, and what is to be looked at."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select, update

from tests.browser import Browser
from tests.provider import Provider
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.jobs import work_once
from webapp.models.audit_entry import AuditEntry
from webapp.models.ledger import LedgerRow, LedgerSum

from .conftest import PAYOUT, cells, settled

Read = Callable[..., None]


def words(tag: object) -> str:
    return " ".join(tag.get_text(" ").split())  # type: ignore[attr-defined]


def bridge(browser: Browser) -> list[tuple[str, str]]:
    rows = browser.page.select(".bridge table tr")[1:]
    return [(words(row.find("th")), words(row.find_all("td")[1])) for row in rows]


def test_the_bridge_leads_from_gross_to_net(farah: Browser, provider: Provider, read: Read) -> None:
    """By hand: 81480 - (100 + 4.5 %) x 1.05 = 77525."""
    settled(provider)
    settled(provider, amount=-5000, type="refund")
    read(farah)
    farah.open(PAYOUT)
    assert farah.heading == "Payout of AED 725.25"
    assert bridge(farah) == [
        ("Sales", "814.80"), ("Refunds", "−50.00"), ("Fees", "−37.67"), ("Tax on fees", "−1.88"), ("Net", "725.25"),
    ]  # fmt: skip
    pictures = farah.page.select(".bridge svg[role=img]")
    assert pictures
    assert all(svg.find("title") and "together AED" in words(svg.find("desc")) for svg in pictures)


def test_what_postpay_reckons_otherwise_is_a_line_and_its_rows_are_shown(
    farah: Browser, provider: Provider, read: Read
) -> None:
    wrong = settled(provider, total_amount=77000)
    settled(provider)
    read(farah)
    farah.open(PAYOUT)
    *parts, net = [amount for _, amount in bridge(farah)]
    assert any(label.startswith("Difference to Postpay's arithmetic") for label, _ in bridge(farah))
    numbers = [int(text.replace("−", "-").replace(",", "").replace(".", "")) for text in (*parts, net)]
    assert sum(numbers[:-1]) == numbers[-1] == 77000 + 77525
    flagged = farah.page.select_one("section[aria-labelledby=flagged-title]")
    assert flagged is not None
    assert "Off by AED 5.25" in words(flagged)
    assert [words(link) for link in flagged.select(".of-transaction a")] == [wrong]


def test_its_rows_lead_to_transaction_and_order_and_are_paged(farah: Browser, provider: Provider, read: Read) -> None:
    provider.order("a/b", created="2026-08-30T10:00:00Z")
    first = settled(provider, order_id="a/b", created="2026-08-31T10:00:00Z")
    for number in range(60):
        settled(provider, created=f"2026-09-01T10:{number:02}:00Z")
    read(farah)
    farah.open(PAYOUT)
    rows = farah.page.select("#rows tbody tr")
    assert len(rows) == 51, "fifty, and their total"
    assert words(rows[-1]).startswith("Total of all rows 49,702.80")
    assert [str(link["href"]) for link in rows[0].select("a")] == [
        "/demo/orders/a%2Fb", f"/demo/settlements/{first}"
    ]  # fmt: skip
    farah.follow("Next")
    assert len(farah.page.select("#rows tbody tr")) == 12


def test_what_is_no_payout_is_not_there(farah: Browser, provider: Provider, read: Read) -> None:
    settled(provider)
    read(farah)
    for name in (
        "AED/2026-09-08T000000.214567Z", "KWD/2026-09-08T000000.214566Z", "AED/2026-09-07", "AED/yesterday",
        "%00/2026-09-08T000000.214566Z", "AED/9999-12-31T235959.999999Z",
    ):  # fmt: skip
        farah.open(f"/demo/payouts/{name}")
        assert farah.status == 404, name


def test_that_somebody_looked_at_it_is_on_record_once(
    farah: Browser, provider: Provider, read: Read, app: Flask
) -> None:
    settled(provider)
    read(farah)
    farah.open(PAYOUT)
    farah.open(f"{PAYOUT}?page=1")
    with app.app_context():
        seen = db.session.scalars(select(AuditEntry.after).where(AuditEntry.event == "settlements.viewed")).all()
    assert [text for text in seen if '"page":"payout"' in str(text)] == [
        '{"currency":"AED","page":"payout","paid":"2026-09-08T000000.214566Z"}'
    ]


def test_a_currency_without_a_smallest_unit_is_shown_but_not_compared(
    farah: Browser, provider: Provider, read: Read
) -> None:
    settled(provider, currency="XXX")
    read(farah)
    farah.open(PAYOUT.replace("AED", "XXX"))
    assert farah.status == 200
    assert not farah.page.select("#received")


def as_a_type_that_no_document_names(app: Flask) -> None:
    with app.app_context(), writing() as session:
        for table in (LedgerRow, LedgerSum):
            session.execute(update(table).where(table.type == "regularization").values(type="cashback"))


def test_an_address_by_day_shows_the_whole_day_however_payouts_are_listed(
    farah: Browser, provider: Provider, read: Read
) -> None:
    settled(provider)
    settled(provider, "2026-09-08T10:00:00Z")
    read(farah)
    farah.open("/demo/payouts/AED/2026-09-08")
    assert farah.heading == "Payout of AED 1,550.50"


def test_a_payout_whose_month_was_never_proved_offers_to_read_it(
    farah: Browser, provider: Provider, app: Flask
) -> None:
    settled(provider)
    farah.open(PAYOUT)
    assert farah.status == 200
    assert "This payout is not known completely" in farah.words
    assert "0.00" not in farah.words
    farah.submit("Sync with Postpay")
    assert work_once(app)
    farah.open(PAYOUT)
    assert farah.heading == "Payout of AED 775.25"


def test_what_changed_after_it_was_read_is_told_until_somebody_has_seen_it(
    farah: Browser, provider: Provider, read: Read
) -> None:
    """A payout that bounced: all its rows are paid out three days later."""
    row = settled(provider)
    read(farah)
    provider.change_transaction(row, paid="2026-09-11T00:00:00Z", total_amount=77025)
    read(farah, button="Sync again")
    assert [one[9] for one in cells(farah)] == ["AED 770.25"]
    farah.open(PAYOUT)
    assert "Nothing is paid out here any longer" in farah.words
    farah.open("/demo/payouts/AED/2026-09-11T000000.000000Z")
    [changed] = farah.page.select("#changes tbody tr")
    told = words(changed)
    assert "Moved to another payout" in told
    assert "775.25" in told
    assert "770.25" in told
    farah.open("/demo/to-look-at/changed")
    assert row in farah.words
    farah.submit("Mark these as seen")
    assert "1 change marked as seen." in farah.words
    farah.open(PAYOUT)
    assert "Farah Finance" in words(farah.page.select_one("#changes"))
    farah.open(f"/demo/settlements/{row}")
    assert "Changed after it was read" in farah.words


def test_several_changes_are_marked_as_seen_at_once(farah: Browser, provider: Provider, read: Read) -> None:
    rows = [settled(provider), settled(provider)]
    read(farah)
    for row in rows:
        provider.change_transaction(row, paid=None)
    read(farah, button="Sync again")
    farah.open("/demo/to-look-at/changed")
    assert farah.words.count("No longer paid out") == 2
    form = farah.page.select_one("form[action$=changes-seen]")
    assert form is not None
    fields = ("csrf_token", "change")
    named = {name: [field["value"] for field in form.select(f"input[name={name}]")] for name in fields}
    farah.send(str(form["action"]), {**named, "next": "/demo/to-look-at/changed"})
    farah.open("/demo/to-look-at/changed")
    assert "2 changes marked as seen." in farah.words
    assert "Nothing needs review" in farah.words


def test_the_address_of_a_form_that_was_refused_can_be_reloaded(farah: Browser, provider: Provider, read: Read) -> None:
    settled(provider)
    read(farah)
    farah.open(PAYOUT)
    farah.submit("Compare", received="much")
    assert farah.status == 422
    farah.open(f"{PAYOUT}/bank")
    assert farah.address == PAYOUT


def test_unknown_types_have_a_line_of_their_own(farah: Browser, provider: Provider, read: Read, app: Flask) -> None:
    settled(provider)
    settled(provider, amount=700, type="regularization")
    read(farah)
    as_a_type_that_no_document_names(app)
    farah.open(PAYOUT)
    assert ("cashback", "7.00") in bridge(farah)
    farah.open("/demo/payouts?paid=range&paid_from=2026-09-01&paid_to=2026-09-30")
    assert "Other" in [words(cell) for cell in farah.page.select("table.payouts thead th")]
