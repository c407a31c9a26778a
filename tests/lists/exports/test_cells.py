"""What stands in a cell: decimals, integers, moments in two zones, and never a formula."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from webapp.lists.exports.cells import Columns, Plain, csv_row, guarded, micros, moment_of
from webapp.lists.exports.xlsx_file import XlsxFile

CURRENCIES = {"AED": 2, "KWD": 3, "JPY": 0}
MOMENT = datetime(2026, 11, 20, 23, 59, 59, 999999, tzinfo=UTC)


class Bytes:
    """A body that keeps all."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data


def columns(zone: str = "Asia/Dubai") -> Columns:
    made = Columns(ZoneInfo(zone))
    made.text("Note")
    currency = made.text("Currency")
    made.amount("Amount", currency)
    made.rate("Rate")
    made.moment("Created")
    return made


def line(row: list[Plain], zone: str = "Asia/Dubai") -> list[str]:
    return csv_row(columns(zone).every, row, ZoneInfo(zone))


def sheet(row: list[Plain]) -> str:
    """The text of a workbook's sheet with this row."""
    made, body = columns(), Bytes()
    with XlsxFile(made.every, made.zone, "Orders", MOMENT) as file:
        file.add([row], body)  # type: ignore[arg-type]
        file.close(body)  # type: ignore[arg-type]
    with zipfile.ZipFile(io.BytesIO(body.data)) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


@pytest.fixture(autouse=True)
def _words(app: Flask) -> object:
    with app.app_context():
        yield


def test_headings_say_which_zone_is_meant() -> None:
    titles = [column.title for column in columns("America/New_York").every]
    assert titles == [
        "Note", "Currency", "Amount", "Amount (minor units)", "Rate", "Created (UTC)", "Created (America/New_York)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("Asia/Dubai", "2026-11-21T03:59:59.999999+04:00"),
        ("UTC", "2026-11-20T23:59:59.999999+00:00"),
        ("America/New_York", "2026-11-20T18:59:59.999999-05:00"),
    ],
)
def test_a_moment_stands_in_utc_and_in_the_accounts_zone(zone: str, local: str) -> None:
    assert line(["", "AED", 1, None, micros(MOMENT)], zone)[-2:] == ["2026-11-20T23:59:59.999999Z", local]


@given(
    minor=st.integers(-(2**63) + 1, 2**63 - 1),
    currency=st.sampled_from(list(CURRENCIES)),
    moment=st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
def test_amounts_and_moments_come_back_as_they_were(minor: int, currency: str, moment: datetime) -> None:
    made = Columns(ZoneInfo("Asia/Dubai"))
    made.text("Note")
    made.amount("Amount", made.text("Currency"))
    made.moment("Created")
    _, code, major, integer, utc, local = csv_row(made.every, ["", currency, minor, micros(moment)], made.zone)
    assert (code, int(integer)) == (currency, minor)
    assert int(major.replace(".", "")) == minor
    assert len(major.partition(".")[2]) == CURRENCIES[currency]
    assert datetime.fromisoformat(utc) == datetime.fromisoformat(local) == moment == moment_of(micros(moment) or 0)


def test_a_negative_number_stays_a_number_and_text_like_one_does_not() -> None:
    assert line(["-12.50", "AED", -1250, 450, None]) == ["'-12.50", "AED", "-12.50", "-1250", "4.50", "", ""]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "  =", "\uff1d"])
@pytest.mark.requirement("R43")
def test_text_is_no_formula(start: str) -> None:
    assert line([f"{start}1+1", "AED", 1, None, None])[0] == f"'{start}1+1"
    assert guarded("order-01") == "order-01"


def test_a_currency_that_nobody_knows_has_its_minor_units_only() -> None:
    assert line(["", "XQZ", 1250, None, None])[1:4] == ["XQZ", "", "1250"]


def test_a_workbook_holds_numbers_dates_and_text() -> None:
    text = sheet(['=HYPERLINK("http://evil.test")', "KWD", -1234567, 450, micros(MOMENT.replace(microsecond=0))])
    assert "<f>" not in text
    assert '<t>=HYPERLINK("http://evil.test")</t>' in text.replace("&quot;", '"')
    assert "<v>-1234.567</v>" in text
    assert "<v>-1234567</v>" in text
    assert "<v>4.50</v>" in text
    assert "<v>46346.99998842592</v>" in text, "the moment in UTC as a spreadsheet counts days"
    assert "<v>46347.16665509259</v>" in text, "the same in Dubai"


def test_a_number_too_long_for_a_spreadsheet_keeps_all_its_digits() -> None:
    text = sheet(["", "AED", 2**63 - 1, None, None])
    assert "<t>92233720368547758.07</t>" in text
    assert "<t>9223372036854775807</t>" in text
