"""What else can be taken along: an order's refunds, transactions, payouts, the audit log."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from tests.browser import Browser
from tests.provider import provider_of
from webapp.core.database import writing
from webapp.emulators.postpay.server import Sandbox
from webapp.jobs import work_once
from webapp.models.base import now
from webapp.models.ledger import LedgerPeriod
from webapp.settlement.ledger.sync import Reading

from .files import entries, make

SALE = {"type": "order", "currency": "AED", "amount": 81480, "fee_amount": 100, "fee_rate": 450, "fee_tax_rate": 500,
        "total_amount": 77525, "created": "2026-10-01T10:00:00Z"}  # fmt: skip


def test_the_refunds_of_an_order_stand_newest_first(farah: Browser, sandbox: Sandbox) -> None:
    provider = provider_of(sandbox)
    provider.order("شحن/7", currency="KWD", total=1_000_000)
    for number in range(60):
        provider.refund_outside("شحن/7", 1000 + number, f"r-{number}")
    file = make(farah, "/demo/orders/%D8%B4%D8%AD%D9%86%2F7")
    assert file.column("Refund ID") == [f"r-{number}" for number in reversed(range(60))]
    assert (file.rows[0]["Amount"], file.rows[0]["Amount (minor units)"]) == ("1.059", "1059")
    assert set(file.column("Order ID")) == {"شحن/7"}
    assert file.name.startswith("demo-refunds-")
    assert file.manifest["of"] == "شحن/7"


@pytest.mark.parametrize("name", ["payment", "paid"])
def test_transactions_are_those_of_the_filters(farah: Browser, sandbox: Sandbox, name: str) -> None:
    """By whichever name the provider filters the payout date."""
    provider = provider_of(sandbox)
    provider._ask("PUT", "/settings", {"payout_names": [name]})
    paid = [provider.transaction(**SALE, paid=f"2026-11-0{day}T00:00:00Z")["id"] for day in (1, 2, 3)]
    provider.transaction(**SALE, paid=None)
    provider.transaction(**SALE | {"currency": "KWD"}, paid="2026-11-02T00:00:00Z")
    address = "/demo/settlements?currency=AED&paid=range&paid_from=2026-11-02&paid_to=2026-11-03"
    file = make(farah, address)
    assert set(file.column("Transaction ID")) == set(paid[1:])
    row = file.rows[0]
    assert (row["Amount"], row["Fee incl. tax"], row["Net"]) == ("814.80", "39.55", "775.25")
    assert (row["Fee rate, per cent"], row["Net (minor units)"]) == ("4.50", "77525")
    said = [words.replace(" 2026", "") for words in file.manifest["filters"]]  # the year, once it is another one
    assert "Payout: 2 Nov – 3 Nov" in said


def test_payouts_and_the_rows_of_one(app: Flask, farah: Browser, sandbox: Sandbox) -> None:
    provider = provider_of(sandbox)
    last_month = (datetime.now(UTC).replace(day=1) - timedelta(days=10)).strftime("%Y-%m")
    for day, count in (("05", 2), ("12", 3)):
        for _ in range(count):
            provider.transaction(**SALE, paid=f"{last_month}-{day}T08:00:00Z")
    address = f"/demo/payouts?paid=range&paid_from={last_month}-02&paid_to={last_month}-20"
    farah.open(address)
    farah.submit("Sync with Postpay")
    assert work_once(app)
    file = make(farah, address)
    assert file.column("Rows") == ["3", "2"], "newest first"
    assert file.column("Net") == ["2325.75", "1550.50"]
    assert file.column("Sales (minor units)") == ["244440", "162960"]
    assert [float(row["Sales"]) + float(row["Fees"]) + float(row["Tax on fees"]) + float(row["Difference"])
            for row in file.rows] == pytest.approx([2325.75, 1550.50])  # fmt: skip
    name = file.rows[0]["Payout"]
    one = make(farah, f"/demo/payouts/AED/{name}")
    assert one.column("Net (minor units)") == ["77525"] * 3
    assert one.manifest["of"] == f"AED {name}"
    assert one.manifest["filters"] == [], "one payout has no period"
    assert re.fullmatch(r"Paid out: \d{4}-\d\d-\d\d \u2013 \d{4}-\d\d-\d\d", file.manifest["filters"][0])
    assert re.fullmatch(r"demo-payouts-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d-Asia-Dubai.csv", file.name)
    assert "proved equal to the provider's count" in file.manifest["bound_means"]


def export_payouts(app: Flask, farah: Browser) -> None:
    """Asks for the payouts of October by an address, lets the worker make the file, and looks at it."""
    farah.open("/demo/exports")
    token = str(farah.page.find("input", attrs={"name": "csrf_token"})["value"])  # type: ignore[index]
    query = "paid=range&paid_from=2026-10-01&paid_to=2026-10-31"
    farah.send("/demo/exports", {"csrf_token": token, "what": "payouts", "format": "csv", "query": query})
    address = farah.response.headers["Location"]
    assert work_once(app)
    farah.open(address)


def an_hour_passes(app: Flask) -> None:
    """The ledger is not fresh any more."""
    with app.app_context(), writing() as session:
        before = now() - timedelta(hours=1)
        session.execute(update(LedgerPeriod).values(read=before, checked=before))


def test_payouts_are_proved_at_the_provider_before_they_are_a_file(
    app: Flask, farah: Browser, sandbox: Sandbox
) -> None:
    provider = provider_of(sandbox)
    provider.transaction(**SALE, paid="2026-10-08T00:00:00Z")
    export_payouts(app, farah)
    assert "1 row" in farah.words
    late = provider.transaction(**SALE, paid="2026-10-15T00:00:00Z")
    an_hour_passes(app)
    export_payouts(app, farah)
    assert "2 rows" in farah.words
    an_hour_passes(app)
    provider.change_transaction(late["id"], amount=814.8)
    export_payouts(app, farah)
    assert "Failed" in farah.words
    assert "cannot be read" in farah.words


def test_an_old_month_is_read_and_not_only_counted_for_a_file(app: Flask, farah: Browser, sandbox: Sandbox) -> None:
    """A count does not see a total that has changed."""
    provider = provider_of(sandbox)
    last_year = datetime.now(UTC).year - 1
    row = provider.transaction(**SALE, paid=f"{last_year}-06-12T08:00:00Z")
    address = f"/demo/payouts?paid=range&paid_from={last_year}-06-02&paid_to={last_year}-06-20"
    farah.open(address)
    farah.submit("Sync with Postpay")
    assert work_once(app)
    an_hour_passes(app)
    provider.change_transaction(row["id"], total_amount=77025)
    assert make(farah, address).column("Net") == ["770.25"]


def test_the_rows_of_a_payout_are_all_of_one_reading(
    app: Flask, farah: Browser, sandbox: Sandbox, between_readings: Callable[[Callable[[], None]], None]
) -> None:
    provider = provider_of(sandbox)
    month = (datetime.now(UTC).replace(day=1) - timedelta(days=10)).strftime("%Y-%m")
    row = provider.transaction(**SALE, paid=f"{month}-12T08:00:00Z")
    farah.open(f"/demo/payouts?paid=range&paid_from={month}-02&paid_to={month}-20")
    farah.submit("Sync with Postpay")
    assert work_once(app)
    left = [77025]

    def it_changes_and_another_reads() -> None:
        if left:
            provider.change_transaction(row["id"], total_amount=left.pop())
            account = app.extensions["settings"].accounts[0]
            Reading(account, lambda rows, counted: None).bring_up_to_date(month)

    between_readings(it_changes_and_another_reads)
    assert make(farah, f"/demo/payouts/AED/{month}-12T080000.000000Z").column("Net") == ["770.25"]


def test_the_audit_log_is_taken_along_by_auditors_as_its_page_shows_it(app: Flask, omar: Browser) -> None:
    omar.open("/audit?what=auth")
    shown = [" ".join(link.get_text().split()) for link in omar.page.select("table.entries td.at-start a")]
    file = make(omar, "/audit?what=auth&words=succeeded")
    assert file.column("What happened") == shown
    assert set(file.column("event")) == {"auth.login.succeeded"}
    assert file.name.startswith("desk-audit-")
    (entry,) = entries(app, "export.started")
    assert entry["filters"] == "What: Sign-in; Words: typed, not kept"
    assert len(entries(app, "audit.exported")) == 1
    assert file.column("Entry") == sorted(file.column("Entry"), key=int, reverse=True)


def test_finance_may_not_take_the_audit_log_along(app: Flask, farah: Browser) -> None:
    farah.open("/audit")
    assert "As CSV" not in farah.words
    token = str(farah.page.find("input", attrs={"name": "csrf_token"})["value"])  # type: ignore[index]
    farah.send("/demo/exports", {"csrf_token": token, "what": "audit", "format": "csv"})
    assert farah.status == 403
    (denied,) = entries(app, "access.denied")
    assert denied["cause"] == "may not export audit"
    assert not entries(app, "export.started")


def test_the_refunds_of_the_desk_are_those_of_the_filters(farah: Browser, sandbox: Sandbox) -> None:
    provider = provider_of(sandbox)
    for order_id, amount in (("o-1", "10.00"), ("o-2", "20.00"), ("o-2", "30.00")):
        if amount != "30.00":
            provider.order(order_id)
        farah.open(f"/demo/orders/{order_id}/refund")
        farah.submit("Continue", part="part", amount=amount, reason="goodwill", note="not in the file")
        farah.submit("Refund AED")
    provider.refund_outside("o-1", 100)
    file = make(farah, "/demo/refunds?days=today&outcome=done")
    assert file.column("Amount") == ["30.00", "20.00", "10.00"], "newest first, and none that the desk did not make"
    assert (file.rows[0]["Order ID"], file.rows[0]["Outcome"]) == ("o-2", "Refunded")
    assert (file.rows[0]["Started by"], file.rows[0]["Reason"]) == ("Farah Finance", "Goodwill")
    assert "Outcome: Refunded" in file.manifest["filters"]
    assert file.name.startswith("demo-desk-refunds-")
    assert "not in the file" not in str(file.rows)
    assert make(farah, "/demo/refunds?order=o-1").column("Amount") == ["10.00"]
